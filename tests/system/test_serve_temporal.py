"""`cuegraph serve --engine temporal` does what waits in the store, and stops in good order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from coordinator.cli.engines import EngineName, temporal_of
from coordinator.jobs import Jobs, JobState
from coordinator.records import PlannedStep
from services.runtime.settings import TemporalAccess
from services.runtime.store.file import FileStore
from tests.small_jobs import small_job
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


def test_the_address_of_the_command_line_goes_before_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_TEMPORAL_ADDRESS", "temporal:7233")
    monkeypatch.delenv("CUEGRAPH_TEMPORAL_NAMESPACE", raising=False)
    assert temporal_of(EngineName.TEMPORAL, "", "") == TemporalAccess("temporal:7233", "default")
    assert temporal_of(EngineName.TEMPORAL, "other:1", "films") == TemporalAccess("other:1", "films")
    assert temporal_of(EngineName.LOCAL, "", "") is None
