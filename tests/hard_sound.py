"""Sound at 16 kHz that is hard to recognise: speech under music, and noise. The same every time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests import synthetic_music
from tests.readings import RATE

Samples = NDArray[np.float32]


def music(seconds: float) -> Samples:
    """Chords, bass and drums."""
    played = synthetic_music.play(seconds).mean(axis=1)
    count = round(seconds * RATE)
    # Fewer frequencies of the same spectrum are the same sound at a lower rate.
    return _scaled(np.fft.irfft(np.fft.rfft(played)[: count // 2 + 1], count))


def noise(seconds: float, seed: int = 0) -> Samples:
    """Noise like that of a street: as much power in each octave."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    return _scaled(np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))), count))


def under(speech: Samples, other: Samples, decibels: float) -> Samples:
    """Speech mixed with another sound as long, over which it stands by so many decibels."""
    spoken = np.sqrt(np.mean(np.square(speech[np.abs(speech) > 0.01])))
    gain = spoken / np.sqrt(np.mean(np.square(other))) / 10 ** (decibels / 20)
    return _scaled(speech + gain * other)


def _scaled(samples: NDArray[np.floating]) -> Samples:
    return np.asarray(0.5 * samples / np.max(np.abs(samples)), np.float32)
