"""Who made a file: by its bytes, whatever it is called and wherever it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator.lineage.index.index import Index
from coordinator.lineage.who_made import WhoMade, same_text, who_made
from services.runtime.artifact import digest_bytes
from services.runtime.manifest import Status
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.drawn_jobs import Drawn, write_drawn

SRT = b"1\n00:00:01,000 --> 00:00:02,000\nGood evening.\n\n2\n00:00:03,000 --> 00:00:04,000\nSince noon.\n"
STEPS = (
    Drawn("listen"),
    Drawn("write", ("listen",), gives={"text": (SRT, "application/x-subrip")}, shard="pt"),
)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    write_drawn(store, "a", STEPS)
    return store


def made(store: Store, folder: Path, data: bytes) -> WhoMade:
    file = folder / "renamed by a person.txt"
    file.write_bytes(data)
    index = Index(store, None)
    index.refresh()
    return who_made(index, store, file)


def test_a_delivered_file_leads_to_its_step_and_the_chain_to_the_film(store: MemoryStore, tmp_path: Path) -> None:
    (maker,) = made(store, tmp_path, SRT).makers
    assert (maker.job, maker.stage, maker.shard, maker.role, maker.attempt) == ("a", "write", "pt", "text", 1)
    assert maker.delivered == "Film of a.txt"
    assert [step.stage for step in maker.chain] == ["listen", "write"]
    assert (maker.film, maker.film_digest) == ("a.mkv", digest_bytes(b"the film"))


def test_a_file_that_was_taken_over_has_several_makers_and_the_chain_names_the_original(
    store: MemoryStore, tmp_path: Path
) -> None:
    write_drawn(store, "b", (Drawn("listen", reuses="a"), Drawn("write", ("listen",), shard="pt", reuses="a")))
    first, second = made(store, tmp_path, SRT).makers
    assert (first.job, first.status, second.job, second.status) == ("a", "SUCCEEDED", "b", "REUSED")
    assert {(step.job, step.stage) for step in second.chain} == {
        ("a", "listen"),
        ("a", "write"),
        ("b", "listen"),
        ("b", "write"),
    }


def test_the_log_and_the_manifest_of_an_attempt_that_failed_are_known(tmp_path: Path) -> None:
    store = MemoryStore()
    write_drawn(store, "a", (Drawn("listen", status=Status.FAILED),), sealed=False)
    (log,) = made(store, tmp_path, b"log of listen _ of a\n").makers
    (key,) = [key for key in store.list("jobs/a/stages/") if key.endswith("manifest.json")]
    (manifest,) = made(store, tmp_path, store.get(key)).makers
    assert (log.what, log.status, log.attempt) == ("log", "FAILED", 1)
    assert (manifest.what, manifest.stage) == ("manifest", "listen")


def test_records_of_a_job_as_a_whole_are_known(store: MemoryStore, tmp_path: Path) -> None:
    store.create("jobs/a/logs/99_pipeline_20260314T092653Z.log", b"a line of the pipeline\n")
    store.create(keys.round_file("a", 1, "outcome"), b"an outcome\n")
    whole = {
        "job.json": store.get(keys.job("a")),
        "seal.json": store.get(keys.seal("a")),
        "logs/99_pipeline_20260314T092653Z.log": b"a line of the pipeline\n",
        "rounds/1/outcome.json": b"an outcome\n",
    }
    for name, data in whole.items():
        answer = made(store, tmp_path, data)
        assert [(maker.job, maker.what) for maker in answer.makers] == [("a", name)]
        assert answer.is_made


def test_a_film_came_from_outside_and_nobody_made_it(store: MemoryStore, tmp_path: Path) -> None:
    answer = made(store, tmp_path, b"the film")
    assert [(given.job, given.file_name) for given in answer.given] == [("a", "a.mkv")]
    assert not answer.is_made
    assert "came from outside" in answer.to_text("film")


def test_a_file_that_nobody_made_is_said_to_be_so(store: MemoryStore, tmp_path: Path) -> None:
    answer = made(store, tmp_path, b"something else")
    assert not answer.is_made
    assert "nobody made it" in answer.to_text("x")


@pytest.mark.parametrize(
    "changed",
    [
        SRT.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + SRT,
        SRT.rstrip(b"\n"),
        SRT + b"\n\n\n",
        SRT.decode().replace("\n", "\r\n").encode("utf-16"),
    ],
)
def test_the_same_lines_saved_otherwise_are_told_from_the_same_bytes(
    store: MemoryStore, tmp_path: Path, changed: bytes
) -> None:
    answer = made(store, tmp_path, changed)
    assert [(maker.job, maker.stage) for maker in answer.makers] == [("a", "write")]
    assert not answer.is_made
    text = answer.to_text("x")
    assert "not byte-identical, but the same lines, which were written with" in text


@pytest.mark.parametrize("changed", [SRT.replace(b"evening", b"morning"), SRT + b"one more line\n"])
def test_other_lines_are_other_lines(store: MemoryStore, tmp_path: Path, changed: bytes) -> None:
    assert made(store, tmp_path, changed).makers == ()


def test_what_is_no_text_has_no_other_form_of_saving() -> None:
    assert same_text(b"\xff\x00\x01") == {}
    assert same_text(b"") == {}
