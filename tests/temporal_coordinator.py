"""A coordinator on Temporal over small stages, in a process that may be killed or frozen.

python -m tests.temporal_coordinator FOLDER ADDRESS NAMESPACE HEARTBEAT

FOLDER/store is the store. FOLDER/runs.txt gets a line for every stage that begins to work: its name and the process.
`left` works until FOLDER/release exists.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coordinator.engines.temporal.engine import TemporalEngine
from coordinator.jobs import Jobs
from coordinator.service import worker
from coordinator.service.broadcasts import Broadcasts
from services.runtime.settings import TemporalAccess
from services.runtime.stage import Run
from services.runtime.store.file import FileStore
from tests.small_jobs import DIAMOND, StagesHere, Work, join
from tests.small_stages import UpperSettings, node_of

ROOT = Path(__file__).parents[1]
STAGES = tuple(step.stage for step in DIAMOND)
PATIENCE_SECONDS = 60.0
"""How long a test waits for what must happen before it fails."""


def noting(folder: Path, stage: str) -> Work:
    """Work that notes that it began, and joins its inputs; that of `left` once FOLDER/release exists."""

    def work(run: Run[UpperSettings]) -> None:
        with (folder / "runs.txt").open("a") as file:
            file.write(f"{stage} {os.getpid()}\n")
        for second in range(int(PATIENCE_SECONDS * 50)):
            run.progress(float(second), 10_000.0)
            if stage != "left" or (folder / "release").exists():
                return join(run)
            threading.Event().wait(0.02)
        raise AssertionError("nobody released it")

    return work


def coordinate(folder: Path, access: TemporalAccess, heartbeat_seconds: float) -> None:
    """Drives what is in the store until the process is killed."""
    node = node_of(FileStore(folder / "store"), folder)
    jobs = Jobs(node.store)
    stages = StagesHere(node, {stage: noting(folder, stage) for stage in STAGES})
    engine = TemporalEngine(jobs, stages, node, access, stages=STAGES, heartbeat_seconds=heartbeat_seconds)
    worker.RESCAN_SECONDS = 0.2
    worker.Worker(jobs, engine, Broadcasts(), slots=10).start()
    threading.Event().wait()


@contextmanager
def coordinator(folder: Path, access: TemporalAccess, heartbeat_seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """A process that coordinates."""
    command = [sys.executable, "-m", "tests.temporal_coordinator", str(folder), access.address, access.namespace]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}
    with subprocess.Popen([*command, str(heartbeat_seconds)], cwd=ROOT, env=environment) as child:
        try:
            yield child
        finally:
            child.kill()


def runs(folder: Path, stage: str) -> list[int]:
    """The processes in which the stage began to work, one after the other."""
    path = folder / "runs.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return [int(line.split()[1]) for line in lines if line.split()[0] == stage]


if __name__ == "__main__":
    coordinate(Path(sys.argv[1]), TemporalAccess(sys.argv[2], sys.argv[3]), float(sys.argv[4]))
