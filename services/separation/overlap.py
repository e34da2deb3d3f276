"""Overlap-add: windows of a film become its vocals, in memory that does not depend on its length."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .resampling import Samples
from .separator import Check, Separator
from .sound import Sound


def separate(sound: Sound, separator: Separator, overlap: float, check: Check) -> Iterator[tuple[Samples, Samples]]:
    """Consecutive pieces of the mixture and the vocals in them, both of shape (2, samples), up to the end of the sound.

    Windows overlap by that share of their length. Where they do, the vocals are averaged, those in a window's middle
    counting most: triangular weights, as in demucs.apply (Defossez: *Hybrid Spectrogram and Waveform Source
    Separation*, 2021).
    """
    window = separator.window
    step = max(1, round((1 - overlap) * window))
    triangle = _triangle(window)
    sums, weights = np.zeros((2, window), np.float32), np.zeros(window, np.float32)
    for start in range(0, sound.sample_count, step):
        mixture = sound.read(start, start + window)
        sums += separator.vocals(mixture, check) * triangle
        weights += triangle
        ready = min(step, sound.sample_count - start)
        yield mixture[:, :ready], sums[:, :ready] / weights[:ready]
        sums, weights = _moved(sums, step), _moved(weights, step)


def _triangle(length: int) -> Samples:
    """Rises to 1 in the middle and falls again; nowhere 0."""
    return (1 - np.abs(2 * np.arange(1, length + 1) / (length + 1) - 1)).astype(np.float32)


def _moved(values: Samples, step: int) -> Samples:
    """The last axis moved to the left by `step`, filled up with zeros."""
    moved = np.zeros_like(values)
    moved[..., : values.shape[-1] - step] = values[..., step:]
    return moved
