"""How the throughput of a stage grows with its processes, and how many steps one coordinator hands out."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import psutil

from coordinator.pools import Pools
from coordinator.pools.pool import StagePool
from services.runtime.client import RemoteStage
from tests.bench.figures import Figure
from tests.bench.noop_stage import Deaf
from tests.bench.timed_stage import NAME
from tests.fake_stage import ROOT, FakeStage, request

PROCESSES = (1, 2, 4, 8)
STEP_SECONDS = 0.5
OVER_IDEAL = 1 / 0.95
"""How much longer than ideal it may take: 95 % of the throughput."""
MILLISECONDS_PER_STEP = 10.0
"""100 steps a second."""


def measure(folder: Path, *, rounds: int = 10, steps: int = 2000) -> Iterator[Figure]:
    """With each number of processes every one of them does so many `rounds`. Nothing is written to `folder`."""
    with ExitStack() as exits:
        addresses = list(exits.enter_context(_served(max(PROCESSES), capacity=1)))
        for count in PROCESSES:
            with _pool(addresses[:count]) as pool:
                seconds = _seconds(pool, steps=count * rounds, at_once=count, each=STEP_SECONDS)
            what = f"{count} processes, {count * rounds} steps of {STEP_SECONDS:g} s: time beside the ideal"
            yield Figure(what, seconds / (rounds * STEP_SECONDS), "x", OVER_IDEAL)
    with _served(2, capacity=8) as addresses, _pool(addresses) as pool:
        yield from _handing_out(pool, steps)


def _handing_out(pool: StagePool, steps: int) -> Iterator[Figure]:
    process = psutil.Process()
    before = process.cpu_times()
    seconds = _seconds(pool, steps=steps, at_once=16, each=0.0)
    after = process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    rate = f"{steps / seconds:.0f} steps a second"
    yield Figure("a step that takes no time, over gRPC", 1000 * seconds / steps, "ms", MILLISECONDS_PER_STEP, note=rate)
    yield Figure("processor time of the coordinator for it", 1000 * cpu / steps, "ms", note="queue, pool and gRPC")


def _seconds(pool: StagePool, *, steps: int, at_once: int, each: float) -> float:
    """How long so many steps take; `at_once` before them warm up the connections."""
    with ThreadPoolExecutor(at_once) as threads:
        run = partial(_run, pool, each)
        list(threads.map(run, range(-at_once, 0)))
        begin = time.perf_counter()
        list(threads.map(run, range(steps)))
        return time.perf_counter() - begin


def _run(pool: StagePool, seconds: float, number: int) -> None:
    asked = request("take", job=f"job{number}", stage=NAME, seconds=seconds)
    assert pool.run(asked, Deaf(), threading.Event()).status.is_done


@contextmanager
def _pool(addresses: Sequence[str]) -> Iterator[StagePool]:
    """A pool of these, all of which answer."""
    with closing(Pools(FakeStage, RemoteStage, {NAME: "asr:1"}, resolve=lambda _: addresses)) as pools:
        pool = pools.client(NAME)
        while pool.capacity < len(addresses):
            time.sleep(0.05)
        yield pool


@contextmanager
def _served(count: int, capacity: int) -> Iterator[list[str]]:
    """The addresses of so many processes."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}
    command = [sys.executable, "-m", "tests.bench.timed_stage", str(capacity)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) for _ in range(count)
    ]
    try:
        yield [process.stdout.readline().strip() for process in processes if process.stdout is not None]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
