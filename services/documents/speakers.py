"""The speakers document: who speaks when."""

from __future__ import annotations

from dataclasses import dataclass

from .codec import STRICT, DocumentError, From
from .invariants import (
    broken,
    require_duration,
    require_order,
    require_probability,
    require_sources,
    require_unique_ids,
)
from .media import AudioTrack

MEDIA_TYPE = "application/vnd.cuegraph.speakers+json"


@dataclass(frozen=True)
class Speaker:
    """One voice, the same over the whole film."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `speaker:0`, in order of first appearance."""
    name: str
    """As given by a person, or empty."""
    speech_seconds: float


@dataclass(frozen=True)
class Turn:
    """A stretch in which one speaker speaks. Turns of different speakers may overlap."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `turn:0`."""
    start: float
    """Film time in seconds."""
    end: float
    speaker: str
    """Id of the speaker."""
    confidence: float | None
    """How well the voice fits the speaker, 0 to 1, or None if the method does not say."""
    sources: From
    """The speech regions it lies in."""


@dataclass(frozen=True)
class Speakers:
    __pydantic_config__ = STRICT

    audio: AudioTrack
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    """In order of time."""
    method: str
    """Which engine told the voices apart, e.g. `ge2e`."""
    schema: str = "cuegraph.speakers/1"

    def check(self) -> None:
        """Raises DocumentError, naming the turn, if one breaks a promise."""
        self.audio.check()
        require_unique_ids([*self.speakers, *self.turns])
        require_sources(self.turns)
        require_duration(self.turns)
        require_order(self.turns)
        if not self.method:
            raise DocumentError("the speakers document does not say by which method the voices were told apart")
        known = {speaker.id for speaker in self.speakers}
        for turn in self.turns:
            require_probability(turn, "confidence", turn.confidence)
            if turn.speaker not in known:
                raise broken(turn, f"names {turn.speaker!r}, which is no speaker here")
