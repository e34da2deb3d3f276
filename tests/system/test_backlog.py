"""The backlog says what the jobs of a store still have to do, by stage, whoever drives them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator import heartbeat
from coordinator.backlog import Backlog, media_seconds
from coordinator.cli.metrics import of_survey
from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.records import JobRecord
from services.runtime import metrics
from services.runtime.errors import StoreUnavailable
from services.runtime.manifest import now
from services.runtime.registry import STAGES
from services.runtime.stage import Run
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import DIAMOND, StagesHere, Watched, join, small_job
from tests.small_stages import UpperSettings, node_of

PATIENCE_SECONDS = 60.0
FILM_SECONDS = 90.0


def film_job(store: MemoryStore, name: str, seconds: float | None = FILM_SECONDS) -> JobRecord:
    """A job of four steps about a film of that length."""
    made = small_job(MemoryStore(), name)
    job = replace(made, media=replace(made.media, duration_seconds=seconds))
    Jobs(store).create(job)
    return job


@contextmanager
def driven_up_to(stage: str, store: MemoryStore, folder: Path) -> Iterator[None]:
    """Drives `job1` until it works at that stage, and lets it go on at the end of the block."""
    begun, release = threading.Event(), threading.Event()

    def wait(run: Run[UpperSettings]) -> None:
        begun.set()
        assert release.wait(PATIENCE_SECONDS)
        join(run)

    node = node_of(store, folder)
    stages = StagesHere(node, {step.stage: wait if step.stage == stage else join for step in DIAMOND})
    small_job(store, "job1")
    engine = LocalEngine(Jobs(store), stages, node)
    thread = threading.Thread(target=engine.drive, args=("job1", Watched()))
    thread.start()
    try:
        assert begun.wait(PATIENCE_SECONDS)
        yield
    finally:
        release.set()
        thread.join(PATIENCE_SECONDS)


def test_a_job_that_nobody_drives_waits_at_its_first_step() -> None:
    store = MemoryStore()
    film_job(store, "job1")
    film_job(store, "job2")
    survey = Backlog(Jobs(store)).survey()
    assert survey.jobs[JobState.QUEUED] == 2
    assert survey.steps()["first", "queued"] == 2
    assert survey.media_seconds()["first", "queued"] == 2 * FILM_SECONDS


def test_a_film_of_unknown_length_counts_as_a_step_only() -> None:
    store = MemoryStore()
    film_job(store, "job1", seconds=None)
    survey = Backlog(Jobs(store)).survey()
    assert (survey.steps()["first", "queued"], survey.media_seconds()["first", "queued"]) == (1, 0)


def test_a_step_at_work_is_running_and_what_waits_for_it_is_not_due(tmp_path: Path) -> None:
    store = MemoryStore()
    backlog = Backlog(Jobs(store))
    with driven_up_to("left", store, tmp_path):
        survey = backlog.survey()
        assert survey.jobs[JobState.RUNNING] == 1
        assert survey.steps()["left", "running"] == 1
        assert not [step for step in survey.due if step.stage in ("first", "last")]
    survey = backlog.survey()
    assert (survey.jobs[JobState.SUCCEEDED], survey.due) == (1, ())


def test_a_step_whose_coordinator_vanished_is_queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    with driven_up_to("left", store, tmp_path):
        monkeypatch.setattr(heartbeat, "is_alive", lambda *_: False)
        assert Backlog(Jobs(store)).survey().steps()["left", "queued"] == 1


def test_a_job_that_is_over_has_nothing_to_do_until_it_is_retried() -> None:
    store = MemoryStore()
    film_job(store, "job1")
    jobs, backlog = Jobs(store), Backlog(Jobs(store))
    jobs.end("job1", 1, Outcome(JobState.FAILED, now()))
    assert (backlog.survey().jobs[JobState.FAILED], backlog.survey().due) == (1, ())
    jobs.retry("job1")
    assert backlog.survey().steps()["first", "queued"] == 1


def test_a_record_that_cannot_be_read_hides_no_other() -> None:
    store = MemoryStore()
    store.create(keys.job("job0"), b"{}")
    film_job(store, "job1")
    assert Backlog(Jobs(store)).survey().steps()["first", "queued"] == 1


@pytest.mark.parametrize(
    ("start", "end", "length", "seconds"),
    [(None, None, 90.0, 90.0), (30.0, None, 90.0, 60.0), (None, 45.0, 90.0, 45.0), (5.0, 15.0, None, 10.0),
     (None, None, None, None)],
)  # fmt: skip
def test_a_clip_counts_as_long_as_it_is(
    start: float | None, end: float | None, length: float | None, seconds: float | None
) -> None:
    job = replace(film_job(MemoryStore(), "job1", length), clip_start=start, clip_end=end)
    assert media_seconds(job) == seconds


def test_every_stage_is_shown_with_nothing_to_do_but_nothing_before_the_first_look() -> None:
    backlog = Backlog(Jobs(MemoryStore()))
    assert of_survey(backlog.last) == {}
    shown = of_survey(backlog.survey())
    for metric in (metrics.BACKLOG_STEPS, metrics.BACKLOG_MEDIA_SECONDS):
        assert shown[metric] == {(stage, state): 0 for stage in STAGES for state in ("queued", "running")}


class AwayStore(MemoryStore):
    """A store that cannot be reached."""

    def folders(self, prefix: str) -> Iterator[str]:
        raise StoreUnavailable("the store does not answer; try again later")


class StoppedAtOnce(threading.Event):
    """Set when it is first waited for."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_a_store_that_is_away_leaves_what_was_known(caplog: pytest.LogCaptureFixture) -> None:
    backlog = Backlog(Jobs(AwayStore()))
    backlog._look(StoppedAtOnce())
    assert backlog.last is None
    assert "STORE_UNAVAILABLE" in caplog.text
