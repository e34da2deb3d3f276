"""Drives a job in the background of a command, so that Ctrl-C and SIGTERM call it off in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import FrameType

from ..app import App
from ..jobs import Outcome
from ..lineage.records import JobRecord
from ..observer import JobObserver
from .output import err


def drive_until_done(app: App, job: JobRecord, observer: JobObserver) -> Outcome:
    """Drives the job to its end. The first signal cancels it, a second one ends the process at once."""
    cancelled = threading.Event()
    with _cancelling(cancelled), ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine") as thread:
        driving = thread.submit(app.engine.drive, job.job, observer, cancelled)
        wait([driving])
        return driving.result()


@contextmanager
def _cancelling(cancelled: threading.Event) -> Iterator[None]:
    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the form of a signal handler
        err.print("cancelling; once more ends at once")
        cancelled.set()
        for known in before:
            signal.signal(known, signal.SIG_DFL)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
