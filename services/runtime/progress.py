"""Progress of a run in seconds of media, and the place where a cancellation takes effect."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .errors import Cancelled


class Progress:
    """Call it with the seconds of media that are done; it raises Cancelled when the run was called off."""

    def __init__(
        self,
        report: Callable[[float, float | None], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> None:
        self._report = report
        self._cancelled = cancelled or threading.Event()
        self.done_seconds = 0.0
        self.total_seconds: float | None = None

    def __call__(self, done_seconds: float, total_seconds: float | None = None) -> None:
        """Seconds of media done, and in all if known. Call it at least once a second. Raises Cancelled."""
        self.check()
        self.done_seconds = done_seconds
        self.total_seconds = total_seconds if total_seconds is not None else self.total_seconds
        if self._report is not None:
            self._report(self.done_seconds, self.total_seconds)

    def check(self) -> None:
        """Raises Cancelled if the run was called off; costs nothing otherwise."""
        if self._cancelled.is_set():
            raise Cancelled("the run was cancelled")
