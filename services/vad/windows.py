"""Reads a recording as batches of overlapping windows, in memory that does not depend on its length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Windows = NDArray[np.float32]


def starts(sample_count: int, window: int, step: int) -> range:
    """The first samples of the windows that cover a recording; the last window may reach beyond its end."""
    return range(0, max(0, sample_count - window) + step if sample_count else 0, step)


def batches(path: Path, sample_count: int, window: int, step: int, batch_size: int) -> Iterator[tuple[range, Windows]]:
    """First samples of up to `batch_size` windows, and the windows, shape (windows, window).

    What lies beyond the end of the recording, of `sample_count` samples in one channel, is silence.
    """
    with soundfile.SoundFile(path) as audio:
        every = starts(sample_count, window, step)
        for first in range(0, len(every), batch_size):
            some = every[first : first + batch_size]
            audio.seek(some[0])
            length = some[-1] - some[0] + window
            samples = np.asarray(audio.read(length, dtype="float32", fill_value=0.0), np.float32)
            yield some, np.lib.stride_tricks.sliding_window_view(samples, window)[::step]
