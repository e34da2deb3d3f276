"""Makes music whose every note is known: chords, bass and drums, played by arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
BEAT_SECONDS = 0.6
CHORDS = ((48, 52, 55), (45, 48, 52), (41, 45, 48), (43, 47, 50))
"""C, A minor, F, G as MIDI notes; each lasts four beats."""
BEATS_PER_CHORD = 4

Samples = NDArray[np.float32]


def frequency(note: float) -> float:
    """In Hz, of a MIDI note: 69 is A at 440 Hz."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def play(seconds: float) -> Samples:
    """Music as stereo samples, shape (samples, 2), of 0.1 root mean square; equal lengths are equal samples."""
    rng = np.random.default_rng(7)
    length = round(seconds * RATE)
    left, right = np.zeros(length), np.zeros(length)
    for beat in range(int(seconds / BEAT_SECONDS) + 1):
        start = round(beat * BEAT_SECONDS * RATE)
        for channel, pan in ((left, 0.8), (right, 1.2)):
            _add(channel, start, _chord(beat, pan))
        drum = _drum(beat, rng)
        _add(left, start, drum)
        _add(right, start, drum)
    return scaled(np.stack([left, right], axis=1), 0.1)


def scaled(samples: NDArray[np.float64], level: float) -> Samples:
    """The samples with that root mean square."""
    power = float(np.sqrt(np.mean(samples**2)))
    return np.asarray(samples * (level / power), np.float32)


def _chord(beat: int, pan: float) -> NDArray[np.float64]:
    """A struck chord over its bass, brighter on the first beat; `pan` leans it to one side, as strings do."""
    notes = CHORDS[beat // BEATS_PER_CHORD % len(CHORDS)]
    bright = 1.5 if beat % BEATS_PER_CHORD == 0 else 1.0
    tones = [_tone(note + 12, 1.2, bright) * (pan if rank % 2 else 1.0) for rank, note in enumerate(notes)]
    return sum(tones, 1.5 * _tone(notes[0] - 12, 1.2, bright))


def _tone(note: int, seconds: float, bright: float) -> NDArray[np.float64]:
    """A string: harmonics that die away, the higher the sooner."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = frequency(note)
    harmonics = [
        np.sin(2 * np.pi * pitch * order * time) * np.exp(-time * (1.5 + order)) * bright / order
        for order in range(1, 9)
    ]
    return np.asarray(sum(harmonics) * np.minimum(1, time / 0.005), np.float64)


def _drum(beat: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A kick on even beats, a snare on odd ones, and a cymbal on every one and between."""
    time = np.arange(round(0.5 * RATE)) / RATE
    noise = rng.standard_normal(len(time))
    kick = np.sin(2 * np.pi * 55 * time + 12 * (1 - np.exp(-time * 30))) * np.exp(-time * 12) * 4
    snare = noise * np.exp(-time * 25) * 1.5
    cymbal = np.diff(noise, prepend=0.0) * np.exp(-(time % 0.3) * 60) * 0.3
    return (snare if beat % 2 else kick) + cymbal


def _add(channel: NDArray[np.float64], start: int, sound: NDArray[np.float64]) -> None:
    """Mixes a sound in; what lies beyond the end is cut off."""
    room = channel[start : start + len(sound)]
    room += sound[: len(room)]
