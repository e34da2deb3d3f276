"""The speech document: where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass

from .codec import STRICT, From
from .media import AudioTrack

MEDIA_TYPE = "application/vnd.cuegraph.speech+json"


@dataclass(frozen=True)
class Region:
    """A stretch of speech. The samples are the truth; the times follow from them."""

    __pydantic_config__ = STRICT

    id: str
    start: float
    """Film time in seconds."""
    end: float
    start_sample: int
    """First sample of the speech audio that belongs to the region."""
    end_sample: int
    """First sample after the region."""
    confidence: float
    """Mean probability of speech over the region, 0 to 1."""
    sources: From
    """The stream of the film that is heard."""


@dataclass(frozen=True)
class Speech:
    __pydantic_config__ = STRICT

    audio: AudioTrack
    """The audio that was searched: its samples are what the regions count."""
    regions: tuple[Region, ...]
    """In order of time, never overlapping."""
    schema: str = "cuegraph.speech/1"

    @property
    def speech_seconds(self) -> float:
        return sum(region.end - region.start for region in self.regions)
