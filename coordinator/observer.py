"""What those who watch a job get to hear."""

from __future__ import annotations

import logging
from typing import Protocol

from services.runtime.manifest import Manifest

from .jobs import Outcome
from .lineage.records import JobRecord, PlannedStep


class JobObserver(Protocol):
    """Called from the engine's threads; must return quickly."""

    def job_started(self, job: JobRecord) -> None: ...

    def step_started(self, step: PlannedStep) -> None: ...

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None: ...

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        """A line of the pipeline log; without a step it is the coordinator's own."""

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None: ...

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None: ...


class Observers:
    """Several observers as one."""

    def __init__(self, *observers: JobObserver) -> None:
        self._observers = observers

    def job_started(self, job: JobRecord) -> None:
        for observer in self._observers:
            observer.job_started(job)

    def step_started(self, step: PlannedStep) -> None:
        for observer in self._observers:
            observer.step_started(step)

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        for observer in self._observers:
            observer.step_progress(step, done_seconds, total_seconds)

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        for observer in self._observers:
            observer.step_log(step, record)

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        for observer in self._observers:
            observer.step_finished(step, manifest)

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None:
        for observer in self._observers:
            observer.job_finished(job, outcome)
