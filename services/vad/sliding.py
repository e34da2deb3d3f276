"""A network that takes windows of sound slides over a recording, window after window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.runtime.progress import Progress

from .scores import Framing, OverlapAdd, Scores
from .windows import Windows, batches


class WindowDetector(Protocol):
    """A loaded network that sees one window at a time."""

    @property
    def framing(self) -> Framing: ...

    @property
    def sample_rate(self) -> int: ...

    def probabilities(self, windows: Windows) -> Scores:
        """Probability of speech, shape (windows, frames), of windows of shape (windows, samples)."""


@dataclass(frozen=True)
class Sliding:
    """A detector that lets a network slide over the recording and averages what it says where windows overlap."""

    network: WindowDetector
    step_seconds: float
    """From one window to the next."""
    batch_size: int
    """Windows at once."""

    @property
    def framing(self) -> Framing:
        return self.network.framing

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return self.network.sample_rate

    def score(self, audio: Path, sample_count: int, progress: Progress) -> Scores:
        """Probability of speech per frame of a mono recording. Raises EngineOutOfMemory."""
        window, rate = self.framing.window, self.sample_rate
        scores = OverlapAdd(self.framing, sample_count)
        total = sample_count / rate
        for starts, windows in batches(audio, sample_count, window, round(self.step_seconds * rate), self.batch_size):
            for start, window_scores in zip(starts, self.network.probabilities(windows), strict=True):
                scores.add(start, window_scores)
            progress(min(total, (starts[-1] + window) / rate), total)
        return scores.result()
