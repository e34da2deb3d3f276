"""Pitch is heard as it was played, and held notes are told from glides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.lyrics.notes import held_notes
from services.lyrics.pitch import frame_length, semitones
from services.lyrics.stems import HOP_SECONDS

RATE = 11_025
NOTHING = float("nan")


def frames(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    length = frame_length(RATE)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(samples, length)[:: RATE // 50], np.float32)


def tone(hertz: float, harmonics: int = 5) -> NDArray[np.float64]:
    time = np.arange(RATE // 2) / RATE
    orders = range(1, harmonics + 1)
    return np.asarray(sum(np.sin(2 * np.pi * hertz * order * time) / order for order in orders))


@given(st.floats(80, 900))
def test_a_tone_has_its_own_pitch(hertz: float) -> None:
    note = 69 + 12 * np.log2(hertz / 440)
    assert np.allclose(semitones(frames(tone(hertz)), RATE), note, atol=0.2)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(1).standard_normal(RATE)
    assert np.mean(np.isnan(semitones(frames(noise), RATE))) > 0.95
    assert np.isnan(semitones(frames(np.zeros(RATE)), RATE)).all()


def line(*pitches: float) -> NDArray[np.float32]:
    return np.array(pitches, np.float32)


def steady(pitch: float, seconds: float) -> list[float]:
    return [pitch] * round(seconds / HOP_SECONDS)


def test_notes_are_where_the_pitch_rests() -> None:
    notes = held_notes(line(*steady(60, 0.5), *steady(64, 0.4), *steady(NOTHING, 0.1), *steady(64, 0.4)))
    assert [round(note.pitch) for note in notes] == [60, 64, 64]
    assert [note.seconds for note in notes] == pytest.approx([0.5, 0.4, 0.4], abs=5 * HOP_SECONDS)


def test_vibrato_is_held_and_a_glide_is_not() -> None:
    time = np.arange(0, 1, HOP_SECONDS)
    assert len(held_notes(line(*(60 + np.sin(2 * np.pi * 5.5 * time))))) == 1
    assert held_notes(line(*(60 + 8 * time))) == []


def test_one_frame_an_octave_off_does_not_end_a_note() -> None:
    (note,) = held_notes(line(*steady(60, 0.3), 72, *steady(60, 0.3)))
    assert note.seconds > 0.5


def test_short_steady_vowels_are_no_notes() -> None:
    assert held_notes(line(*steady(60, 0.16), *steady(NOTHING, 0.1), *steady(61, 0.16))) == []
