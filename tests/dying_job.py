"""Drives a small job in a process that may be killed at any store write.

python -m tests.dying_job FOLDER WRITES      is killed by itself right after so many writes; 0 means never

FOLDER/store holds the store; FOLDER/runs.txt gets a line for every stage that begins to work.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs
from services.runtime import commits
from services.runtime.node import Node
from services.runtime.stage import Run
from services.runtime.store.file import FileStore
from services.runtime.store.keys import Step
from tests.small_jobs import DIAMOND, StagesHere, Watched, Work, join, small_job
from tests.small_stages import UpperSettings, node_of

JOB = "job1"


class DyingStore(FileStore):
    """A store whose process is killed right after a given number of writes."""

    def __init__(self, root: Path, writes: int) -> None:
        super().__init__(root)
        self._left = writes
        self._counting = threading.Lock()

    def _count(self) -> None:
        with self._counting:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def create(self, key: str, data: bytes) -> None:
        super().create(key, data)
        self._count()

    def create_file(self, key: str, path: Path) -> None:
        try:
            super().create_file(key, path)
        finally:
            # A blob that is there already counts too: the logs of two steps may be equal to the millisecond.
            self._count()

    def put(self, key: str, data: bytes) -> None:
        super().put(key, data)
        self._count()


def noting(folder: Path, store: FileStore, step: Step) -> Work:
    """Work that notes that it began, and whether the step was committed already."""

    def work(run: Run[UpperSettings]) -> None:
        done = commits.find(store, step) is not None
        with (folder / "runs.txt").open("a") as file:
            file.write(f"{step.stage}{' AGAIN' if done else ''}\n")
        join(run)

    return work


def drive(folder: Path, writes: int) -> None:
    store = DyingStore(folder / "store", writes)
    node: Node = node_of(store, folder)
    work = {step.stage: noting(folder, store, step.of(JOB)) for step in DIAMOND}
    small_job(store, JOB)
    LocalEngine(Jobs(store), StagesHere(node, work), node).drive(JOB, Watched())


if __name__ == "__main__":
    drive(Path(sys.argv[1]), int(sys.argv[2]))
