"""A command drives a job, or waits for whoever else does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from coordinator import heartbeat
from coordinator.cli.driving import await_other_driver
from coordinator.jobs import Jobs, JobState, Outcome
from services.runtime.errors import Cancelled
from services.runtime.manifest import now
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import small_job

PATIENCE_SECONDS = 30.0


@pytest.fixture
def jobs() -> Jobs:
    jobs = Jobs(MemoryStore())
    small_job(jobs.store)
    return jobs


def test_a_job_that_nobody_drives_is_not_waited_for(jobs: Jobs) -> None:
    assert await_other_driver(jobs, "job1", threading.Event()) is None


def test_a_job_that_another_process_ends_is_not_driven_again(jobs: Jobs) -> None:
    with ThreadPoolExecutor() as pool, heartbeat.beating(jobs.store, "job1"):
        waiting = pool.submit(await_other_driver, jobs, "job1", threading.Event())
        jobs.end("job1", 1, Outcome(JobState.FAILED, now()))
        outcome = waiting.result(PATIENCE_SECONDS)
    assert outcome is not None
    assert outcome.state is JobState.FAILED


def test_a_job_that_another_process_leaves_is_gone_on_with(jobs: Jobs) -> None:
    with ThreadPoolExecutor() as pool:
        with heartbeat.beating(jobs.store, "job1"):
            waiting = pool.submit(await_other_driver, jobs, "job1", threading.Event())
        assert waiting.result(PATIENCE_SECONDS) is None


def test_waiting_ends_when_it_is_called_off_and_the_job_does_not(jobs: Jobs) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with heartbeat.beating(jobs.store, "job1"):
        with pytest.raises(Cancelled, match="jobs cancel job1"):
            await_other_driver(jobs, "job1", cancelled)
        assert jobs.state("job1") is JobState.RUNNING
