"""The speech document: where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass

from .codec import STRICT, From
from .invariants import (
    broken,
    require_duration,
    require_no_overlap,
    require_probability,
    require_sources,
    require_unique_ids,
)
from .media import AudioTrack

MEDIA_TYPE = "application/vnd.cuegraph.speech+json"
TIME_TOLERANCE_SECONDS = 0.000_5
"""How far the time of a region may lie from that of its sample: half a millisecond, for writers who round."""


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
        """How long somebody speaks in all."""
        return sum(region.end - region.start for region in self.regions)

    def check(self) -> None:
        """Raises DocumentError, naming the region, if one breaks a promise."""
        self.audio.check()
        require_unique_ids(self.regions)
        require_sources(self.regions)
        require_duration(self.regions)
        require_no_overlap(self.regions)
        for region in self.regions:
            require_probability(region, "confidence", region.confidence)
            _check_samples(region, self.audio)


def _check_samples(region: Region, audio: AudioTrack) -> None:
    if not 0 <= region.start_sample < region.end_sample <= audio.sample_count:
        raise broken(
            region,
            f"has the samples {region.start_sample} to {region.end_sample}, which are not a stretch of the "
            f"{audio.sample_count} that the audio has",
        )
    for time, sample in ((region.start, region.start_sample), (region.end, region.end_sample)):
        if abs(time - audio.time(sample)) > TIME_TOLERANCE_SECONDS:
            raise broken(region, f"says {time} s for sample {sample}, which is heard at {audio.time(sample)} s")
