"""The planner: from a job and what is committed to the steps that may run now. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from services.runtime.artifact import Artifact
from services.runtime.manifest import Manifest, Origin, SettingRecord
from services.runtime.request import StageInput
from services.runtime.store.keys import UNSHARDED

from .records import JobRecord, PlannedInput, PlannedStep

Place = tuple[str, str]
"""Stage and shard."""


@dataclass(frozen=True)
class Committed:
    """A finished step: its manifest and where it lies."""

    manifest: Manifest
    artifact: Artifact


Commits = Mapping[PlannedStep, Committed]


class Planned(Protocol):
    """What has a plan: a job, or what is known of one where its record is not at hand."""

    @property
    def plan(self) -> tuple[PlannedStep, ...]: ...


def ready(
    job: Planned,
    done: Collection[PlannedStep],
    under_way: Collection[PlannedStep] = (),
    failed: Collection[PlannedStep] = (),
) -> list[PlannedStep]:
    """The steps whose producers are all done and which are not done, under way or failed, in order of number."""
    there = {step.place for step in done}
    taken = {step.place for step in (*done, *under_way, *failed)}
    return [step for step in job.plan if step.place not in taken and all(it in there for it in producers(step))]


def partly_ready(
    job: Planned, done: Collection[PlannedStep], failed: Collection[PlannedStep], round_number: int
) -> list[PlannedStep]:
    """The steps that can never be whole in this round, as they can be done with what there is.

    To be asked when nothing is ready and nothing under way. Only shards may be missing: what all shards share is there.
    """
    there = {step.place for step in done}
    wanted = [step for step in job.plan if step.partial and step.place not in there and step not in failed]
    found = (_with_what_there_is(step, there, round_number) for step in wanted)
    tried = {step.place for step in (*done, *failed)}
    return [step for step in found if step is not None and step.place not in tried]


def producers(step: PlannedStep) -> Iterable[Place]:
    """Whose outputs the step waits for."""
    yield from ((given.stage, given.shard) for given in step.inputs if given.stage)
    yield from ((need.partition(".")[0], UNSHARDED) for need in step.needs)


def is_done(job: Planned, done: Collection[PlannedStep]) -> bool:
    """Whether every planned step is done."""
    return all(step in done for step in job.plan)


def skip_reason(step: PlannedStep, commits: Commits) -> str:
    """Why a ready step is not run; empty if it is."""
    return step.skip or next(filter(None, (_lack(need, _by_place(commits)) for need in step.needs)), "")


def inputs_of(job: JobRecord, step: PlannedStep, commits: Commits) -> tuple[StageInput, ...]:
    """The files for a ready step, each with its origin. Outputs that a producer did not write are left out."""
    by_place = _by_place(commits)
    return tuple(found for given in step.inputs for found in _files(job, given, by_place))


def settings_of(job: JobRecord, step: PlannedStep) -> dict[str, SettingRecord]:
    """The settings of the job that are for this step."""
    return settings_for(step, job.settings)


def settings_for(step: PlannedStep, settings: Mapping[str, SettingRecord]) -> dict[str, SettingRecord]:
    """Those settings, by `stage.setting`, that are for a step, by setting, and the one that its shard fills."""
    return of_stage(settings, step.stage) | (
        {step.shard_setting: SettingRecord(step.shard, "pipeline")} if step.shard_setting else {}
    )


def of_stage(settings: Mapping[str, SettingRecord], stage: str) -> dict[str, SettingRecord]:
    """Those settings, by `stage.setting`, that are for a stage, by setting."""
    prefix = f"{stage}."
    return {name.removeprefix(prefix): record for name, record in settings.items() if name.startswith(prefix)}


def _by_place(commits: Commits) -> dict[Place, Committed]:
    return {step.place: committed for step, committed in commits.items()}


def _with_what_there_is(step: PlannedStep, done: Collection[Place], round_number: int) -> PlannedStep | None:
    there = tuple(given for given in step.inputs if not given.stage or (given.stage, given.shard) in done)
    missing = set(step.inputs) - set(there)
    if not missing or any(given.shard == UNSHARDED for given in missing):
        return None
    return step.with_what_there_is(round_number, there)


def _lack(need: str, by_place: Mapping[Place, Committed]) -> str:
    stage, _, role = need.partition(".")
    manifest = by_place[stage, UNSHARDED].manifest
    if manifest.output(role) is not None:
        return ""
    return f"it needs {role} from {stage}, which wrote none" + (manifest.skip_reason and f": {manifest.skip_reason}")


def _files(job: JobRecord, given: PlannedInput, by_place: Mapping[Place, Committed]) -> list[StageInput]:
    if not given.stage:
        return [StageInput(given.role, artifact) for artifact in _from_outside(job, given.output)]
    producer = by_place[given.stage, given.shard]
    return [
        StageInput(given.role, output.artifact, Origin(producer.artifact.digest, output.role))
        for output in producer.manifest.outputs
        if output.role == given.output
    ]


def _from_outside(job: JobRecord, name: str) -> list[Artifact]:
    return [file.artifact for file in job.files if file.name == name] if name else [job.media.artifact]
