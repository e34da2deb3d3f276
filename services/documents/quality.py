"""The quality document: whether what a job made is fit for use, judged from its own documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .codec import STRICT, DocumentError

MEDIA_TYPE = "application/vnd.cuegraph.quality+json"

Verdict = Literal["good", "review", "bad"]


@dataclass(frozen=True)
class Measure:
    """One figure of one track."""

    __pydantic_config__ = STRICT

    code: str
    """What was measured, e.g. `REPETITION`: docs/quality.md explains each."""
    track: str
    """Of which text, e.g. `transcript:en`, `translation:pt`, `cues:pt`."""
    value: float
    """In the unit that docs/quality.md gives for the code."""


@dataclass(frozen=True)
class Reason:
    """Why the verdict is not better, or, with the verdict `good`, what a person may wonder about."""

    __pydantic_config__ = STRICT

    code: str
    """As in the measure, or e.g. `NO_SPEECH`."""
    track: str
    verdict: Verdict
    """What this reason alone makes of the job."""
    measured: float
    limit: float
    """In the unit of the measure: the value from which on the verdict would be better."""
    message: str


@dataclass(frozen=True)
class Quality:
    __pydantic_config__ = STRICT

    verdict: Verdict
    """The worst of the reasons'."""
    reasons: tuple[Reason, ...]
    """The worst first."""
    measures: tuple[Measure, ...]
    """Everything that was measured, within its limits or not."""
    schema: str = "cuegraph.quality/1"

    def check(self) -> None:
        """Raises DocumentError if the verdict is not the worst of its reasons'."""
        worst = max((reason.verdict for reason in self.reasons), key=severity, default="good")
        if worst != self.verdict:
            raise DocumentError(f"the verdict is {self.verdict!r} and the worst of its reasons is {worst!r}")


def severity(verdict: Verdict) -> int:
    """0 for good, 2 for bad."""
    return ("good", "review", "bad").index(verdict)
