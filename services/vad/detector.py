"""What every engine of voice activity detection can do: say how likely somebody speaks, frame by frame."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from services.runtime.progress import Progress

from .scores import Framing, Scores


class Detector(Protocol):
    """A loaded model, and how it goes through a recording."""

    @property
    def framing(self) -> Framing:
        """How it sees a recording."""

    @property
    def sample_rate(self) -> int:
        """In Hz: what it was trained on."""

    def score(self, audio: Path, sample_count: int, progress: Progress) -> Scores:
        """Probability of speech per frame of a mono recording, in memory that hardly depends on its length.

        Raises EngineOutOfMemory.
        """
