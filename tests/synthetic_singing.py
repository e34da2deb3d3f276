"""Makes singing whose words and notes are known: Festival's speech, given steady notes by a vocoder.

The spectral envelope of each frame of the speech is kept (its cepstrum, low part: Oppenheim and Schafer 1968) and put
on a pulse train of the note's pitch with vibrato; frames without pitch get noise instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.synthetic_music import frequency, scaled
from tests.synthetic_speech import SAMPLE_RATE as RATE
from tests.synthetic_speech import SpokenWord, speak

WINDOW = 512
HOP = 80
"""5 ms: from one frame to the next."""
LIFTER = 40
"""Cepstral coefficients that describe the mouth and not the voice: up to 2.5 ms, above 400 Hz of pitch."""
VIBRATO_HZ = 5.5
VIBRATO_SEMITONES = 0.25
"""To either side, as trained voices have it."""

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Note:
    """One sung word."""

    text: str
    start: float
    """Seconds from the first sample."""
    end: float
    pitch: int
    """MIDI note."""


def sing(notes: Sequence[Note], scratch: Path) -> NDArray[np.float32]:
    """The notes, sung, as mono samples at 16 kHz of 0.1 root mean square; `scratch` is a file that may be written."""
    words = speak(" ".join(note.text for note in notes), scratch)
    speech = np.asarray(soundfile.read(scratch, dtype="float64")[0], np.float64)
    times = np.arange(0, notes[-1].end, HOP / RATE)
    sources = _source_times(times, notes, words)
    pitches = np.array([frequency(_pitch(time, notes)) for time in times])
    return scaled(_vocode(speech, sources, pitches), 0.1)


def revoiced(speech: Samples, pitches: Samples) -> NDArray[np.float32]:
    """Speech (mono, 16 kHz) with another melody at its own pace: `pitches` in Hz, one every `HOP` samples."""
    return scaled(_vocode(speech, np.arange(len(pitches)) * HOP / RATE, pitches), 0.1)


def _source_times(times: Samples, notes: Sequence[Note], words: Sequence[SpokenWord]) -> Samples:
    """Where in the speech each frame of the song comes from: words are stretched to the length of their notes."""
    targets = [edge for note in notes for edge in (note.start, note.end - 0.02)]
    origins = [edge for word in words for edge in (word.start, word.end)]
    return np.interp(times, targets, origins)


def _pitch(time: float, notes: Sequence[Note]) -> float:
    """As a MIDI note with vibrato, which comes in after a quarter of a second."""
    note = next((note for note in notes if time < note.end), notes[-1])
    depth = VIBRATO_SEMITONES if time - note.start > 0.25 else 0.0
    return note.pitch + depth * float(np.sin(2 * np.pi * VIBRATO_HZ * (time - note.start)))


def _vocode(speech: Samples, sources: Samples, pitches: Samples) -> Samples:
    """Frame by frame: the envelope of the speech at `sources`, on a voice of `pitches` Hz."""
    pulses = _pulses(pitches)
    noise = np.random.default_rng(3).standard_normal(len(pulses))
    window = np.hanning(WINDOW)
    sung = np.zeros(len(pulses))
    for index, source in enumerate(sources):
        frame = _frame(speech, round(source * RATE)) * window
        excitation = pulses if _is_voiced(frame) else noise
        start = index * HOP
        shaped = np.fft.rfft(excitation[start : start + WINDOW] * window) * _envelope(frame)
        sung[start : start + WINDOW] += np.fft.irfft(shaped) * window
    return sung


def _pulses(pitches: Samples) -> Samples:
    """A pulse train of unit power whose pitch follows `pitches`, one per hop."""
    phase = np.cumsum(np.repeat(pitches, HOP)) / RATE
    phase = np.pad(phase, (0, WINDOW), mode="edge")
    pulses = np.diff(np.floor(phase), prepend=0.0)
    return np.asarray(pulses * np.sqrt(RATE / pitches.mean()))


def _frame(speech: Samples, middle: int) -> Samples:
    start = min(max(0, middle - WINDOW // 2), len(speech) - WINDOW)
    return speech[start : start + WINDOW]


def _envelope(frame: Samples) -> Samples:
    cepstrum = np.fft.irfft(np.log(np.abs(np.fft.rfft(frame)) + 1e-6))
    cepstrum[LIFTER : WINDOW - LIFTER + 1] = 0
    return np.asarray(np.exp(np.fft.rfft(cepstrum).real))


def _is_voiced(frame: Samples) -> bool:
    """Whether it repeats itself within 2.5 to 13 ms, as vowels do."""
    spectrum = np.abs(np.fft.rfft(frame, 2 * WINDOW)) ** 2
    correlation = np.fft.irfft(spectrum)[:WINDOW]
    return bool(correlation[0] > 0 and correlation[40:208].max() > 0.3 * correlation[0])
