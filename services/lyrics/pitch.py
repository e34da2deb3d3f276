"""Fundamental frequency of frames of sound: YIN (de Cheveigné and Kawahara 2002)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOWEST_HZ = 65.0
HIGHEST_HZ = 1000.0
APERIODICITY_LIMIT = 0.2
"""A frame has a pitch if its normalised difference function falls below this at some lag."""

Values = NDArray[np.float32]


def frame_length(rate: float) -> int:
    """Samples that one frame needs: two periods of the lowest pitch, and the longest lag on top."""
    return 3 * longest_lag(rate)


def longest_lag(rate: float) -> int:
    return int(rate / LOWEST_HZ) + 2


def semitones(frames: Values, rate: float) -> Values:
    """Pitch of each frame as a MIDI note with fractions, NaN where there is none.

    `frames` has the shape (frames, `frame_length(rate)`).
    """
    normalised = _normalised_difference(frames.astype(np.float64), longest_lag(rate))
    lags = _first_dips(normalised, shortest=int(rate / HIGHEST_HZ))
    with np.errstate(divide="ignore", invalid="ignore"):
        notes = 69 + 12 * np.log2(rate / lags / 440)
    return np.asarray(notes, np.float32)


def _normalised_difference(frames: NDArray[np.float64], lags: int) -> NDArray[np.float64]:
    """The cumulative mean normalised difference function (equation 8), shape (frames, lags)."""
    window = frames.shape[1] - lags
    size = 1 << (frames.shape[1] + window - 1).bit_length()
    products = np.fft.rfft(frames, size) * np.conj(np.fft.rfft(frames[:, :window], size))
    correlation = np.fft.irfft(products, size)[:, :lags]
    energy = np.pad(np.cumsum(frames**2, axis=1), ((0, 0), (1, 0)))
    energies = energy[:, window : window + lags] - energy[:, :lags]
    difference = np.maximum(energies[:, :1] + energies - 2 * correlation, 0)
    sums = np.cumsum(difference[:, 1:], axis=1)
    normalised = np.ones_like(difference)
    np.divide(difference[:, 1:] * np.arange(1, lags), sums, out=normalised[:, 1:], where=sums > 1e-9)
    return normalised


def _first_dips(normalised: NDArray[np.float64], shortest: int) -> NDArray[np.float64]:
    """The first lag at which each row dips below the limit, between samples; NaN where none does."""
    middle, before, after = normalised[:, 1:-1], normalised[:, :-2], normalised[:, 2:]
    dips = (middle < APERIODICITY_LIMIT) & (middle <= before) & (middle < after)
    dips[:, : shortest - 1] = False
    lag = np.argmax(dips, axis=1)
    rows = np.arange(len(lag))
    left, low, right = before[rows, lag], middle[rows, lag], after[rows, lag]
    curve = np.maximum(left - 2 * low + right, 1e-12)
    return np.where(dips.any(axis=1), lag + 1 + (left - right) / 2 / curve, np.nan)
