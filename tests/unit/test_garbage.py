"""What nobody names is found, waits in quarantine and goes; what anybody names stays."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from coordinator.cli.main import app
from coordinator.garbage.collector import WAIT, collect, look
from coordinator.garbage.marking import is_root, unnamed
from coordinator.garbage.sweeping import Broom
from coordinator.lineage.verify import verify
from services.runtime.artifact import digest_bytes
from services.runtime.canonical import canonical_json
from services.runtime.errors import WrongJobState
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from services.runtime.store.sweeps import Standing, standings
from tests.erased_jobs import erased
from tests.jobs_in_memory import step_of, write_job
from tests.sealed_jobs import COORDINATOR, signed_job

NOW = timedelta(0)


def junk(store: MemoryStore, text: str = "junk") -> str:
    return blobs.add_bytes(store, text.encode(), "text/plain").uri


def test_a_dry_run_writes_nothing_and_says_what_would_go() -> None:
    store = MemoryStore()
    key = junk(store)
    before = list(store.list(""))
    found = look(store)
    assert (found.found, found.deleted) == ({key: 4}, {})
    assert list(store.list("")) == before
    assert "4 bytes" in found.to_text()


def test_garbage_waits_in_quarantine_and_then_goes() -> None:
    store = MemoryStore()
    write_job(store)
    key = junk(store)
    assert collect(store).found == {key: 4}
    waiting = collect(store, WAIT)
    assert (waiting.deleted, waiting.found, len(waiting.held)) == ({}, {}, 1)
    assert store.size(key) == 4
    assert collect(store, NOW).deleted == {key: 4}
    assert store.size(key) is None
    assert verify(store, "film").ok
    assert [it.is_done for it in standings(store.list(keys.GARBAGE))] == [True]


def test_what_is_named_again_while_it_waits_stays_and_is_said_to() -> None:
    store = MemoryStore()
    key = junk(store)
    collect(store)
    store.create(keys.answer("0" * 64), canonical_json({"answer": {"uri": key}}))
    assert collect(store, NOW).deleted == {}
    assert store.size(key) == 4
    assert json.loads(store.get(keys.swept(1)))["kept"] == [key]


def test_a_record_that_cannot_be_read_keeps_what_it_names() -> None:
    store = MemoryStore()
    write_job(store)
    before = set(store.list(keys.BLOBS))
    for key in (step_of("mux").commit, step_of("mux").attempt(1, "manifest")):
        store.put(key, b'{"schema": "of a later version"' + store.get(key))
    assert look(store).found == {}
    assert set(store.list(keys.BLOBS)) == before


def test_a_seal_keeps_the_deliverables_that_it_names_though_the_manifests_are_gone() -> None:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    film = digest_bytes(b"film with tracks: It was a bright day.\nThe river ran slowly.")
    for key in list(store.list("jobs/film/stages/")):
        store.delete(key)
    assert keys.blob(film) not in look(store).found


def test_cache_entries_and_requests_of_jobs_that_are_gone_are_garbage() -> None:
    store = MemoryStore()
    signed_job(store, COORDINATOR)
    write_job(store, "other")
    erased(store)
    stale = {"cache/scope/old": {"uri": step_of("mux").commit}, keys.request("1" * 64): {"job": "film"}}
    kept = {keys.cache("2" * 64): {"uri": step_of("mux", "other").commit}, keys.request("3" * 64): {"job": "coming"}}
    for key, entry in (stale | kept).items():
        store.put(key, canonical_json(entry))
    assert set(look(store).found) == set(stale)


@pytest.mark.parametrize("name", ["jobs/a/heartbeat.json", "jobs/a/erased.json", "jobs/a/logs/99_pipeline_x.log"])
def test_what_only_tells_of_a_job_keeps_nothing(name: str) -> None:
    assert not is_root(name)


def test_what_is_no_blob_by_its_key_is_left_alone() -> None:
    assert unnamed(["blobs/sha256/zz/strange", f"blobs/sha256/00/{'f' * 64}"], []) == set()


def test_only_one_process_sweeps() -> None:
    store = MemoryStore()
    junk(store)
    collect(store)
    Broom.take(store, Standing(1))
    with pytest.raises(WrongJobState):
        collect(store, NOW)


def test_who_slept_through_its_lease_deletes_nothing_once_another_has_taken_over() -> None:
    store = MemoryStore()
    key = junk(store)
    collect(store)
    frozen = Broom.take(store, Standing(1), lambda: 0.0)
    store.create(keys.sweep(1, 2), store.get(keys.sweep(1, 1)))
    with pytest.raises(WrongJobState):
        frozen.delete(key, lambda: 1800.0)
    assert store.size(key) == 4


@pytest.mark.parametrize("wait", ["7", "soon", "-1d", "1w"])
def test_a_time_to_wait_that_is_none_is_refused(wait: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = tmp_path_factory.mktemp("store")
    outcome = CliRunner().invoke(app, ["gc", "--store", str(store), f"--wait={wait}"])
    assert getattr(outcome.exception, "code", "") == "REQUEST_INVALID"
