"""RO-Crate: what is in the folder is described, what is described is there, and the links hold, whatever the job."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.history import history_of
from coordinator.lineage.exports.material import Material
from services.runtime.errors import CuegraphError, InvalidRequest, ObjectNotFound
from services.runtime.store.memory import MemoryStore
from tests.exported_jobs import HOSTILE, KINDS, film_called
from tests.small_jobs import small_job

Entities = dict[str, dict[str, Any]]


def entities_of(folder: Path) -> Entities:
    graph = json.loads((folder / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    return {entity["@id"]: entity for entity in graph}


@pytest.fixture(params=KINDS)
def crate(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write_whole(FORMATS["ro-crate"], KINDS[request.param](tmp_path / "job"), tmp_path / "crate")
    return tmp_path / "crate"


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def all_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def references_in(entity: dict[str, Any]) -> list[str]:
    values = [one for name, value in entity.items() if name != "@type" for one in all_of(value)]
    return [one["@id"] for one in values if isinstance(one, dict)]


def is_web(entity_id: str) -> bool:
    return entity_id.startswith(("http://", "https://"))


def test_every_file_is_part_of_the_crate_and_every_part_is_a_file(crate: Path) -> None:
    parts = [unquote(part["@id"]) for part in entities_of(crate)["./"]["hasPart"]]
    assert sorted([*parts, "ro-crate-metadata.json"]) == sorted(files_below(crate))


def test_every_file_has_the_digest_that_is_said_of_it(crate: Path) -> None:
    for entity in entities_of(crate).values():
        path = crate / unquote(entity["@id"])
        if "sha256" in entity and path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == entity["sha256"]


def test_whatever_is_referred_to_is_described(crate: Path) -> None:
    entities = entities_of(crate)
    wanted = {one for entity in entities.values() for one in references_in(entity)}
    assert not {one for one in wanted - set(entities) if not is_web(one)}


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("retried", {"left, attempt 1": "Failed", "left, attempt 2": "Completed"}),
        ("cancelled", {"first, attempt 1": "Failed", "job job1": "Failed"}),
        ("partly_failed", {"left/es, attempt 1": "Failed", "last/partial-1, attempt 1": "Completed"}),
    ],
)
def test_an_action_tells_how_it_ended_and_why(kind: str, statuses: dict[str, str], tmp_path: Path) -> None:
    write_whole(FORMATS["ro-crate"], KINDS[kind](tmp_path / "job"), tmp_path / "crate")
    actions = {
        entity["name"]: entity for entity in entities_of(tmp_path / "crate").values() if "actionStatus" in entity
    }
    for name, status in statuses.items():
        assert actions[name]["actionStatus"] == f"http://schema.org/{status}ActionStatus"
        assert ("error" in actions[name]) == (status == "Failed")


def test_an_action_has_models_settings_and_files_as_its_objects(tmp_path: Path) -> None:
    write_whole(FORMATS["ro-crate"], film_called("A Bright Day"), tmp_path / "crate")
    entities = entities_of(tmp_path / "crate")
    (asr,) = (entity for entity in entities.values() if entity.get("name") == "asr, attempt 1")
    objects = {entities[one["@id"]]["name"] for one in asr["object"]}
    assert objects == {"speech.wav", "speech.json", "whisper-tiny-en", "beam_size", "language"}
    assert entities[asr["instrument"]["@id"]]["name"] == "asr"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_strangers_stay_names(name: str, tmp_path: Path) -> None:
    write_whole(FORMATS["ro-crate"], film_called(name), tmp_path / "crate")
    entities = entities_of(tmp_path / "crate")
    assert entities["./"]["name"] == name
    assert {path.parts[0] for path in (Path(it) for it in files_below(tmp_path / "crate"))} == {
        "README.md", "deliverables", "job.json", "manifests", "ro-crate-metadata.json"
    }  # fmt: skip
    assert all(one.isascii() and " " not in one and '"' not in one and "\\" not in one for one in entities)


def test_a_job_of_which_nothing_was_begun_has_no_crate(tmp_path: Path) -> None:
    store = MemoryStore()
    small_job(store)
    with pytest.raises(InvalidRequest):
        write_whole(FORMATS["ro-crate"], Material.of(store, "job1"), tmp_path / "crate")
    assert not list(tmp_path.iterdir())


def test_a_deliverable_that_is_gone_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    material = film_called("A Bright Day")
    _, (_, muxed) = history_of(material).delivered
    material.store.delete(muxed.artifact.uri)
    with pytest.raises(CuegraphError) as told:
        write_whole(FORMATS["ro-crate"], material, tmp_path / "crate")
    assert told.value.code == ObjectNotFound.code
    assert not list(tmp_path.iterdir())
