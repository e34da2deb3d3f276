"""The worker drives what is left in the store, and one bad job or a lost store does not stop it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator import heartbeat
from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs, JobState
from coordinator.service import worker
from coordinator.service.broadcasts import Broadcasts
from coordinator.service.worker import Worker
from services.runtime.errors import StoreUnavailable
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import DIAMOND, StagesHere, join, small_job
from tests.small_stages import node_of

PATIENCE_SECONDS = 60.0


class FailingStore(MemoryStore):
    """A store that cannot list jobs so many times."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__()
        self.failures = failures

    def folders(self, prefix: str) -> Iterator[str]:
        if prefix == "jobs/" and self.failures:
            self.failures -= 1
            raise StoreUnavailable("the store does not answer; try again later")
        return super().folders(prefix)


def worker_on(store: MemoryStore, folder: Path) -> Worker:
    node = node_of(store, folder)
    stages = StagesHere(node, {step.stage: join for step in DIAMOND})
    jobs = Jobs(store)
    return Worker(jobs, LocalEngine(jobs, stages, node), Broadcasts(), slots=2)


def wait_until_over(jobs: Jobs, *names: str) -> list[JobState]:
    for _ in range(int(PATIENCE_SECONDS * 50)):
        states = [jobs.state(name) for name in names]
        if all(state.is_final for state in states):
            return states
        threading.Event().wait(0.02)
    raise AssertionError(f"not over: {states}")


@pytest.fixture(autouse=True)
def _quick_rescans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RESCAN_SECONDS", 0.05)


def test_all_that_is_unfinished_is_driven(tmp_path: Path) -> None:
    store = MemoryStore()
    for name in ("job1", "job2", "job3"):
        small_job(store, name)
    working = worker_on(store, tmp_path)
    working.start()
    assert wait_until_over(Jobs(store), "job1", "job2", "job3") == [JobState.SUCCEEDED] * 3
    assert working.stop(PATIENCE_SECONDS) == []


def test_a_job_that_another_process_drives_is_left_to_it(tmp_path: Path) -> None:
    store = MemoryStore()
    small_job(store, "job1")
    small_job(store, "job2")
    working = worker_on(store, tmp_path)
    with heartbeat.beating(store, "job1"):
        working.start()
        wait_until_over(Jobs(store), "job2")
        assert Jobs(store).state("job1") is JobState.RUNNING
    assert wait_until_over(Jobs(store), "job1") == [JobState.SUCCEEDED]
    working.stop(PATIENCE_SECONDS)


def test_a_job_whose_record_is_broken_is_given_up_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    store.create(keys.job("job0"), b"{}")
    small_job(store, "job1")
    working = worker_on(store, tmp_path)
    with caplog.at_level(logging.ERROR, logger="coordinator.service.worker"):
        working.start()
        assert wait_until_over(Jobs(store), "job1") == [JobState.SUCCEEDED]
        working.stop(PATIENCE_SECONDS)
    assert [record.getMessage().startswith("job job0 cannot be driven") for record in caplog.records] == [True]


def test_a_job_whose_outcome_is_broken_is_given_up_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    small_job(store, "job0")
    store.create(keys.round_file("job0", 1, "outcome"), b"{}")
    small_job(store, "job1")
    working = worker_on(store, tmp_path)
    with caplog.at_level(logging.ERROR, logger="coordinator.service.worker"):
        working.start()
        assert wait_until_over(Jobs(store), "job1") == [JobState.SUCCEEDED]
        working.stop(PATIENCE_SECONDS)
    assert [record.getMessage().startswith("job job0 cannot be driven") for record in caplog.records] == [True]


def test_a_store_that_comes_back_is_gone_on_with(tmp_path: Path) -> None:
    store = FailingStore(failures=3)
    small_job(store, "job1")
    working = worker_on(store, tmp_path)
    working.start()
    assert wait_until_over(Jobs(store), "job1") == [JobState.SUCCEEDED]
    working.stop(PATIENCE_SECONDS)
