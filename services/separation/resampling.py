"""Band-limited interpolation: sound at another rate, from any place between two samples on. Pure."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Sound, -1 to 1, shape (channels, samples)."""

_ZERO_CROSSINGS = 32
"""Of the kernel, on each side: more are a steeper filter and more work."""
_ROLL_OFF = 0.96
"""The filter's cut-off as a share of the lower of the two Nyquist frequencies."""
_KAISER_BETA = 9.0
"""What is beyond the cut-off is damped by 90 dB."""


class Resampler:
    """Windowed-sinc interpolation (Smith: *Digital Audio Resampling*, CCRMA 1984) with one kernel per phase.

    Sample `n` of the result is heard where the source has its sample `n * source rate / target rate + shift`, exactly:
    a part of the result is the same whether it is computed alone or with the rest.
    """

    def __init__(self, source_rate: int, target_rate: int, shift: Fraction = Fraction(0)) -> None:
        """Rates in Hz; `shift` in samples of the source."""
        ratio = Fraction(source_rate, target_rate)
        self._step, self._phases = ratio.numerator, ratio.denominator
        places = [phase * ratio + shift for phase in range(self._phases)]
        self._places = [math.floor(place) for place in places]
        cutoff = _ROLL_OFF * min(1.0, target_rate / source_rate)
        self._reach = 1 if _is_copy(places) else math.ceil(_ZERO_CROSSINGS / cutoff)
        self._kernels = [self._kernel(float(place % 1), cutoff) for place in places]

    def needed(self, start: int, end: int) -> tuple[int, int]:
        """First sample of the source, and first one no longer, that `resample` needs; they may lie outside of it."""
        return self._place(start) - self._reach + 1, self._place(end - 1) + self._reach + 1

    def resample(self, samples: Samples, start: int, end: int) -> Samples:
        """Samples `start` to `end` of the result from the samples of the source that `needed` names."""
        windows = np.lib.stride_tricks.sliding_window_view(samples, 2 * self._reach, axis=1)
        first = self.needed(start, end)[0]
        result = np.empty((len(samples), end - start), np.float32)
        for number in range(start, min(end, start + self._phases)):
            place = self._place(number) - self._reach + 1 - first
            same_phase = result[:, number - start :: self._phases]
            chosen = windows[:, place :: self._step][:, : same_phase.shape[1]]
            same_phase[:] = chosen @ self._kernels[number % self._phases]
        return result

    def _place(self, number: int) -> int:
        """The sample of the source at or just before sample `number` of the result."""
        turns, phase = divmod(number, self._phases)
        return self._places[phase] + turns * self._step

    def _kernel(self, fraction: float, cutoff: float) -> NDArray[np.float32]:
        """Weights of the samples around a place that lies `fraction` of a sample after one."""
        distances = np.arange(1 - self._reach, self._reach + 1) - fraction
        if self._reach == 1:
            return np.asarray(distances == 0, np.float32)
        shape = np.clip(1 - np.square(distances * cutoff / _ZERO_CROSSINGS), 0, None)
        kernel = np.sinc(distances * cutoff) * np.i0(_KAISER_BETA * np.sqrt(shape))
        return np.asarray(kernel / kernel.sum(), np.float32)


def _is_copy(places: list[Fraction]) -> bool:
    """Whether every sample of the result is one of the source."""
    return len(places) == 1 and places[0].denominator == 1
