"""Coordinators that are killed or frozen, and a Temporal that goes away, lose no job and publish nothing twice."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from coordinator.engines.temporal.messages import (
    BEGIN,
    FINISH,
    JOBS_QUEUE,
    RUN_STEP,
    WATCH,
    Begun,
    RoundAsked,
    RoundEnd,
    StepAsked,
    StepReport,
    stage_queue,
)
from coordinator.engines.temporal.workflow import JobRound
from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.lineage.verify import verify
from coordinator.records import PlannedStep
from services.runtime import commits
from services.runtime.manifest import Manifest, now
from services.runtime.settings import TemporalAccess
from services.runtime.store import blobs
from services.runtime.store.file import FileStore
from tests.small_jobs import DIAMOND, small_job
from tests.temporal_coordinator import PATIENCE_SECONDS, coordinator, runs
from tests.temporal_server import TemporalServer, temporal_server

Watch = Callable[[], Awaitable[None]]

HEARTBEAT_SECONDS = 2.0
LEFT, LAST = DIAMOND[1], DIAMOND[3]


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE_SECONDS * 20)):
        if condition():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it did not happen")


def assert_the_job_ended_well(folder: Path, name: str = "job1") -> None:
    store = FileStore(folder / "store")
    wait_until(lambda: Jobs(store).state(name).is_final)
    assert Jobs(store).state(name) is JobState.SUCCEEDED
    last = commits.find(store, LAST.of(name))
    assert last is not None
    assert blobs.read(store, last[0].outputs[0].artifact) == b"[[[film]]+[[film]]]"
    assert [finding.code for finding in verify(store, name).findings if finding.severity == "error"] == []


def committed(store: FileStore) -> dict[PlannedStep, Manifest]:
    found = {step: commits.find(store, step.of("job1")) for step in DIAMOND}
    return {step: it[0] for step, it in found.items() if it is not None}


def test_a_coordinator_that_is_killed_in_the_midst_of_a_step_is_replaced(
    tmp_path: Path, temporal: TemporalServer
) -> None:
    access = temporal.new_namespace()
    small_job(FileStore(tmp_path / "store"))
    with coordinator(tmp_path, access, HEARTBEAT_SECONDS) as first:
        wait_until(lambda: runs(tmp_path, "left") == [first.pid])
        with coordinator(tmp_path, access, HEARTBEAT_SECONDS) as second:
            first.kill()
            wait_until(lambda: runs(tmp_path, "left") == [first.pid, second.pid])
            (tmp_path / "release").touch()
            assert_the_job_ended_well(tmp_path)
    assert len(runs(tmp_path, "first")) == 1


def test_a_frozen_coordinator_whose_step_was_given_away_wakes_and_publishes_nothing(
    tmp_path: Path, temporal: TemporalServer
) -> None:
    access = temporal.new_namespace()
    store = FileStore(tmp_path / "store")
    small_job(store)
    with coordinator(tmp_path, access, HEARTBEAT_SECONDS) as first:
        wait_until(lambda: runs(tmp_path, "left") == [first.pid])
        with coordinator(tmp_path, access, HEARTBEAT_SECONDS) as second:
            first.send_signal(signal.SIGSTOP)
            wait_until(lambda: runs(tmp_path, "left") == [first.pid, second.pid])
            (tmp_path / "release").touch()
            assert_the_job_ended_well(tmp_path)
            before = committed(store)
            assert before[LEFT].attempt == 2
            first.send_signal(signal.SIGCONT)
            wait_until(lambda: store.size(LEFT.of("job1").attempt(1, "manifest")) is not None)
    assert committed(store) == before


def test_temporal_may_be_killed_in_the_midst_of_a_job(tmp_path: Path) -> None:
    with temporal_server(tmp_path) as server:
        small_job(FileStore(tmp_path / "store"))
        access = server.new_namespace()
        with coordinator(tmp_path, access, HEARTBEAT_SECONDS) as child:
            wait_until(lambda: runs(tmp_path, "left") == [child.pid])
            server.kill()
            (tmp_path / "release").touch()
            wait_until(lambda: commits.find(FileStore(tmp_path / "store"), LEFT.of("job1")) is not None)
            server.start()
            assert_the_job_ended_well(tmp_path)
    assert len(runs(tmp_path, "left")) == 1


async def driven(access: TemporalAccess, watch_begun: Watch, most_remembered: int = 1000) -> Outcome:
    """How a round of one step ends, which is done as soon as the watch has begun.

    `most_remembered` is how many rounds the coordinator keeps in mind between two decisions.
    """
    watched = asyncio.Event()

    @activity.defn(name=BEGIN)
    async def begin(_: RoundAsked) -> Begun:
        return Begun(plan=DIAMOND[:1], done=())

    @activity.defn(name=WATCH)
    async def watch(_: RoundAsked) -> None:
        watched.set()
        await watch_begun()

    @activity.defn(name=RUN_STEP)
    async def run_step(_: StepAsked) -> StepReport:
        await watched.wait()
        return StepReport(is_done=True)

    @activity.defn(name=FINISH)
    async def finish(end: RoundEnd) -> Outcome:
        return Outcome(end.state, now(), end.errors)

    client = await Client.connect(access.address, namespace=access.namespace, data_converter=pydantic_data_converter)
    asked = RoundAsked("job1", 1, heartbeat_seconds=1.0)
    jobs = Worker(
        client, task_queue=JOBS_QUEUE, workflows=[JobRound], activities=[begin, watch, finish],
        max_cached_workflows=most_remembered,
    )  # fmt: skip
    async with jobs, Worker(client, task_queue=stage_queue(DIAMOND[0].stage), activities=[run_step]):
        return await client.execute_workflow(JobRound.run, asked, id="job1-1", task_queue=JOBS_QUEUE)


async def fall_silent() -> None:
    await asyncio.Event().wait()


async def beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.1)


def test_a_round_whose_watch_is_lost_at_its_very_end_ends_as_it_was_written_down(temporal: TemporalServer) -> None:
    outcome = asyncio.run(asyncio.wait_for(driven(temporal.new_namespace(), fall_silent), PATIENCE_SECONDS))
    assert outcome.state is JobState.SUCCEEDED


def test_a_round_that_is_forgotten_after_every_decision_goes_on(temporal: TemporalServer) -> None:
    rounds = driven(temporal.new_namespace(), beat, most_remembered=0)
    assert asyncio.run(asyncio.wait_for(rounds, PATIENCE_SECONDS)).state is JobState.SUCCEEDED


def test_coordinators_share_the_jobs_that_there_are_and_do_no_step_twice(
    tmp_path: Path, temporal: TemporalServer
) -> None:
    access = temporal.new_namespace()
    store = FileStore(tmp_path / "store")
    (tmp_path / "release").touch()
    names = [f"job{number}" for number in range(6)]
    for name in names:
        small_job(store, name)
    with coordinator(tmp_path, access, HEARTBEAT_SECONDS), coordinator(tmp_path, access, HEARTBEAT_SECONDS):
        for name in names:
            assert_the_job_ended_well(tmp_path, name)
    attempts = [commits.attempts(store, step.of(name)) for name in names for step in DIAMOND]
    assert attempts == [[1]] * len(attempts)


def test_a_temporal_that_has_forgotten_everything_costs_no_job(tmp_path: Path, temporal: TemporalServer) -> None:
    small_job(FileStore(tmp_path / "store"))
    with coordinator(tmp_path, temporal.new_namespace(), HEARTBEAT_SECONDS) as first:
        wait_until(lambda: runs(tmp_path, "left") == [first.pid])
    (tmp_path / "release").touch()
    with coordinator(tmp_path, temporal.new_namespace(), HEARTBEAT_SECONDS):
        assert_the_job_ended_well(tmp_path)
    assert len(runs(tmp_path, "first")) == 1
