"""What a coordinator remembers of jobs is never asked for again, and gives the answers of one that has just begun."""

from __future__ import annotations

from collections import Counter

from coordinator.jobs import Jobs, JobState, Outcome
from services.runtime.manifest import now
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import write_job
from tests.small_jobs import small_job


class CountingStore(MemoryStore):
    """Counts how often each key was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def size(self, key: str) -> int | None:
        self.asked[key] += 1
        return super().size(key)

    def get(self, key: str) -> bytes:
        self.asked[key] += 1
        return super().get(key)


def states(jobs: Jobs) -> dict[str, JobState]:
    return {name: jobs.state(name) for name in jobs.names()}


def test_a_seal_is_looked_for_until_it_is_there() -> None:
    store = CountingStore()
    jobs = Jobs(store)
    job = write_job(store, "job1", seal=False)
    assert jobs.state("job1") is JobState.QUEUED
    job.seal()
    store.asked.clear()
    assert [jobs.state("job1") for _ in range(3)] == [JobState.SUCCEEDED] * 3
    assert store.asked[keys.seal("job1")] == 1


def test_the_rank_of_a_job_is_read_once() -> None:
    store = CountingStore()
    small_job(store, "job1")
    jobs = Jobs(store)
    assert jobs.rank("job1") == jobs.rank("job1")
    assert store.asked[keys.job("job1")] == 1


def test_one_that_has_just_begun_gives_the_same_answers() -> None:
    store = MemoryStore()
    old = Jobs(store)
    write_job(store, "done")
    for name in ("failed", "queued"):
        small_job(store, name)
    assert states(old)["done"] is JobState.SUCCEEDED
    old.end("failed", 1, Outcome(JobState.FAILED, now()))
    assert states(old) == states(Jobs(store))
    old.retry("failed")
    assert states(old) == states(Jobs(store))
    assert states(old)["failed"] is JobState.QUEUED
