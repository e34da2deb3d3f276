"""What each step of a job would do if it were asked for again, with something changed. Pure, but for what it is given.

The plan is the one that `run` would make, the actions are those that the steps would be asked for. A step whose inputs
are known has a key that is known: if the cache has it, it is taken over. Where an earlier step would run, what it will
write is not known: then its outputs of before stand for it, and what depends on it is possible, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.runtime.actions import Action, action_key, action_of
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.errors import InvalidRequest
from services.runtime.manifest import HostRecord, Manifest, ModelRecord, OutputRecord, Status, Times
from services.runtime.models import ModelStore
from services.runtime.request import StageRequest
from services.runtime.stage import Stage
from services.runtime.store import keys

from ... import planner
from ...records import JobRecord, PlannedStep
from ..facts import Found, JobFacts
from .foreseen import ForeseenStep, Verdict
from .parts import Change, Part, Parts
from .steps import Place, Sides, steps_of, title

UNWRITTEN = "unknown yet"
"""In place of the digest of a file that nobody has written."""


@dataclass(frozen=True)
class World:
    """What the steps would meet."""

    stage: Callable[[str], Stage[Any]]
    models: ModelStore
    recall: Callable[[str], Manifest | None]
    """What the cache has for an action key."""
    rehearse: Callable[[StageRequest], Manifest | None]
    """What a step would write, if that can be found out in no time; else None."""
    revisions: Mapping[str, str] = field(default_factory=dict)
    """Of models that would be others, by name."""


def foresee(facts: JobFacts, job: JobRecord, world: World) -> tuple[ForeseenStep, ...]:
    """Every step of `job`, which is the one of `facts` asked for again.

    Raises InputError or ModelError if it could not be asked for so.
    """
    under_way = _Foresight(facts, job, world)
    for step in job.plan:
        under_way.add(step)
    return tuple(under_way.found)


class _Foresight:
    """The steps so far, and what stands for their outputs."""

    def __init__(self, facts: JobFacts, job: JobRecord, world: World) -> None:
        self._job, self._world = job, world
        self._before = steps_of(facts)
        now = replace(facts, record=Found(keys.job(job.job), "", job))
        self._sides = Sides(facts, now, self._before, self._before)
        self._commits: dict[PlannedStep, planner.Committed] = {}
        self._unsure: set[Place] = set()
        self._unwritten: dict[str, str] = {}
        """Of files that nobody has written yet: who would, by what stands for their digest."""
        self.found: list[ForeseenStep] = []

    def add(self, step: PlannedStep) -> None:
        foreseen, is_sure = self._foreseen(step)
        self.found.append(foreseen)
        written = foreseen.written or self._manifest(step, ())
        self._commits[step] = planner.Committed(written, self._artifact(step.place))
        if not is_sure:
            self._unsure.add(step.place)

    def _foreseen(self, step: PlannedStep) -> tuple[ForeseenStep, bool]:
        """The step, and whether what stands for its outputs is what they will be."""
        unsure = (title(*place) for place in planner.producers(step) if place in self._unsure)
        doubtful = list(dict.fromkeys(unsure))
        skipped = planner.skip_reason(step, self._commits)
        if skipped:
            needed = {need.partition(".")[0] for need in step.needs}
            is_open = not step.skip and any(stage in needed for stage, _ in self._unsure)
            verdict = Verdict.POSSIBLE if is_open else Verdict.SKIPPED
            return _step(step, verdict, skipped), verdict is Verdict.SKIPPED
        request = StageRequest(
            step.of(self._job.job),
            planner.inputs_of(self._job, step, self._commits),
            planner.settings_of(self._job, step),
        )
        stage = self._world.stage(step.stage)
        try:
            action = self._action(stage, request)
        except InvalidRequest as problem:
            reason = f"it needs what {' and '.join(doubtful)} will write" if doubtful else f"it would fail: {problem}"
            return _step(step, Verdict.CERTAIN, reason, (), self._to_come(step, stage)), False
        return self._judged(step, _Asked(stage, request, action, self._manifest_before(step)), doubtful)

    def _judged(self, step: PlannedStep, asked: _Asked, doubtful: list[str]) -> tuple[ForeseenStep, bool]:
        changes = self._changes(asked)
        kept = self._world.recall(asked.action.key) if asked.stage.repeatable else None
        if kept is not None and not doubtful:
            return _step(step, Verdict.REUSED, "nothing that it depends on changes", changes, kept), True
        if kept is not None or (doubtful and asked.is_done_before and self._hangs_on_unwritten(changes)):
            reason = f"only if {' or '.join(doubtful)} writes something else"
            return _step(step, Verdict.POSSIBLE, reason, changes, kept or asked.before), False
        written, is_sure = self._would_write(step, asked)
        return _step(step, Verdict.CERTAIN, asked.reason(changes), changes, written), is_sure and not doubtful

    def _changes(self, asked: _Asked) -> tuple[Change, ...]:
        """The parts that differ from before; a file that is yet to be written goes by who would write it."""
        if asked.before is None:
            return ()
        found = self._sides.changes(Parts.of(asked.before), asked.parts)
        return tuple(
            replace(change, new=UNWRITTEN, new_label=self._unwritten[change.new])
            if change.part is Part.INPUT and change.new in self._unwritten
            else change
            for change in found
        )

    @staticmethod
    def _hangs_on_unwritten(changes: tuple[Change, ...]) -> bool:
        """Whether all that differs are files of which nobody knows whether they will be written."""
        return bool(changes) and all(change.new == UNWRITTEN for change in changes)

    def _would_write(self, step: PlannedStep, asked: _Asked) -> tuple[Manifest | None, bool]:
        """What stands for the outputs of a step that runs, and whether it is known: as a rehearsal had it, or as
        the same action wrote it before. A service outside is taken to answer as before.
        """
        rehearsed = self._world.rehearse(asked.request)
        if rehearsed is not None:
            return rehearsed, True
        if asked.is_same_as_before and asked.is_done_before:
            return asked.before, True
        has_written = asked.before is not None and asked.before.outputs
        return (asked.before if has_written else self._to_come(step, asked.stage)), False

    def _action(self, stage: Stage[Any], request: StageRequest) -> Action:
        """What would be done, and its key. Raises InvalidRequest if an input is lacking."""
        action = action_of(stage, request, self._world.models)
        models = tuple(self._revised(model) for model in action.models)
        key = action_key(stage.name, stage.version, action.setting_records, action.inputs, models)
        return replace(action, models=models, key=key)

    def _revised(self, model: ModelRecord) -> ModelRecord:
        """The model as it would be. Of a revision that the catalog does not have, the files are not known."""
        revision = self._world.revisions.get(model.name, model.revision)
        if revision == model.revision:
            return model
        return replace(model, revision=revision, digest=f"{UNWRITTEN}: {revision}")

    def _manifest_before(self, step: PlannedStep) -> Manifest | None:
        found = self._before.get(step.place)
        return found.content if found else None

    def _artifact(self, place: Place) -> Artifact:
        """What later steps name as the origin: the manifest of before, so that a changed input can be told by it."""
        found = self._before.get(place)
        return Artifact("", found.digest if found else "0" * 64, 0, "")

    def _to_come(self, step: PlannedStep, stage: Stage[Any]) -> Manifest:
        """What a step that has written nothing before would write: all that its stage must."""
        outputs = []
        for output in stage.outputs:
            name = f"{step.title}.{output.role}"
            digest = digest_bytes(name.encode())
            if not output.optional:
                self._unwritten[digest] = name
                outputs.append(OutputRecord(output.role, "", Artifact("", digest, 0, output.media_type)))
        return self._manifest(step, tuple(outputs))

    def _manifest(self, step: PlannedStep, outputs: tuple[OutputRecord, ...]) -> Manifest:
        """A manifest for the planner to look at."""
        time = self._job.create_time
        return Manifest(
            job=self._job.job,
            stage=step.stage,
            stage_version="",
            number=step.number,
            shard=step.shard,
            attempt=0,
            status=Status.SUCCEEDED if outputs else Status.SKIPPED,
            times=Times(time, time, time),
            code=self._job.code,
            host=HostRecord("", "", 0, "", "", "", 0, 0),
            outputs=outputs,
        )


@dataclass(frozen=True)
class _Asked:
    """One step as it would be asked for, and as it was done before."""

    stage: Stage[Any]
    request: StageRequest
    action: Action
    before: Manifest | None

    @property
    def parts(self) -> Parts:
        it = self.action
        return Parts(self.stage.name, self.stage.version, it.setting_records, it.inputs, it.models, it.key)

    @property
    def is_same_as_before(self) -> bool:
        return self.before is not None and self.before.action_key == self.action.key

    @property
    def is_done_before(self) -> bool:
        return self.before is not None and self.before.status.is_done

    def reason(self, changes: tuple[Change, ...]) -> str:
        """Why it runs."""
        if not self.stage.repeatable:
            return "it asks a service outside each time, which is taken to answer as before"
        if self.before is None or not self.is_done_before:
            return "the job has not done it"
        if not self.is_same_as_before:
            return f"it is asked for otherwise: {', '.join(dict.fromkeys(it.part.value for it in changes))}"
        if self.before.status is Status.SKIPPED:
            return "it found nothing to do, which is not kept"
        return "nothing changes, but the cache has no entry for it that can be used"


def _step(
    step: PlannedStep,
    verdict: Verdict,
    reason: str,
    changes: tuple[Change, ...] = (),
    written: Manifest | None = None,
) -> ForeseenStep:
    return ForeseenStep(step.number, step.stage, step.shard, verdict, reason, changes, written)
