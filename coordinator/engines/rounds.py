"""A round of driving a job: which steps may begin, and how it ended. Pure, so that any engine can keep it."""

from __future__ import annotations

from collections.abc import Iterable

from services.runtime.manifest import Notice
from services.runtime.store.keys import UNSHARDED

from .. import planner
from ..jobs import JobState
from ..records import PlannedStep


class Round:
    """What is known of a round that is under way."""

    def __init__(self, job: planner.Planned, number: int, done: Iterable[PlannedStep]) -> None:
        self._job, self._number = job, number
        self._done = dict.fromkeys(done)
        self._under_way: list[PlannedStep] = []
        self._failed: list[PlannedStep] = []
        self._errors: list[Notice] = []

    @property
    def done(self) -> tuple[PlannedStep, ...]:
        """The steps that are committed, those too that were done with what there was."""
        return tuple(self._done)

    @property
    def errors(self) -> tuple[Notice, ...]:
        """Why steps are not done, in the order in which they ended."""
        return tuple(self._errors)

    def begin(self) -> list[PlannedStep]:
        """What may begin now and is under way from then on; nothing more once a step failed that has no shards."""
        if any(step.shard == UNSHARDED for step in self._failed):
            return []
        steps = planner.ready(self._job, self._done, self._under_way, self._failed)
        if not steps and not self._under_way:
            steps = planner.partly_ready(self._job, self._done, self._failed, self._number)
        self._under_way += steps
        return steps

    def end(self, step: PlannedStep, *, is_done: bool, errors: Iterable[Notice] = ()) -> None:
        """A step that was under way is committed, or failed for good."""
        self._under_way.remove(step)
        self._errors += errors
        if is_done:
            self._done[step] = None
        else:
            self._failed.append(step)

    def state(self, *, is_called_off: bool) -> JobState:
        """How the round ended, once nothing can begin and nothing is under way."""
        if planner.is_done(self._job, self._done):
            return JobState.SUCCEEDED
        return JobState.CANCELLED if is_called_off else JobState.FAILED
