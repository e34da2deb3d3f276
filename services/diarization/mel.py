"""Mel spectrograms as the speaker encoder was trained on: power, not its logarithm, of sound at a given loudness. Pure.

Parameters are those of the encoder's own package (resemblyzer's hparams.py): 40 mels, windows of 25 ms, one every
10 ms, speech at -30 dBFS. The filters are Slaney's (Auditory Toolbox, 1998), each of unit area: librosa's default.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SAMPLE_RATE = 16_000
"""In Hz."""
MELS = 40
FRAMES = 160
"""Frames that the encoder takes at once: 1.6 s."""
_FRAME = SAMPLE_RATE * 25 // 1000
_STEP = SAMPLE_RATE * 10 // 1000
WINDOW = (FRAMES - 1) * _STEP + _FRAME
"""Samples that these frames cover: 1.615 s."""
_LOUDNESS = 10 ** (-30 / 20)
"""Root mean square that windows are brought to; full scale is 1."""
_SILENCE = 1e-5
"""What is quieter than this is not made louder: it is nothing."""


def spectrograms(windows: Floats) -> Floats:
    """Mel spectrograms, shape (windows, `FRAMES`, `MELS`), of windows of shape (windows, `WINDOW`).

    All windows are brought to one loudness before.
    """
    frames = np.lib.stride_tricks.sliding_window_view(_levelled(windows), _FRAME, axis=1)[:, ::_STEP]
    spectrum = np.fft.rfft(frames * np.hanning(_FRAME + 1)[:-1].astype(np.float32), axis=-1)
    power = np.square(np.abs(spectrum)).astype(np.float32)
    return np.asarray(power @ _filters().T, np.float32)


def _levelled(windows: Floats) -> Floats:
    loudness = np.sqrt(np.square(windows).mean(axis=1, keepdims=True))
    return np.asarray(windows * (_LOUDNESS / np.maximum(loudness, _SILENCE)), np.float32)


@functools.cache
def _filters() -> Floats:
    """Triangles, evenly apart in mels, shape (mels, frequencies)."""
    frequencies = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE)
    corners = _hertz(np.linspace(0, _mel(SAMPLE_RATE / 2), MELS + 2))
    low, centre, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (frequencies - low) / (centre - low), (high - frequencies) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.asarray(triangles * 2 / (high - low), np.float32)


_LINEAR_HERTZ = 200 / 3
"""Hertz per mel below 1 kHz; above it the scale is logarithmic."""
_LOGARITHMIC_FROM = 1000.0
_LOG_STEP = np.log(6.4) / 27


def _mel(frequency: float) -> float:
    """Of a frequency above 1 kHz."""
    return float(_LOGARITHMIC_FROM / _LINEAR_HERTZ + np.log(frequency / _LOGARITHMIC_FROM) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    corner = _LOGARITHMIC_FROM / _LINEAR_HERTZ
    return np.where(
        mels < corner, mels * _LINEAR_HERTZ, _LOGARITHMIC_FROM * np.exp(_LOG_STEP * (np.maximum(mels, corner) - corner))
    )
