"""Overlap-add: the scores of windows that slide over a recording become one score per frame of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Framing:
    """How a model sees a recording, in samples."""

    window: int
    """Samples that the model takes at once."""
    frames: int
    """Frames that it answers per window."""
    frame_step: int
    """Samples from one frame to the next."""
    frame_length: int
    """Samples that one frame depends on, its receptive field."""

    def frame_count(self, sample_count: int) -> int:
        """Frames whose centre lies inside a recording."""
        return max(0, -(-(sample_count - self.frame_length // 2) // self.frame_step))

    def centre(self, frame: int) -> int:
        """The sample in the middle of a frame's receptive field."""
        return frame * self.frame_step + self.frame_length // 2


class OverlapAdd:
    """Averages the scores of overlapping windows, those in a window's middle counting most (Hamming weights).

    Keeps 8 bytes per frame: 3.4 MB for two hours at 16.9 ms per frame.
    """

    def __init__(self, framing: Framing, sample_count: int) -> None:
        self._framing = framing
        self._frame_count = framing.frame_count(sample_count)
        # The last window may reach beyond the recording, by less than one window.
        self._sums = np.zeros(self._frame_count + framing.frames, np.float32)
        self._weights = np.zeros_like(self._sums)
        self._hamming = np.hamming(framing.frames).astype(np.float32)

    def add(self, start: int, scores: Scores) -> None:
        """Adds the scores, shape (frames,), of the window whose first sample is `start`."""
        first = round(start / self._framing.frame_step)
        place = slice(first, first + self._framing.frames)
        self._sums[place] += scores * self._hamming
        self._weights[place] += self._hamming

    def result(self) -> Scores:
        """One score per frame of the recording, shape (frame count,).

        A frame that no window answers for, as the one after the last window may be, is as the one before it.
        """
        sums, weights = self._sums[: self._frame_count], self._weights[: self._frame_count]
        answered = np.maximum.accumulate(np.where(weights > 0, np.arange(self._frame_count), 0))
        return np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)[answered]
