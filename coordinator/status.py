"""How far a job is, step by step, as the store tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.documents.quality import Quality
from services.runtime import commits
from services.runtime.artifact import Artifact
from services.runtime.errors import ObjectNotFound
from services.runtime.manifest import Manifest, Notice, Status
from services.runtime.store.base import Store
from services.runtime.store.keys import UNSHARDED

from . import waiting
from .jobs import Jobs, JobState, Outcome
from .records import PARTIAL, JobRecord, PlannedStep

RUNNING, PENDING = "RUNNING", "PENDING"


@dataclass(frozen=True)
class StepStatus:
    """Where one step stands."""

    step: PlannedStep
    status: str
    """As in the manifest that counts; without one, `RUNNING` if an attempt has begun and `PENDING` before."""
    seconds: float
    """Wall-clock seconds of that attempt; 0 without one."""
    manifest: Artifact | None = None
    record: Manifest | None = None
    """What the manifest says."""
    waiting: str = ""
    """Why nobody works on it although it could be done; empty if nothing is known to hold it up."""


@dataclass(frozen=True)
class JobStatus:
    """Where a job stands."""

    job: JobRecord
    state: JobState
    steps: tuple[StepStatus, ...]
    started: datetime | None
    """When its first step began."""
    outcome: Outcome | None
    """How its last round ended; None while it has not."""
    quality: Quality | None = None
    """Whether what it made is fit for use; None while nobody judged it."""

    @property
    def delivering(self) -> list[Manifest]:
        """Manifests of what is done; where a step is not, of what was last done of it with what there was."""
        return delivering(it.record for it in self.steps if it.record)


@dataclass(frozen=True)
class TargetStatus:
    """Where one target language of a job stands."""

    language_code: str
    state: str
    """`SUCCEEDED` once all of its steps are done, `FAILED` if one failed, `RUNNING` or `PENDING`."""


def delivering(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Those, in order of step, from which people get files: a step that was done with what there was counts only
    where the whole could not be made, and of several only the last."""
    done = [manifest for manifest in manifests if manifest.status.is_done]
    whole = [manifest for manifest in done if not manifest.shard.startswith(PARTIAL)]
    made = {manifest.stage for manifest in whole if manifest.shard == UNSHARDED}
    last = {manifest.stage: manifest for manifest in done if manifest.shard.startswith(PARTIAL)}
    return whole + [manifest for stage, manifest in last.items() if stage not in made]


def targets(status: JobStatus) -> list[TargetStatus]:
    """How each target language stands, in the order in which they were asked for."""
    return [TargetStatus(code, _target_state(status, code)) for code in status.job.target_languages]


def step_of(error: Notice, status: JobStatus) -> PlannedStep | None:
    """The step in which an error of the job's outcome happened; None if that cannot be told."""
    for step in status.steps:
        if step.record is not None and error in step.record.errors:
            return step.step
        if step.step.shard != UNSHARDED and error.message.startswith(f"{step.step.title}: "):
            return step.step
    return None


def _target_state(status: JobStatus, language_code: str) -> str:
    steps = [step for step in status.steps if step.step.shard == language_code]
    if steps and all(step.record is not None and step.record.status.is_done for step in steps):
        return Status.SUCCEEDED
    if _has_error(status, language_code):
        return Status.FAILED
    failed = (state for state in (Status.FAILED, Status.CANCELLED) if any(step.status == state for step in steps))
    begun = RUNNING if any(step.status != PENDING for step in steps) and not status.state.is_final else PENDING
    return next(failed, begun)


def _has_error(status: JobStatus, language_code: str) -> bool:
    """Whether the job ended with an error of that target: a stage that could not be reached leaves no manifest."""
    found = (step_of(error, status) for error in (status.outcome.errors if status.outcome else ()))
    return any(step is not None and step.shard == language_code for step in found)


def job_status(jobs: Jobs, job_id: str) -> JobStatus:
    """A job as it stands. Raises UnknownName if there is none of that name."""
    job = jobs.get(job_id)
    state = jobs.state(job_id)  # read first: if the job is over, so is all that is read after it
    steps = tuple(step_statuses(jobs, job))
    if state is not JobState.RUNNING:
        steps = tuple(replace(step, waiting="") for step in steps)  # whoever waited for it is gone
    return JobStatus(job, state, steps, _first_start(jobs.store, job), jobs.outcome(job_id), jobs.quality(job_id))


def step_statuses(jobs: Jobs, job: JobRecord) -> list[StepStatus]:
    """Every planned step, and those that were done in place of one with what there was, in order of number."""
    steps = sorted((*job.plan, *jobs.partial_steps(job)), key=lambda step: step.number)
    return [_status(jobs.store, job, step) for step in steps]


def _status(store: Store, job: JobRecord, planned: PlannedStep) -> StepStatus:
    step = planned.of(job.job)
    found = commits.latest(store, step)
    if found is None:
        begun = commits.attempts(store, step)
        return StepStatus(planned, RUNNING if begun else PENDING, 0.0, waiting=waiting.reason(store, step, len(begun)))
    manifest, artifact = found
    seconds = (manifest.times.finished - manifest.times.started).total_seconds()
    held_up = "" if manifest.status.is_done else waiting.reason(store, step, len(commits.attempts(store, step)))
    return StepStatus(planned, manifest.status, round(seconds, 3), artifact, manifest, held_up)


def _first_start(store: Store, job: JobRecord) -> datetime | None:
    """When the first step was first begun: nothing runs before it."""
    try:
        started = json.loads(store.get(job.plan[0].of(job.job).attempt(1, "started")))
    except ObjectNotFound:
        return None
    return datetime.fromisoformat(started["time"]) if "time" in started else None
