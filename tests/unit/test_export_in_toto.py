"""in-toto: an attestation says what was made, of what, by which program; and nobody signs what does not hold."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.history import history_of
from coordinator.lineage.exports.in_toto.layout import LIFETIME
from coordinator.lineage.exports.material import Material
from services.runtime import signing
from services.runtime.errors import CuegraphError, InvalidRequest, LineageBroken
from tests.exported_jobs import KINDS, film_called
from tests.jobs_in_memory import CODE, rewrite, step_of
from tests.vouched_jobs import PROJECT, vouched


def exported(material: Material, folder: Path) -> Path:
    write_whole(FORMATS["in-toto"], vouched(material), folder)
    return folder


def said(path: Path) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(signing.read(path.read_bytes()).payload)
    return payload


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return exported(film_called("A Bright Day"), tmp_path / "out")


def test_an_attestation_names_what_was_made_by_its_digest(film: Path) -> None:
    statement = said(film / "attestations/03_asr/_/1.dsse.json")
    (transcript,) = history_of(film_called("A Bright Day")).attempts[2].outputs
    assert (statement["_type"], statement["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://slsa.dev/provenance/v1",
    )
    assert [(it["name"], it["digest"]) for it in statement["subject"]] == [
        ("03_asr/_/transcript.json", {"sha256": transcript.artifact.digest})
    ]


def test_an_attestation_names_inputs_models_and_code(film: Path) -> None:
    definition = said(film / "attestations/03_asr/_/1.dsse.json")["predicate"]["buildDefinition"]
    dependencies = {it["name"]: it for it in definition["resolvedDependencies"]}
    assert set(dependencies) == {"01_demux/_/speech.wav", "02_vad/_/speech.json", "whisper-tiny-en", "cuegraph"}
    assert dependencies["whisper-tiny-en"]["digest"] == {"sha256": "7a" * 32}
    assert dependencies["01_demux/_/speech.wav"]["annotations"] == {"role": "speech_audio", "fileName": "speech.wav"}
    assert definition["externalParameters"]["settings"] == {"beam_size": 5, "language": "en"}


def test_an_attestation_names_the_program_and_when_it_ran(film: Path) -> None:
    details = said(film / "attestations/03_asr/_/1.dsse.json")["predicate"]["runDetails"]
    assert details["builder"] == {
        "id": f"urn:cuegraph:program:{CODE.version}:{CODE.commit}",
        "version": {"cuegraph": CODE.version, "commit": CODE.commit},
    }
    assert (details["metadata"]["startedOn"], details["metadata"]["finishedOn"]) == (
        "2026-03-14T09:27:23Z",
        "2026-03-14T09:27:30Z",
    )
    assert [it["name"] for it in details["byproducts"]] == [
        "jobs/film/stages/03_asr/_/attempts/1/manifest.json",
        "stage.log",
    ]


def test_an_attempt_that_made_nothing_attests_its_own_manifest(tmp_path: Path) -> None:
    folder = exported(KINDS["failed"](tmp_path / "job"), tmp_path / "out")
    statement = said(folder / "attestations/02_left/_/1.dsse.json")
    assert [it["name"] for it in statement["subject"]] == ["jobs/job1/stages/02_left/_/attempts/1/manifest.json"]
    assert statement["predicate"]["buildDefinition"]["internalParameters"]["status"] == "FAILED"
    assert said(folder / f"02_left.{PROJECT.key_id[:8]}.link")["byproducts"]["return-value"] == 1


def test_what_was_reused_is_a_dependency(tmp_path: Path) -> None:
    folder = exported(KINDS["reused"](tmp_path / "job"), tmp_path / "out")
    definition = said(folder / "attestations/01_first/_/1.dsse.json")["predicate"]["buildDefinition"]
    assert "manifest of what was reused" in {it["name"] for it in definition["resolvedDependencies"]}


def test_the_attempt_that_did_a_step_is_the_one_in_the_layout(tmp_path: Path) -> None:
    folder = exported(KINDS["retried"](tmp_path / "job"), tmp_path / "out")
    assert said(folder / f"02_left.{PROJECT.key_id[:8]}.link")["byproducts"]["status"] == "SUCCEEDED"


def test_the_steps_of_the_shards_of_a_stage_are_told_apart(tmp_path: Path) -> None:
    folder = exported(KINDS["partly_failed"](tmp_path / "job"), tmp_path / "out")
    steps = {step["name"] for step in said(folder / "root.layout")["steps"]}
    assert steps == {"given", "01_first", "02_left.es", "02_left.pt", "03_last.partial-1"}


def test_a_layout_expires_long_after_the_job_ended(film: Path) -> None:
    end = history_of(film_called("A Bright Day")).last_time
    assert said(film / "root.layout")["expires"] == f"{end + LIFETIME:%Y-%m-%dT%H:%M:%SZ}"
    assert timedelta(days=36500) < LIFETIME


def test_without_a_key_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as told:
        write_whole(FORMATS["in-toto"], film_called("A Bright Day"), tmp_path / "out")
    assert told.value.code == InvalidRequest.code
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format_name", ["in-toto", "c2pa"])
def test_nobody_signs_for_a_job_that_was_altered(format_name: str, tmp_path: Path) -> None:
    material = film_called("A Bright Day")
    rewrite(material.store, step_of("asr"), skip_reason="none")
    with pytest.raises(CuegraphError) as told:
        write_whole(FORMATS[format_name], vouched(Material.of(material.store, "film")), tmp_path / "out")
    assert told.value.code == LineageBroken.code
    assert not list(tmp_path.iterdir())
