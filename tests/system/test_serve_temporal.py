"""`cuegraph serve --engine temporal` does what waits in the store, and stops in good order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coordinator.cli.engines import EngineName, temporal_of
from coordinator.engines.temporal.engine import TemporalEngine
from coordinator.jobs import Jobs, JobState
from coordinator.records import PlannedStep
from services.runtime.errors import Cancelled
from services.runtime.settings import TemporalAccess
from services.runtime.stage import Run
from services.runtime.store.file import FileStore
from tests.small_jobs import DIAMOND, StagesHere, Watched, join, small_job
from tests.small_stages import UpperSettings, node_of
from tests.temporal_server import PATIENCE_SECONDS, TemporalServer

PLAN = (PlannedStep(1, "vad", skip="a test needs no models"),)


def wait_until_over(jobs: Jobs, name: str) -> JobState:
    for _ in range(int(PATIENCE_SECONDS * 20)):
        if jobs.state(name).is_final:
            return jobs.state(name)
        threading.Event().wait(0.05)
    raise AssertionError(f"not over: {jobs.state(name)}")


def test_a_coordinator_on_temporal_drives_what_is_in_the_store_until_it_is_told_to_stop(
    tmp_path: Path, temporal: TemporalServer
) -> None:
    access = temporal.new_namespace()
    jobs = Jobs(FileStore(tmp_path / "store"))
    small_job(jobs.store, plan=PLAN)
    command = [
        str(Path(sys.executable).with_name("cuegraph")),
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--engine",
        "temporal",
    ]
    environment = {
        **os.environ,
        "CUEGRAPH_DATA": str(tmp_path),
        "CUEGRAPH_TEMPORAL_ADDRESS": access.address,
        "CUEGRAPH_TEMPORAL_NAMESPACE": access.namespace,
    }
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as child:
        try:
            assert wait_until_over(jobs, "job1") is JobState.SUCCEEDED
            child.send_signal(signal.SIGTERM)
            assert child.wait(PATIENCE_SECONDS) == 0
        finally:
            child.kill()


def test_a_coordinator_that_stops_hands_back_the_step_that_it_cannot_end(
    tmp_path: Path, temporal: TemporalServer
) -> None:
    node, access = node_of(FileStore(tmp_path / "store"), tmp_path), temporal.new_namespace()
    jobs, begun, released = Jobs(node.store), threading.Event(), threading.Event()
    small_job(node.store, plan=DIAMOND[:1])

    def hold(run: Run[UpperSettings]) -> None:
        begun.set()
        released.wait(PATIENCE_SECONDS)
        join(run)

    stopping = TemporalEngine(
        jobs, StagesHere(node, {"first": hold}), node, access, stages=["first"], heartbeat_seconds=3600.0
    )
    staying = TemporalEngine(
        jobs, StagesHere(node, {"first": join}), node, access, stages=["first"], heartbeat_seconds=3600.0
    )
    stopping.start()
    with ThreadPoolExecutor(1) as threads:
        driving = threads.submit(stopping.drive, "job1", Watched())
        assert begun.wait(PATIENCE_SECONDS)
        stopping.stop(0.1)
        with pytest.raises(Cancelled):
            driving.result(PATIENCE_SECONDS)
    staying.start()
    assert staying.drive("job1", Watched()).state is JobState.SUCCEEDED
    staying.stop(PATIENCE_SECONDS)
    released.set()


def test_the_address_of_the_command_line_goes_before_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_TEMPORAL_ADDRESS", "temporal:7233")
    monkeypatch.delenv("CUEGRAPH_TEMPORAL_NAMESPACE", raising=False)
    assert temporal_of(EngineName.TEMPORAL, "", "") == TemporalAccess("temporal:7233", "default")
    assert temporal_of(EngineName.TEMPORAL, "other:1", "films") == TemporalAccess("other:1", "films")
    assert temporal_of(EngineName.LOCAL, "", "") is None
