"""Files and folders that are locked while somebody works in them: what nobody has locked was left by a kill.

The system gives a lock back when its process is gone, whatever ended it. Numbers of processes would not tell: they are
used again, at once where a container starts anew.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path


def lock(path: Path) -> int | None:
    """Locks the file or folder that the caller has just made, and returns the lock to be closed with `os.close`.

    None if somebody took it for abandoned, before it was locked, and removed it: make another.
    """
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(file, fcntl.LOCK_EX)
    if path.exists():
        return file
    os.close(file)
    return None


def remove_unless_locked(path: Path, remove: Callable[[Path], None]) -> None:
    """Removes what was abandoned."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return  # whoever worked there has just finished
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(path)
    except BlockingIOError:
        pass  # whoever works there is alive
    finally:
        os.close(file)
