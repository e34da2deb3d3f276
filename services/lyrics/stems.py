"""Both stems as measurements per frame, block by block: memory holds one block, whatever the film's length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from services.documents.media import AudioTrack
from services.runtime.errors import InvalidRequest
from services.runtime.progress import Progress

from . import pitch

HOP_SECONDS = 0.02
BLOCK_SECONDS = 20.0
ANALYSIS_HZ = 11_000
"""Sound is thinned out to about this rate: pitch needs no more."""
QUIETEST_DB = -120.0
LENGTH_TOLERANCE_SECONDS = 0.1
"""How far the length of a stem may differ from the film's: separation works in blocks."""

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Frames:
    """What is heard every `HOP_SECONDS`; all arrays have one value per frame."""

    start: float
    """Film time of the first frame, in seconds."""
    vocals: Values
    """Level in dB below full scale."""
    music: Values
    pitch: Values
    """Of the vocals, as a MIDI note with fractions; NaN where there is none."""

    def between(self, start: float, end: float) -> slice:
        """The frames of a stretch of film time."""
        first, last = (max(0, round((time - self.start) / HOP_SECONDS)) for time in (start, end))
        return slice(first, last)

    def time(self, frame: int) -> float:
        """Film time of a frame, in seconds."""
        return round(self.start + frame * HOP_SECONDS, 6)


def measure(vocals: Path, accompaniment: Path, track: AudioTrack, *, progress: Progress) -> Frames:
    """The measurements of both stems, which begin with `track`.

    Raises InvalidRequest if a stem is not as long as the film's sound.
    """
    seconds = track.end - track.start
    pitches, levels, music = [], [], []
    for (voice, rate), (rest, _) in zip(_blocks(vocals, seconds), _blocks(accompaniment, seconds), strict=False):
        pitches.append(pitch.semitones(voice, rate))
        levels.append(_levels(voice))
        music.append(_levels(rest))
        progress(min(seconds, len(levels) * BLOCK_SECONDS), seconds)
    count = round(seconds / HOP_SECONDS)
    return Frames(
        track.start,
        vocals=_joined(levels, count, QUIETEST_DB),
        music=_joined(music, count, QUIETEST_DB),
        pitch=_joined(pitches, count, np.nan),
    )


def _joined(parts: list[Values], count: int, absent: float) -> Values:
    """`count` values: stems may be shorter or longer than the film by a few samples."""
    missing = np.full(count, absent, np.float32)
    return np.concatenate([*parts, missing])[:count]


def _blocks(path: Path, seconds: float) -> Iterator[tuple[Values, float]]:
    """Frames of the thinned-out sound, shape (frames, samples), and its rate; a block's last frames reach into the
    next one."""
    with soundfile.SoundFile(path) as sound:
        _require_length(path, sound.frames / sound.samplerate, seconds)
        factor = max(1, sound.samplerate // ANALYSIS_HZ)
        rate = sound.samplerate / factor
        length = pitch.frame_length(rate)
        block = round(BLOCK_SECONDS * sound.samplerate)
        for first in range(0, sound.frames, block):
            sound.seek(first)
            samples = sound.read(block + length * factor, dtype="float32", fill_value=0.0, always_2d=True)
            yield _frames(_thinned(samples.mean(axis=1), factor), rate, length), rate


def _require_length(path: Path, found: float, wanted: float) -> None:
    if abs(found - wanted) > LENGTH_TOLERANCE_SECONDS:
        raise InvalidRequest(
            f"stem {path.name} lasts {found:.2f} s and the sound of the film {wanted:.2f} s; "
            "give stems and media document of the same film"
        )


def _thinned(samples: Values, factor: int) -> Values:
    """Each sample the mean of `factor` of the old ones."""
    return np.asarray(samples[: len(samples) // factor * factor].reshape(-1, factor).mean(axis=1), np.float32)


def _frames(samples: Values, rate: float, length: int) -> Values:
    starts = np.round(np.arange(round(BLOCK_SECONDS / HOP_SECONDS)) * HOP_SECONDS * rate).astype(int)
    return samples[starts[:, None] + np.arange(length)]


def _levels(frames: Values) -> Values:
    power = np.mean(np.square(frames), axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (QUIETEST_DB / 10))), np.float32)
