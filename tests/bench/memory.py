"""The peak memory of a process and all that it started."""

from __future__ import annotations

import threading
import time

import psutil


class PeakMemory:
    """Samples a process tree until the process is gone.

    Counted is the proportional set size: memory that several processes share counts once in all, mapped files too.
    """

    def __init__(self, process_id: int, every_seconds: float = 0.5) -> None:
        self.peak_bytes = 0
        self.samples = 0
        self._root = psutil.Process(process_id)
        self._every_seconds = every_seconds
        threading.Thread(target=self._watch, name="peak memory", daemon=True).start()

    def _watch(self) -> None:
        while (now := _tree_bytes(self._root)) > 0:
            self.peak_bytes = max(self.peak_bytes, now)
            self.samples += 1
            time.sleep(self._every_seconds)


def _tree_bytes(root: psutil.Process) -> int:
    """Zero once the process is gone."""
    try:
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_bytes(process) for process in tree)


def _bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
        return 0  # it ended between the listing and the look
