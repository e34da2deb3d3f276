"""A job that is killed, at whatever moment, ends in the same result when it is driven again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from coordinator.jobs import Jobs, JobState
from coordinator.lineage.verify import verify
from services.runtime import commits
from services.runtime.store import blobs
from services.runtime.store.file import FileStore
from tests.dying_job import JOB
from tests.small_jobs import DIAMOND
from tests.small_stages import assert_nothing_is_called_done_that_is_not

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
WRITES = 34
"""As many as a whole job makes at the least."""
RANDOM_KILLS = 50


def drive(folder: Path, writes: int = 0, kill_after: float | None = None) -> int:
    """Drives the job in a process of its own; returns its exit status."""
    process = subprocess.Popen([sys.executable, "-m", "tests.dying_job", str(folder), str(writes)], cwd=ROOT)
    try:
        return process.wait(SECONDS if kill_after is None else kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(SECONDS)


def assert_the_job_ended_well(folder: Path) -> None:
    store = FileStore(folder / "store")
    assert Jobs(store).state(JOB) is JobState.SUCCEEDED
    last = commits.find(store, DIAMOND[-1].of(JOB))
    assert last is not None
    assert blobs.read(store, last[0].outputs[0].artifact) == b"[[[film]]+[[film]]]"
    assert "AGAIN" not in (folder / "runs.txt").read_text()
    report = verify(store, JOB)
    assert [finding.code for finding in report.findings if finding.severity == "error"] == []


def assert_a_killed_attempt_left_evidence(folder: Path) -> None:
    """Whatever began to work has an attempt in the store, ended or not."""
    store = FileStore(folder / "store")
    begun = {step.stage: commits.attempts(store, step.of(JOB)) for step in DIAMOND}
    for stage in (folder / "runs.txt").read_text().split():
        assert begun[stage]


@pytest.mark.parametrize("writes", range(1, WRITES + 1))
def test_a_kill_after_any_store_write_loses_nothing(tmp_path: Path, writes: int) -> None:
    assert drive(tmp_path, writes) == -signal.SIGKILL
    assert_nothing_is_called_done_that_is_not(FileStore(tmp_path / "store"))
    assert drive(tmp_path) == 0
    assert_a_killed_attempt_left_evidence(tmp_path)
    assert_the_job_ended_well(tmp_path)


def test_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    for kill in range(RANDOM_KILLS):
        folder = tmp_path / str(kill)
        folder.mkdir()
        drive(folder, kill_after=moments.uniform(0.05, 1.2))
        assert_nothing_is_called_done_that_is_not(FileStore(folder / "store"))
        assert drive(folder) == 0
        assert_the_job_ended_well(folder)
