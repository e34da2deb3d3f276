"""Jobs are what the store says: asked for, at work, over, sealed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from coordinator import heartbeat
from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.records import PlannedStep
from coordinator.sealing.sealing import seal_round
from services.runtime.canonical import canonical_json
from services.runtime.errors import CuegraphError
from services.runtime.manifest import Notice, now
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import small_job


@pytest.fixture
def jobs() -> Jobs:
    jobs = Jobs(MemoryStore())
    small_job(jobs.store)
    return jobs


def failed(code: str = "STAGE_FAILED") -> Outcome:
    return Outcome(JobState.FAILED, now(), (Notice(code, "no", now()),))


def ago(seconds: float) -> str:
    return (now() - timedelta(seconds=seconds)).isoformat()


def test_a_new_job_is_queued(jobs: Jobs) -> None:
    assert jobs.state("job1") is JobState.QUEUED


def test_a_job_that_somebody_drives_is_running(jobs: Jobs) -> None:
    with heartbeat.beating(jobs.store, "job1"):
        assert jobs.state("job1") is JobState.RUNNING
    assert jobs.state("job1") is JobState.QUEUED


@pytest.mark.parametrize("change", [{"process_id": 2**22 + 1}, {"process_started": 1.0}])
def test_a_job_whose_driver_was_killed_is_not_running(jobs: Jobs, change: dict[str, object]) -> None:
    with heartbeat.beating(jobs.store, "job1"):
        beat = json.loads(jobs.store.get(keys.heartbeat("job1")))
    jobs.store.put(keys.heartbeat("job1"), canonical_json({**beat, "alive": True, **change}))
    assert jobs.state("job1") is JobState.QUEUED


@pytest.mark.parametrize(("seconds", "state"), [(1, JobState.RUNNING), (3600, JobState.QUEUED)])
def test_a_driver_elsewhere_is_dead_when_it_has_been_silent(jobs: Jobs, seconds: int, state: JobState) -> None:
    beat = {"host": "elsewhere", "process_id": 1, "process_started": 1.0, "time": ago(seconds)}
    jobs.store.put(keys.heartbeat("job1"), canonical_json({"alive": True, **beat}))
    assert jobs.state("job1") is state


def test_a_process_that_lives_and_could_not_say_that_it_ended_does_not_hold_the_job(jobs: Jobs) -> None:
    with heartbeat.beating(jobs.store, "job1"):
        beat = json.loads(jobs.store.get(keys.heartbeat("job1")))
    jobs.store.put(keys.heartbeat("job1"), canonical_json({**beat, "alive": True, "time": ago(3600)}))
    assert jobs.state("job1") is JobState.QUEUED


def test_a_job_is_what_its_outcome_says(jobs: Jobs) -> None:
    jobs.end("job1", 1, failed())
    assert jobs.state("job1") is JobState.FAILED
    outcome = jobs.outcome("job1")
    assert outcome is not None
    assert [error.code for error in outcome.errors] == ["STAGE_FAILED"]


def test_the_first_outcome_of_a_round_counts(jobs: Jobs) -> None:
    jobs.end("job1", 1, failed())
    jobs.end("job1", 1, Outcome(JobState.CANCELLED, now()))
    assert jobs.state("job1") is JobState.FAILED


def test_who_ends_late_ends_the_round_that_it_drove(jobs: Jobs) -> None:
    jobs.cancel("job1")
    jobs.retry("job1")
    jobs.end("job1", 1, Outcome(JobState.CANCELLED, now()))
    assert jobs.state("job1") is JobState.QUEUED


def test_a_sealed_job_has_succeeded_though_another_who_drove_it_gave_up(jobs: Jobs) -> None:
    jobs.end("job1", 1, failed())
    seal_round(jobs.store, jobs.get("job1"), 1, JobState.SUCCEEDED, jobs.notary)
    outcome = jobs.outcome("job1")
    assert outcome is not None
    assert (jobs.state("job1"), outcome.state, outcome.errors) == (JobState.SUCCEEDED, JobState.SUCCEEDED, ())


def test_an_outcome_that_cannot_be_read_is_named(jobs: Jobs) -> None:
    jobs.store.create(keys.round_file("job1", 1, "outcome"), b"{}")
    with pytest.raises(CuegraphError, match=keys.round_file("job1", 1, "outcome")) as error:
        jobs.state("job1")
    assert error.value.code == "DOCUMENT_INVALID"


def test_a_retried_job_is_queued_again(jobs: Jobs) -> None:
    jobs.end("job1", 1, failed())
    assert jobs.retry("job1") == 2
    assert jobs.state("job1") is JobState.QUEUED
    jobs.end("job1", 2, Outcome(JobState.CANCELLED, now()))
    assert jobs.retry("job1") == 3


def test_a_job_that_is_not_over_cannot_be_retried(jobs: Jobs) -> None:
    with pytest.raises(CuegraphError) as error:
        jobs.retry("job1")
    assert error.value.code == "JOB_STATE_WRONG"


def test_a_queued_job_that_is_cancelled_is_over(jobs: Jobs) -> None:
    jobs.cancel("job1")
    assert jobs.state("job1") is JobState.CANCELLED
    assert jobs.is_cancelled("job1", 1)


def test_a_cancellation_is_for_its_round_only(jobs: Jobs) -> None:
    jobs.cancel("job1")
    jobs.retry("job1")
    assert not jobs.is_cancelled("job1", 2)


def test_a_job_that_is_over_cannot_be_cancelled(jobs: Jobs) -> None:
    jobs.end("job1", 1, failed())
    with pytest.raises(CuegraphError) as error:
        jobs.cancel("job1")
    assert error.value.code == "JOB_STATE_WRONG"


@pytest.mark.parametrize("name", ["nobody", "../job1", "JOB 1", ""])
def test_a_job_that_is_not_there_is_unknown(jobs: Jobs, name: str) -> None:
    with pytest.raises(CuegraphError) as error:
        jobs.get(name)
    assert error.value.code == "NAME_UNKNOWN"


def test_a_job_is_created_once(jobs: Jobs) -> None:
    assert not jobs.create(jobs.get("job1"))


def test_who_asks_in_the_same_words_is_led_to_the_same_job_until_it_has_ended(jobs: Jobs) -> None:
    digest = "ab" * 32
    twin = replace(jobs.get("job1"), job=f"20260101-000000-{digest[:12]}", request_digest=digest)
    jobs.create(twin)
    assert jobs.name_for_all(digest) == twin.job
    assert jobs.name_for_all("cd" * 32) != twin.job
    jobs.end(twin.job, 1, failed())
    assert jobs.name_for_all(digest) != twin.job


def test_all_who_ask_at_the_same_moment_are_led_to_one_job(jobs: Jobs) -> None:
    with ThreadPoolExecutor(8) as threads:
        names = list(threads.map(lambda _: jobs.name_for_all("ab" * 32), range(32)))
    assert len(set(names)) == 1
    assert names[0].endswith("-" + "ab" * 6)


@pytest.mark.parametrize(("code", "at_fault"), [("MEDIA_TRUNCATED", True), ("STAGE_CRASHED", False), ("NEW", False)])
def test_an_outcome_tells_whether_the_input_was_at_fault(code: str, at_fault: bool) -> None:
    assert failed(code).is_input_at_fault is at_fault


def test_what_was_done_in_part_comes_in_the_order_of_its_rounds(jobs: Jobs) -> None:
    job = replace(jobs.get("job1"), plan=(PlannedStep(1, "mux", partial=True),))
    for number in (10, 2, 1):
        step = PlannedStep(1, "mux", f"partial-{number}").of("job1")
        jobs.store.create(step.attempt(1, "started"), b"{}")
    assert [step.shard for step in jobs.partial_steps(job)] == ["partial-1", "partial-2", "partial-10"]


def test_names_come_newest_first(jobs: Jobs) -> None:
    jobs.create(replace(jobs.get("job1"), job="job2"))
    assert jobs.names() == ["job2", "job1"]
