"""The pipeline log: INFO and up from all stages of a job, in the order in which it was heard."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from services.runtime.logs import LogFormat
from services.runtime.manifest import Manifest, Status
from services.runtime.redaction import Redactor
from services.runtime.store import keys
from services.runtime.store.base import Store

from .jobs import JobState, Outcome
from .records import JobRecord, PlannedStep


def log_record(level: int, message: str, error: Exception | None = None) -> logging.LogRecord:
    """A line of the coordinator's own; with an error, where that came from."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("coordinator", level, "", 0, message, (), exc_info)


class PipelineLog:
    """One process's log of one job. Kept in the store from time to time, so that a kill loses little of it."""

    def __init__(self, store: Store, job_id: str, redactor: Redactor) -> None:
        timestamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self.key = keys.pipeline_log(job_id, timestamp)
        self._store = store
        self._lines: list[str] = []
        self._format = LogFormat(redactor)
        self._lock = threading.Lock()

    def save(self) -> None:
        """Writes what has been heard so far to the store."""
        with self._lock:
            self._store.put(self.key, "".join(self._lines).encode())

    def job_started(self, job: JobRecord) -> None:
        self._say(None, logging.INFO, f"job {job.job}: {job.workflow} of {job.media.file_name!r}")

    def step_started(self, step: PlannedStep) -> None:
        self._say(step, logging.INFO, "started")

    def step_waiting(self, step: PlannedStep, reason: str) -> None:
        self._say(step, logging.INFO, f"waits: {reason}" if reason else "waits no longer")

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        """Progress is for those who watch; it is not logged."""

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        if record.levelno < logging.INFO:
            return  # DEBUG belongs to the stage's own log
        name = f"{step.number:02d}_{step.title}" if step else "job"
        with self._lock:
            self._lines.append(f"{self._format.format(record)} [{name}]\n")

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        level = logging.ERROR if manifest.status is Status.FAILED else logging.INFO
        self._say(step, level, f"{manifest.status}, attempt {manifest.attempt}")

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None:
        level = logging.INFO if outcome.state is JobState.SUCCEEDED else logging.ERROR
        reasons = "".join(f"; {error.code}: {error.message}" for error in outcome.errors)
        self._say(None, level, f"job {job.job}: {outcome.state}{reasons}")

    def _say(self, step: PlannedStep | None, level: int, message: str) -> None:
        self.step_log(step, log_record(level, message))
