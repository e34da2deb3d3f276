"""Held notes in a line of pitches: what singing has and speech has not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .stems import HOP_SECONDS

BEND_SEMITONES = 0.6
"""How far a held note may stray from its mean: room for vibrato, not for the glides of speech."""
NOTE_SECONDS = 0.24
"""A note is held if it lasts so long: most vowels of speech are over sooner, or have moved on."""

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Note:
    """A stretch of steady pitch."""

    start: int
    """First frame."""
    end: int
    """First frame after it."""
    pitch: float
    """Mean, as a MIDI note with fractions."""

    @property
    def seconds(self) -> float:
        return (self.end - self.start) * HOP_SECONDS


def held_notes(pitches: Values) -> list[Note]:
    """The notes of a line of pitches, in order. A frame without a pitch ends a note."""
    return [note for note in _steady(_smoothed(pitches)) if note.seconds >= NOTE_SECONDS - HOP_SECONDS / 2]


def _smoothed(pitches: Values) -> Values:
    """Each pitch the median of three: the octave that YIN misses for one frame does not end a note."""
    if len(pitches) < 3:
        return pitches
    inner = np.lib.stride_tricks.sliding_window_view(pitches, 3)
    medians = np.sort(inner, axis=1)[:, 1]  # NaN sorts last: two of three must have a pitch
    return np.concatenate([pitches[:1], medians, pitches[-1:]])


def _steady(pitches: Values) -> Iterator[Note]:
    """Cuts the line where the pitch ends or leaves the mean of the note so far."""
    start, mean = 0, math.nan
    for frame, value in enumerate([*pitches.tolist(), math.nan]):
        if abs(value - mean) <= BEND_SEMITONES:
            mean += (value - mean) / (frame - start + 1)
            continue
        if not math.isnan(mean):
            yield Note(start, frame, mean)
        start, mean = frame, value
