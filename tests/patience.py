"""How long tests wait for what must happen, and no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


def until(holds: Callable[[], bool]) -> None:
    """Waits until it holds; fails if it never does."""
    for _ in range(int(PATIENCE_SECONDS * 50)):
        if holds():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came to that")
