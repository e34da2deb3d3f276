"""Collects the garbage of a store, in a process that kills itself at any store verb.

python -m tests.dying_collector STORE VERBS      is killed by itself before so many verbs; 0 means never
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from coordinator.garbage.collector import collect
from services.runtime.store.file import FileStore


class DyingStore(FileStore):
    """A store whose process is killed instead of a given change or question."""

    def __init__(self, root: Path, verbs: int) -> None:
        super().__init__(root)
        self._left = verbs

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def create(self, key: str, data: bytes) -> None:
        self._count()
        super().create(key, data)

    def delete(self, key: str) -> None:
        self._count()
        super().delete(key)

    def get(self, key: str) -> bytes:
        self._count()
        return super().get(key)


if __name__ == "__main__":
    collect(DyingStore(Path(sys.argv[1]), int(sys.argv[2])), timedelta(0))
