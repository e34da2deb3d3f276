"""A collector that is killed, at whatever moment, is gone on with and ends the same; a bucket is collected as well."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from coordinator.garbage.collector import collect, look
from coordinator.lineage.verify import verify
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from services.runtime.store.s3 import S3Access, S3Store
from tests.jobs_in_memory import write_job
from tests.store_servers import BUCKET

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
JUNK = 20
KILLS = 4
NOW = timedelta(0)


def store_with_garbage(store: Store) -> set[str]:
    """Writes a job and, beside it, what nobody names; returns the blobs of the job."""
    write_job(store)
    named = set(store.list(keys.BLOBS))
    for number in range(JUNK):
        blobs.add_bytes(store, f"junk {number}".encode(), "text/plain")
    return named


def killed(folder: Path, verbs: int) -> int:
    """Collects in a process of its own; returns how that ended."""
    command = [sys.executable, "-m", "tests.dying_collector", str(folder), str(verbs)]
    return subprocess.run(command, cwd=ROOT, timeout=SECONDS, check=False).returncode


@pytest.mark.parametrize("seed", range(3))
def test_a_collector_that_is_killed_again_and_again_is_gone_on_with(tmp_path: Path, seed: int) -> None:
    store, numbers = FileStore(tmp_path), random.Random(seed)
    named = store_with_garbage(store)
    collect(store, NOW)
    for _ in range(KILLS):
        assert killed(tmp_path, numbers.randint(1, 45)) in (0, -signal.SIGKILL)
        assert named <= set(store.list(keys.BLOBS))
    assert killed(tmp_path, 0) == 0
    assert set(store.list(keys.BLOBS)) == named
    assert verify(store, "film").ok
    assert (look(store, NOW).found, look(store, NOW).due) == ({}, ())


@pytest.fixture
def bucket(seaweed_access: S3Access) -> Store:
    return S3Store(BUCKET, "garbage-kills", seaweed_access)


def test_garbage_of_a_bucket_is_collected_and_nothing_else(bucket: Store) -> None:
    named = store_with_garbage(bucket)
    assert len(look(bucket).found) == JUNK
    collect(bucket, NOW)
    assert len(collect(bucket, NOW).deleted) == JUNK
    assert set(bucket.list(keys.BLOBS)) == named
    assert verify(bucket, "film").ok
