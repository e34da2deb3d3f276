"""A change that was made: what came out equal, and whether it was foreseen rightly. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..facts import JobFacts
from .differences import Difference, diff
from .foreseen import ForeseenStep, held
from .steps import steps_of


@dataclass(frozen=True)
class Applied:
    """The job with the change."""

    job: str
    state: str
    wrong: tuple[str, ...]
    """Where the foresight was wrong; nothing if it held."""
    difference: Difference
    """From the job before."""

    @property
    def equal(self) -> tuple[str, ...]:
        """The steps that wrote the same as before."""
        return tuple(step.title for step in self.difference.steps if step.same_outputs)

    def to_json(self) -> dict[str, Any]:
        return {
            "job": self.job,
            "state": self.state,
            "held": not self.wrong,
            "wrong": self.wrong,
            "equal": self.equal,
            "difference": self.difference.to_json(),
        }


def applied(before: JobFacts, after: JobFacts, state: str, foreseen: Iterable[ForeseenStep]) -> Applied:
    """Holds what became of a job against what was foreseen. Raises LineageBroken if documents do not join up."""
    found = {place: it.content.status for place, it in steps_of(after).items() if it.content}
    return Applied(after.job, state, held(foreseen, found), diff(before, after))
