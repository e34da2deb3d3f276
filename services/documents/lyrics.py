"""The lyrics document: where somebody sings, or music plays without speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .codec import STRICT, From
from .invariants import (
    broken,
    require_duration,
    require_no_overlap,
    require_probability,
    require_sources,
    require_unique_ids,
)

MEDIA_TYPE = "application/vnd.cuegraph.lyrics+json"


@dataclass(frozen=True)
class Evidence:
    """One measurement that speaks for or against a span."""

    __pydantic_config__ = STRICT

    name: str
    """What was measured, e.g. `pitch_stability`."""
    value: float
    """In the unit that docs/stages/lyrics.md gives for this name."""
    weight: float
    """What it added to the confidence; below 0 it spoke against."""


@dataclass(frozen=True)
class Span:
    """A stretch of singing or of music alone."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `lyric:0`."""
    start: float
    """Film time in seconds."""
    end: float
    kind: Literal["singing", "music"]
    """`music` holds no words."""
    confidence: float
    """0 to 1."""
    method: str
    """How it was found, e.g. `stems`."""
    evidence: tuple[Evidence, ...]
    sources: From
    """The segments that are sung; for music, the stream that is heard."""


@dataclass(frozen=True)
class Lyrics:
    __pydantic_config__ = STRICT

    spans: tuple[Span, ...]
    """In order of time, never overlapping."""
    schema: str = "cuegraph.lyrics/1"

    def check(self) -> None:
        """Raises DocumentError, naming the span, if one breaks a promise."""
        require_unique_ids(self.spans)
        require_sources(self.spans)
        require_duration(self.spans)
        require_no_overlap(self.spans)
        for span in self.spans:
            require_probability(span, "confidence", span.confidence)
            if not span.method:
                raise broken(span, "does not say how it was found")
