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
        kind = {1: "mono", 2: "stereo"}.get(self.channels, f"in {self.channels} channels")
        return f"{self.sample_count} samples at {self.sample_rate} Hz, {kind}"


def require_shape(role: str, found: SoundShape, described: SoundShape) -> None:
    """Holds the sound that came as input `role` against what a document says of it.

    Raises InvalidRequest if it is not that sound.
    """
    if found != described:
        raise InvalidRequest(
            f"{role} has {found}; the document that describes it says {described}; give both from the same job"
        )
