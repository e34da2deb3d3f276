"""The removals document: what was taken out of a transcript because nobody said it, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .codec import STRICT, From
from .invariants import broken, require_order, require_probability, require_sources, require_unique_ids

MEDIA_TYPE = "application/vnd.cuegraph.removals+json"

Reason = Literal["loop", "canned_phrase", "no_speech", "repeated_neighbour", "wrong_script"]


@dataclass(frozen=True)
class Removal:
    """Words that were taken out."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `removal:0`."""
    start: float
    """Film time in seconds."""
    end: float
    text: str
    """What is gone."""
    reason: Reason
    evidence: dict[str, float | str]
    """What was measured and its limit, e.g. `{"repetitions": 12, "limit": 4}`."""
    confidence: float
    """How sure the rule is, 0 to 1."""
    sources: From
    """The words that are gone, as the transcript that was cleaned names them."""


@dataclass(frozen=True)
class Removals:
    __pydantic_config__ = STRICT

    removals: tuple[Removal, ...]
    """In order of time."""
    schema: str = "cuegraph.removals/1"

    def check(self) -> None:
        """Raises DocumentError, naming the removal, if one breaks a promise."""
        require_unique_ids(self.removals)
        require_sources(self.removals)
        require_order(self.removals)
        for removal in self.removals:
            require_probability(removal, "confidence", removal.confidence)
            if not removal.evidence:
                raise broken(removal, "says nothing that speaks for it")
