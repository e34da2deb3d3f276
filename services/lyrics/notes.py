"""Held notes in a line of pitches: what singing has and speech has not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .stems import HOP_SECONDS

BEND_SEMITONES = 0.5
"""How far a held note may stray from its mean once vibrato is smoothed out: no room for the glides of speech."""
VIBRATO_SECONDS = 0.18
"""One period of the vibrato of most singers, who have 5 to 6 of them in a second (Sundberg 1995)."""
NOTE_SECONDS = 0.3
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
    """The line of pitches without what a held note has in it: frames an octave off, and vibrato."""
    return _means(_medians(pitches)) if len(pitches) >= 3 else pitches


def _medians(pitches: Values) -> Values:
    """Each pitch the median of three: the octave that YIN misses for one frame does not end a note."""
    inner = np.lib.stride_tricks.sliding_window_view(pitches, 3)
    medians = np.sort(inner, axis=1)[:, 1]  # NaN sorts last: two of three must have a pitch
    return np.concatenate([pitches[:1], medians, pitches[-1:]])


def _means(pitches: Values) -> Values:
    """Each pitch the mean over a period of vibrato around it, as far as there are pitches."""
    has_pitch = ~np.isnan(pitches)
    window = np.ones(2 * round(VIBRATO_SECONDS / HOP_SECONDS / 2) + 1)
    sums = np.convolve(np.where(has_pitch, pitches, 0), window)
    counts = np.convolve(has_pitch, window)
    middle = slice(len(window) // 2, len(window) // 2 + len(pitches))
    return np.where(has_pitch, sums[middle] / np.maximum(counts[middle], 1), np.nan).astype(np.float32)


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
