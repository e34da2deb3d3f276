"""Jobs are driven as their turns come, steps wait and say why, and a pause reaches every coordinator."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs, JobState
from coordinator.pauses import Pauses, is_paused, set_paused
from coordinator.pools import Pools, Rules, queue
from coordinator.records import PlannedInput, PlannedStep
from coordinator.service import worker
from coordinator.service.broadcasts import Broadcasts
from coordinator.service.worker import Worker
from coordinator.status import job_status
from coordinator.turns import Tenants
from services.runtime.errors import UnknownName
from services.runtime.local import LocalStage
from services.runtime.stage import Run
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.patience import PATIENCE_SECONDS, until
from tests.small_jobs import Watched, Work, small_job, stage_named
from tests.small_stages import node_of

PLAN = (PlannedStep(1, "demux", inputs=(PlannedInput("text", "", ""),)),)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RESCAN_SECONDS", 0.1)
    monkeypatch.setattr(queue, "SILENT_SECONDS", 0.05)


def job(store: Store, name: str, tenant: str = "default", priority: int = 0, minute: int = 0) -> None:
    """A job in the store that was created so many minutes after noon."""
    record = replace(
        small_job(MemoryStore(), name, PLAN), tenant=tenant, priority=priority, create_time=NOON.replace(minute=minute)
    )
    store.put(keys.blob(record.media.artifact.digest), b"film")
    Jobs(store).create(record)


def pools_of(store: Store, folder: Path, work: Work) -> Pools:
    jobs, node = Jobs(store), node_of(store, folder)
    rules = Rules(jobs.rank, Pauses(store).is_paused)
    return Pools(lambda stage: LocalStage(stage_named(stage, work), node), no_stage_elsewhere, {}, rules)


def no_stage_elsewhere(address: str, stage: str) -> Any:
    raise AssertionError(f"{stage} was to run here, not at {address}")


def worker_on(store: Store, folder: Path, work: Work, slots: int = 1, tenants: Tenants | None = None) -> Worker:
    jobs = Jobs(store)
    engine = LocalEngine(jobs, pools_of(store, folder, work), node_of(store, folder))
    return Worker(jobs, engine, Broadcasts(), slots, tenants)


class Noted:
    """Work that notes the jobs in the order in which they came, and how many there were at once."""

    def __init__(self) -> None:
        self.jobs: list[str] = []

    def work(self, run: Run[Any]) -> None:
        self.jobs.append(run.settings.suffix)
        run.output("text", "text.txt").write_text("done")


def driven(store: Store, folder: Path, tenants: Tenants | None = None) -> list[str]:
    """The jobs of the store in the order in which one slot drives them."""
    order: list[str] = []

    class Noting(LocalEngine):
        def drive(self, job_id: str, *more: Any) -> Any:
            order.append(job_id)
            return super().drive(job_id, *more)

    jobs = Jobs(store)
    engine = Noting(jobs, pools_of(store, folder, Noted().work), node_of(store, folder))
    working = Worker(jobs, engine, Broadcasts(), 1, tenants)
    working.start()
    until(lambda: all(jobs.state(name) is JobState.SUCCEEDED for name in jobs.names()))
    assert working.stop(PATIENCE_SECONDS) == []
    return order


def test_the_urgent_go_first_then_the_old(tmp_path: Path) -> None:
    store = MemoryStore()
    job(store, "a-young", minute=9)
    job(store, "b-old", minute=1)
    job(store, "c-urgent", priority=100, minute=9)
    assert driven(store, tmp_path) == ["c-urgent", "b-old", "a-young"]


def test_tenants_take_turns_by_their_weights(tmp_path: Path) -> None:
    store = MemoryStore()
    for number in range(6):
        job(store, f"a{number}", "archive", minute=number)
    for number in range(3):
        job(store, f"n{number}", "news", minute=30 + number)
    order = driven(store, tmp_path, Tenants(weights={"news": 2.0}))
    assert sorted(name[0] for name in order[:4]) == ["a", "a", "n", "n"]
    assert [name for name in order if name[0] == "a"] == [f"a{number}" for number in range(6)]


def test_a_tenant_has_no_more_jobs_under_way_than_its_limit(tmp_path: Path) -> None:
    store, release = MemoryStore(), threading.Event()

    def wait(run: Run[Any]) -> None:
        assert release.wait(PATIENCE_SECONDS)
        run.output("text", "text.txt").write_text("done")

    for number in range(3):
        job(store, f"a{number}", "archive", priority=5)
    job(store, "n0", "news")
    working = worker_on(store, tmp_path, wait, slots=4, tenants=Tenants(limits={"archive": 1}))
    working.start()
    jobs = Jobs(store)
    until(lambda: jobs.state("n0") is JobState.RUNNING)
    assert sum(jobs.state(f"a{number}") is JobState.RUNNING for number in range(3)) == 1
    release.set()
    until(lambda: all(jobs.state(name) is JobState.SUCCEEDED for name in jobs.names()))
    assert working.stop(PATIENCE_SECONDS) == []


@pytest.fixture
def paused(tmp_path: Path) -> Iterator[tuple[Store, Worker]]:
    """A store whose demux is paused, and a worker that drives its only job."""
    store = MemoryStore()
    set_paused(store, "demux", paused=True)
    job(store, "job1")
    working = worker_on(store, tmp_path, Noted().work)
    working.start()
    yield store, working
    set_paused(store, "demux", paused=False)
    assert working.stop(PATIENCE_SECONDS) == []


def test_a_paused_stage_keeps_its_steps_waiting_and_says_so(paused: tuple[Store, Worker]) -> None:
    jobs = Jobs(paused[0])
    until(lambda: job_status(jobs, "job1").steps[0].waiting == "stage demux is paused")
    assert job_status(jobs, "job1").state is JobState.RUNNING


def test_a_stage_that_is_resumed_goes_on_and_nothing_is_said_to_wait(paused: tuple[Store, Worker]) -> None:
    jobs = Jobs(paused[0])
    until(lambda: bool(job_status(jobs, "job1").steps[0].waiting))
    set_paused(paused[0], "demux", paused=False)
    until(lambda: jobs.state("job1") is JobState.SUCCEEDED)
    assert job_status(jobs, "job1").steps[0].waiting == ""


def test_a_job_that_waits_can_be_called_off(paused: tuple[Store, Worker]) -> None:
    jobs = Jobs(paused[0])
    until(lambda: bool(job_status(jobs, "job1").steps[0].waiting))
    jobs.cancel("job1")
    until(lambda: jobs.state("job1") is JobState.CANCELLED)
    assert job_status(jobs, "job1").steps[0].waiting == ""


def test_those_who_watch_a_job_hear_why_it_waits(tmp_path: Path) -> None:
    store = MemoryStore()
    set_paused(store, "demux", paused=True)
    job(store, "job1")
    watched, cancelled = Watched(), threading.Event()
    engine = LocalEngine(Jobs(store), pools_of(store, tmp_path, Noted().work), node_of(store, tmp_path))
    driving = threading.Thread(target=engine.drive, args=("job1", watched, cancelled))
    driving.start()
    until(lambda: "demux waits: stage demux is paused" in watched.lines)
    cancelled.set()
    driving.join(PATIENCE_SECONDS)
    assert not driving.is_alive()
    assert watched.outcomes[0].state is JobState.CANCELLED


def test_a_pause_is_obeyed_by_who_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coordinator.pauses.AGE_SECONDS", 0.05)
    store = MemoryStore()
    pauses = Pauses(store)
    assert not pauses.is_paused("asr")
    set_paused(store, "asr", paused=True)
    until(lambda: pauses.is_paused("asr"))
    assert not pauses.is_paused("vad")
    set_paused(store, "asr", paused=False)
    until(lambda: not pauses.is_paused("asr"))


def test_a_stage_that_nobody_knows_cannot_be_paused() -> None:
    store = MemoryStore()
    with pytest.raises(UnknownName):
        set_paused(store, "asr2", paused=True)
    assert not is_paused(store, "asr2")
