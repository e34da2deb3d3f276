"""What those who watch a job get to hear."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from services.runtime.manifest import Manifest

from .jobs import Outcome
from .records import JobRecord, PlannedStep

_log = logging.getLogger(__name__)


class JobObserver(Protocol):
    """Called from the engine's threads; must return quickly."""

    def job_started(self, job: JobRecord) -> None: ...

    def step_started(self, step: PlannedStep) -> None: ...

    def step_waiting(self, step: PlannedStep, reason: str) -> None:
        """Nobody works on it, though it could be done. Empty: it waits no longer."""

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None: ...

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        """A line of the pipeline log; without a step it is the coordinator's own."""

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None: ...

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None: ...


class Observers:
    """Several observers as one. One that fails hears no more: watching must not end what is watched."""

    def __init__(self, *observers: JobObserver) -> None:
        self._observers = list(observers)

    def add(self, observer: JobObserver) -> None:
        """From now on it hears as well."""
        self._observers.append(observer)

    def remove(self, observer: JobObserver) -> None:
        """It hears no more, if it still did."""
        with suppress(ValueError):  # another thread may have left it out already
            self._observers.remove(observer)

    def job_started(self, job: JobRecord) -> None:
        self._tell(lambda observer: observer.job_started(job))

    def step_started(self, step: PlannedStep) -> None:
        self._tell(lambda observer: observer.step_started(step))

    def step_waiting(self, step: PlannedStep, reason: str) -> None:
        self._tell(lambda observer: observer.step_waiting(step, reason))

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        self._tell(lambda observer: observer.step_progress(step, done_seconds, total_seconds))

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        self._tell(lambda observer: observer.step_log(step, record))

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        self._tell(lambda observer: observer.step_finished(step, manifest))

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None:
        self._tell(lambda observer: observer.job_finished(job, outcome))

    def _tell(self, event: Callable[[JobObserver], None]) -> None:
        for observer in tuple(self._observers):
            try:
                event(observer)
            except Exception:  # noqa: BLE001  whatever is wrong with the watcher
                self.remove(observer)
                _log.exception("%s failed and hears no more of the job", type(observer).__name__)
