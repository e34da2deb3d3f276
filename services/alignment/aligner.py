"""What every engine of alignment can do: find where given words are heard in given sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono sound, -1 to 1, shape (samples,), at `SAMPLE_RATE`."""

SAMPLE_RATE = 16_000
"""In Hz: what all models of this stage were trained on."""


@dataclass(frozen=True)
class Span:
    """A stretch of time in seconds; what 0 is, the place says that uses it."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start


class Aligner(Protocol):
    """A loaded model. Safe to call from many threads."""

    def align(self, samples: Samples, tokens: Sequence[str]) -> Sequence[Span | None]:
        """Where each of `tokens` is heard, in seconds from the first sample; None if that could not be found.

        `tokens` are spoken words, in order, as `spoken.tokens` makes them. Raises EngineOutOfMemory.
        """
