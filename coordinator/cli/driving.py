"""Drives a job in the background of a command, so that Ctrl-C and SIGTERM call it off in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import FrameType

from services.runtime.errors import Cancelled

from ..app import App
from ..jobs import Jobs, JobState, Outcome
from ..observer import JobObserver
from ..records import JobRecord
from .output import err

_LOOK_SECONDS = 0.5
"""How often a job that another process drives is looked at."""


def drive_until_done(app: App, job: JobRecord, observer: JobObserver) -> Outcome:
    """Drives the job to its end, unless another process does: then waits for that one, and goes on where it left off.

    The first signal cancels the job, a second one ends the process at once. Raises Cancelled if the first one comes
    while another process drives the job, which is left to it.
    """
    cancelled = threading.Event()
    with _cancelling(cancelled), ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine") as thread:
        driving = thread.submit(_drive, app, job.job, observer, cancelled)
        wait([driving])
        return driving.result()


def _drive(app: App, job_id: str, observer: JobObserver, cancelled: threading.Event) -> Outcome:
    return await_other_driver(app.jobs, job_id, cancelled) or app.engine.drive(job_id, observer, cancelled)


def await_other_driver(jobs: Jobs, job_id: str, cancelled: threading.Event) -> Outcome | None:
    """How the job ended, if another process brings it to its end; None if it is left to be driven here.

    Raises Cancelled.
    """
    if jobs.state(job_id) is JobState.RUNNING:
        err.print(f"another process is at work on job {job_id}: waiting for it")
    while jobs.state(job_id) is JobState.RUNNING:
        if cancelled.wait(_LOOK_SECONDS):
            raise Cancelled(f"another process goes on with job {job_id}; `cuegraph jobs cancel {job_id}` calls it off")
    return jobs.outcome(job_id)


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
