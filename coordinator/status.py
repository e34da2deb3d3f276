"""How far a job is, step by step, as the store tells it."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime import commits
from services.runtime.artifact import Artifact
from services.runtime.store.base import Store

from .jobs import Jobs
from .lineage.records import JobRecord, PlannedStep


@dataclass(frozen=True)
class StepStatus:
    """Where one step stands."""

    step: PlannedStep
    status: str
    """As in the manifest that counts; without one, `RUNNING` if an attempt has begun and `PENDING` before."""
    seconds: float
    """Wall-clock seconds of that attempt; 0 without one."""
    manifest: Artifact | None = None


def step_statuses(jobs: Jobs, job: JobRecord) -> list[StepStatus]:
    """Every planned step, in order of number."""
    return [_status(jobs.store, job, step) for step in job.plan]


def _status(store: Store, job: JobRecord, planned: PlannedStep) -> StepStatus:
    step = planned.of(job.job)
    found = commits.latest(store, step)
    if found is None:
        begun = commits.attempts(store, step)
        return StepStatus(planned, "RUNNING" if begun else "PENDING", 0.0)
    manifest, artifact = found
    seconds = (manifest.times.finished - manifest.times.started).total_seconds()
    return StepStatus(planned, manifest.status, round(seconds, 3), artifact)
