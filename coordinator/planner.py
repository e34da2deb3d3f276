"""The planner: from a job and what is committed to the steps that may run now. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.runtime.artifact import Artifact
from services.runtime.manifest import Manifest, Origin, SettingRecord
from services.runtime.request import StageInput

from .records import JobRecord, PlannedInput, PlannedStep


@dataclass(frozen=True)
class Committed:
    """A finished step: its manifest and where it lies."""

    manifest: Manifest
    artifact: Artifact


Commits = Mapping[PlannedStep, Committed]


def ready(job: JobRecord, commits: Commits, under_way: Collection[PlannedStep] = ()) -> list[PlannedStep]:
    """The steps whose inputs are all there and which are neither done nor under way, in order of number."""
    done = {step.stage for step in commits}
    return [
        step
        for step in job.plan
        if step not in commits
        and step not in under_way
        and all(not given.stage or given.stage in done for given in step.inputs)
    ]


def is_done(job: JobRecord, commits: Commits) -> bool:
    """Whether every planned step is committed."""
    return all(step in commits for step in job.plan)


def inputs_of(job: JobRecord, step: PlannedStep, commits: Commits) -> tuple[StageInput, ...]:
    """The files for a ready step, each with its origin. Outputs that a producer did not write are left out."""
    by_stage = {done.stage: committed for done, committed in commits.items()}
    return tuple(found for given in step.inputs for found in _files(job, given, by_stage))


def settings_of(job: JobRecord, step: PlannedStep) -> dict[str, SettingRecord]:
    """The settings of the job that are for this step's stage."""
    prefix = f"{step.stage}."
    return {name.removeprefix(prefix): record for name, record in job.settings.items() if name.startswith(prefix)}


def _files(job: JobRecord, given: PlannedInput, by_stage: Mapping[str, Committed]) -> list[StageInput]:
    if not given.stage:
        return [StageInput(given.role, job.media.artifact)]
    producer = by_stage[given.stage]
    return [
        StageInput(given.role, output.artifact, Origin(producer.artifact.digest, output.role))
        for output in producer.manifest.outputs
        if output.role == given.output
    ]
