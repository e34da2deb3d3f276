"""What was foreseen of a step, and whether it came so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.runtime.manifest import Manifest, Status

from .parts import Change
from .steps import Place, title


class Verdict(StrEnum):
    """What would become of a step."""

    REUSED = "reused"
    CERTAIN = "certain"
    """It would run."""
    POSSIBLE = "possible"
    """It would run if a step before it wrote something else than before."""
    SKIPPED = "skipped"


@dataclass(frozen=True)
class ForeseenStep:
    """One step of the job as it would be."""

    number: int
    stage: str
    shard: str
    verdict: Verdict
    reason: str
    changes: tuple[Change, ...] = ()
    """The parts of its action that differ, as far as they are known now."""
    written: Manifest | None = field(default=None, repr=False)
    """What stands for its outputs."""

    @property
    def place(self) -> Place:
        return self.stage, self.shard

    @property
    def title(self) -> str:
        return title(self.stage, self.shard)

    @property
    def would_run(self) -> bool:
        return self.verdict in (Verdict.CERTAIN, Verdict.POSSIBLE)


def held(foreseen: Iterable[ForeseenStep], statuses: Mapping[Place, Status]) -> tuple[str, ...]:
    """Where a foresight was wrong, in words; nothing if what was reused and what ran is as it was foreseen.

    `statuses` are those with which the steps of the job ended; a step that it did not come to is not judged.
    """
    wrong = []
    for step in foreseen:
        status = statuses.get(step.place)
        if status is not None and not _is_as_foreseen(step.verdict, status):
            wrong.append(f"{step.title} was foreseen as {step.verdict} and is {status}")
    return tuple(wrong)


def _is_as_foreseen(verdict: Verdict, status: Status) -> bool:
    match verdict:
        case Verdict.REUSED:
            return status is Status.REUSED
        case Verdict.SKIPPED:
            return status is Status.SKIPPED
        case Verdict.CERTAIN:
            return status is not Status.REUSED
        case Verdict.POSSIBLE:
            return True
