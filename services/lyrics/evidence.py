"""What speaks for singing and what against: measurements, their weights, and the confidence they add up to.

Weights are natural log-odds and add up from `PRIOR`, as if the measurements were independent (naive Bayes). Their
values were set by what was measured; docs/stages/lyrics.md has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from services.documents.lyrics import Evidence

from .notes import Note, held_notes
from .phrases import Phrase
from .stems import HOP_SECONDS, Frames

PRIOR = -1.0
"""Most of what is said in films is not sung."""
VOICE_RANGE_DB = 25.0
"""What is quieter than the loud part of a phrase by more than this is what separation left of the music."""
MUSIC_RANGE_DB = 30.0
"""Music more than this below the voice is not heard."""
LOUD_PERCENTILE = 95

Values = NDArray[np.float32]


def confidence(evidence: Iterable[Evidence]) -> float:
    """Probability of singing, 0 to 1."""
    return round(1 / (1 + math.exp(-PRIOR - sum(it.weight for it in evidence))), 4)


def measured(phrase: Phrase, frames: Frames, repeated: float, soundtrack: float) -> tuple[Evidence, ...]:
    """All evidence about a phrase; `repeated` and `soundtrack` are shares and matches from 0 to 1."""
    place = frames.between(phrase.start, phrase.end)
    pitches = _voiced(frames.pitch[place], frames.vocals[place])
    notes = held_notes(pitches)
    return (
        _pitch_stability(notes, pitches),
        _melody(notes),
        _sustain(notes, len(phrase.words)),
        _music(frames.vocals[place], frames.music[place]),
        _evidence("repetition", repeated, 0.7 * repeated),
        _evidence("soundtrack", soundtrack, 0.4 * soundtrack),
    )


def _voiced(pitches: Values, levels: Values) -> Values:
    """The pitches of the voice, without those of what separation left between the words."""
    if not len(pitches):
        return pitches
    return np.where(levels >= np.percentile(levels, LOUD_PERCENTILE) - VOICE_RANGE_DB, pitches, np.float32(np.nan))


def _pitch_stability(notes: list[Note], pitches: Values) -> Evidence:
    """Share of the voiced time in held notes. Without it nothing else can make a song of a speech."""
    voiced = np.count_nonzero(~np.isnan(pitches)) * HOP_SECONDS
    share = min(1.0, sum(note.seconds for note in notes) / voiced) if voiced else 0.0
    return _evidence("pitch_stability", share, _between(-4, 10 * (share - 0.55), 4))


def _melody(notes: list[Note]) -> Evidence:
    """Standard deviation of the held notes in semitones: a drone or one long shout is no melody."""
    spread = float(np.std([note.pitch for note in notes])) if len(notes) > 1 else 0.0
    return _evidence("melody", spread, _between(-6, 6 * (spread - 1), 0.5))


def _sustain(notes: list[Note], word_count: int) -> Evidence:
    """Seconds in held notes per word."""
    seconds = sum(note.seconds for note in notes) / word_count
    return _evidence("sustain", seconds, _between(-1, 8 * (seconds - 0.15), 1.5))


def _music(vocals: Values, music: Values) -> Evidence:
    """Share of the time in which music is heard beside the voice."""
    heard = music > np.percentile(vocals, LOUD_PERCENTILE) - MUSIC_RANGE_DB if len(vocals) else np.zeros(1)
    share = float(np.mean(heard))
    return _evidence("music", share, 1.5 * share - 0.8)


def _evidence(name: str, value: float, weight: float) -> Evidence:
    return Evidence(name, round(float(value), 4), round(float(weight), 4))


def _between(low: float, value: float, high: float) -> float:
    return min(max(low, value), high)
