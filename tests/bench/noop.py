"""What the runtime itself costs: a stage that does nothing, from request to commit, many times in a row."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from coordinator.app import open_app
from services.runtime.request import StageClient
from services.runtime.store.s3 import S3Access
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, median, p95
from tests.bench.machine import fsync_milliseconds
from tests.bench.noop_stage import Deaf, noop_here, request
from tests.fake_stage import ROOT, remote
from tests.store_servers import BUCKET, seaweed

LOCAL_MILLISECONDS = 15.0
REMOTE_MILLISECONDS = 60.0
FLATNESS = 1.25
"""How much slower the last fifth of the runs may be than the first."""


def measure(folder: Path, *, count: int = 100) -> Iterator[Figure]:
    yield median("write and fsync of 1 KiB on this disk", list(fsync_milliseconds(folder)), "ms")
    local = noop_here(open_app((folder / "store").as_uri()).node)
    yield from _figures("folder", _milliseconds(local, count), LOCAL_MILLISECONDS)
    (folder / "seaweed").mkdir()
    with seaweed(folder / "seaweed") as access, _served(f"s3://{BUCKET}/noop", access) as address:
        yield from _remote_figures(address, count)


def _remote_figures(address: str, count: int) -> Iterator[Figure]:
    with remote(address, "noop") as client:
        yield from _figures("gRPC and SeaweedFS", _milliseconds(client, count), REMOTE_MILLISECONDS)


def _milliseconds(client: StageClient, count: int) -> list[float]:
    """How long each of `count` requests in a row takes to its result; one before them warms up."""
    return [milliseconds(partial(_run, client, number)) for number in range(count + 1)][1:]


def _run(client: StageClient, number: int) -> None:
    result = client.run(request(number), Deaf(), threading.Event())
    assert result.status.is_done, result


def _figures(where: str, milliseconds: Sequence[float], target: float) -> Iterator[Figure]:
    yield median(f"{where}: request to commit", milliseconds, "ms", target)
    yield p95(f"{where}: request to commit", milliseconds, "ms")
    fifth = max(1, len(milliseconds) // 5)
    growth = statistics.median(milliseconds[-fifth:]) / statistics.median(milliseconds[:fifth])
    yield Figure(f"{where}: last {fifth} runs beside the first {fifth}", growth, "x", FLATNESS)


@contextlib.contextmanager
def _served(store: str, access: S3Access) -> Iterator[str]:
    """The address of a process that serves the stage on that store."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}",
        "AWS_ENDPOINT_URL": access.endpoint,
        "AWS_REGION": access.region,
        "AWS_ACCESS_KEY_ID": access.access_key,
        "AWS_SECRET_ACCESS_KEY": access.secret_key,
    }
    command = [sys.executable, "-m", "tests.bench.noop_stage", store]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.kill()
