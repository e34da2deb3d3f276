"""Runs a command to its end and tells what it used, its children included."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fake_stage import ROOT


@dataclass(frozen=True)
class Used:
    """What one process and all that it waited for used."""

    began: float
    """Seconds since the epoch."""
    wall_seconds: float
    cpu_seconds: float
    """User and system together."""
    stdout: str

    @property
    def ended(self) -> float:
        """Seconds since the epoch."""
        return self.began + self.wall_seconds


def run(
    command: Sequence[str | Path], *, seconds: float, log: Path, watch: Callable[[int], None] = lambda _: None
) -> Used:
    """Runs the command for at most so many seconds, what it says on stderr goes to `log`.

    `watch` gets its process id, once. Raises RuntimeError if it fails.
    """
    answer = log.with_suffix(".out")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}
    with answer.open("wb") as stdout, log.open("wb") as stderr:
        began, begin = time.time(), time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
        watch(process.pid)
        limit = threading.Timer(seconds, process.kill)
        limit.start()
        _, status, usage = os.wait4(process.pid, 0)
        limit.cancel()
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode} after {wall:.0f} s:\n{log.read_text()}")
    return Used(began, wall, usage.ru_utime + usage.ru_stime, answer.read_text())
