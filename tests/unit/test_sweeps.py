"""A blob that is used again while it is collected survives, in whatever order the two go on, killed or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coordinator.garbage.collector import collect
from services.runtime import commits
from services.runtime.manifest import Manifest, OutputRecord, Status
from services.runtime.store import blobs, keys, sweeps
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import JobWriter
from tests.stepped_store import Actor

NOW = timedelta(0)
STEP = keys.Step("late", 1, "demux")
WRITER, COLLECTOR = 0, 1
MOST_STEPS = 2_000

ORDERS = st.lists(st.tuples(st.sampled_from([WRITER, COLLECTOR]), st.integers(1, 8)), max_size=16)
"""Who goes on, and for how many verbs."""


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """Nobody sleeps, reads come one after the other, and who was killed is gone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeps, "_POLL_SECONDS", 0.0)
        patch.setattr("coordinator.garbage.collector._READERS", 1)
        patch.setattr("coordinator.garbage.sweeping._runs", lambda _: False)
        yield


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweeps") / "again"
    path.write_bytes(b"used again")
    return path


def manifest_of(store: Store, film: Path) -> Manifest:
    output = OutputRecord("speech_audio", "again.wav", blobs.add_file(store, film, "audio/wav"))
    return Manifest(**{**vars(JobWriter(MemoryStore(), STEP.job).manifest(1, STEP.stage)), **_only(output)})


def _only(output: OutputRecord) -> dict[str, object]:
    return {"outputs": (output,), "logs": (), "inputs": (), "status": Status.SUCCEEDED}


def store_with_garbage(film: Path) -> tuple[MemoryStore, str, str]:
    """A store in which two blobs are in quarantine for long enough: one that a writer is about to need, one that
    nobody needs."""
    store = MemoryStore()
    again = blobs.add_file(store, film, "audio/wav").uri
    junk = blobs.add_bytes(store, b"junk", "text/plain").uri
    collect(store, NOW)
    return store, again, junk


def write(store: Store, film: Path) -> None:
    """As an attempt does: the film is stored, or found there; then it is named; then it counts."""
    manifest = manifest_of(store, film)
    digest = manifest.outputs[0].artifact.digest
    commits.commit(store, manifest, at_hand={digest: film})


def finish(*actors: Actor) -> None:
    for _ in range(MOST_STEPS):
        for actor in actors:
            actor.step()
        if all(actor.is_over for actor in actors):
            return
    raise AssertionError("they wait for each other")


@given(order=ORDERS, killed_after=st.none() | st.integers(0, 14))
@example(order=[(WRITER, 1), (COLLECTOR, 100), (WRITER, 100)], killed_after=None)
@settings(max_examples=300)
def test_what_is_committed_is_there_for_good(
    film: Path, order: list[tuple[int, int]], killed_after: int | None
) -> None:
    store, again, junk = store_with_garbage(film)
    actors = [Actor(store, lambda own: write(own, film)), Actor(store, lambda own: collect(own, NOW))]
    turns = [who for who, verbs in order for _ in range(verbs)]
    left = len(turns) if killed_after is None else killed_after
    for who in turns:
        if who == COLLECTOR and left == 0:
            actors[COLLECTOR].kill()
        left -= who == COLLECTOR
        actors[who].step()
    if killed_after is not None:
        actors[COLLECTOR].kill()
        actors[COLLECTOR] = Actor(store, lambda own: collect(own, NOW))
    finish(*actors)
    assert actors[WRITER].error is None
    assert actors[COLLECTOR].error is None
    collect(store, NOW)
    collect(store, NOW)
    assert store.get(STEP.commit)
    assert store.get(again) == film.read_bytes()
    assert store.size(junk) is None


def lost(film: Path) -> bool:
    """Whether the blob is gone if the whole sweep comes between storing and naming."""
    store, again, _ = store_with_garbage(film)
    writer = Actor(store, lambda own: write(own, film))
    writer.step()
    writer.step()
    collect(store, NOW)
    finish(writer)
    assert store.get(STEP.commit)
    return store.size(again) is None


def test_without_the_look_after_publishing_it_would_be_lost(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not lost(film)
    monkeypatch.setattr(sweeps, "secure", lambda *_: [])
    assert lost(film)


def test_an_attempt_that_was_killed_is_not_taken_over_once_its_file_is_gone(film: Path) -> None:
    store, again, _ = store_with_garbage(film)
    writer = Actor(store, lambda own: write(own, film))
    while not store.size(STEP.attempt(1, "manifest")):
        writer.step()
    writer.kill()
    store.delete(again)
    assert commits.adopt(store, STEP, [1]) is None
    blobs.add_file(store, film, "audio/wav")
    assert commits.adopt(store, STEP, [1]) is not None


def test_a_store_in_which_nothing_was_collected_is_asked_once(film: Path) -> None:
    store = MemoryStore()
    manifest = manifest_of(store, film)
    actor = Actor(store, lambda own: sweeps.secure(own, [manifest.outputs[0].artifact]))
    actor.step()
    assert actor.is_over
