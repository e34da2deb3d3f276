"""What a file of sound is, as numbers, so that one can be told from another."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InvalidRequest


@dataclass(frozen=True)
class SoundShape:
    """How much sound there is, and how it is sampled."""

    sample_count: int
    """Per channel."""
    sample_rate: int
    """In Hz."""
    channels: int = 1

    def __str__(self) -> str:
        plural = "" if self.channels == 1 else "s"
        return f"{self.sample_count} samples in {self.channels} channel{plural} at {self.sample_rate} Hz"


def require_shape(role: str, found: SoundShape, described: SoundShape, *, producer: str) -> None:
    """Holds the sound that came as input `role` against what the document beside it says of it.

    Raises InvalidRequest, which tells to take both from one run of `producer`, if they differ.
    """
    if found != described:
        raise InvalidRequest(
            f"{role} has {found}, not {described}; give it and its document from one run of {producer}"
        )
