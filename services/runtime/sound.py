"""Sound as numbers: what a file of it is, so that one can be told from another, and a stretch of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .errors import InvalidRequest


class Recording(Protocol):
    """What soundfile tells of a file, opened or not."""

    @property
    def frames(self) -> int: ...

    @property
    def samplerate(self) -> int: ...

    @property
    def channels(self) -> int: ...


@dataclass(frozen=True)
class SoundShape:
    """How much sound there is, and how it is sampled."""

    sample_count: int
    """Per channel."""
    sample_rate: int
    """In Hz."""
    channels: int = 1

    @classmethod
    def of(cls, recording: Recording) -> SoundShape:
        return cls(recording.frames, recording.samplerate, recording.channels)

    def __str__(self) -> str:
        kind = {1: "mono", 2: "stereo"}.get(self.channels, f"in {self.channels} channels")
        return f"{self.sample_count} samples at {self.sample_rate} Hz, {kind}"


@dataclass(frozen=True)
class Span:
    """Samples from `start` up to and without `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


def require_shape(role: str, found: SoundShape, described: SoundShape) -> None:
    """Holds the sound that came as input `role` against what a document says of it.

    Raises InvalidRequest if it is not that sound.
    """
    if found != described:
        raise InvalidRequest(
            f"{role} has {found}; the document that describes it says {described}; give both from the same job"
        )


def require_rate(taker: str, found: int, wanted: int) -> None:
    """Holds the rate of the speech audio against the one that `taker`, a stage or a model, was made for; both in Hz.

    Raises InvalidRequest if it is another.
    """
    if found != wanted:
        raise InvalidRequest(
            f"the speech audio has {found} Hz and {taker} takes {wanted}; set demux.sample_rate to that"
        )
