"""Writes what was separated: both stems, and the vocals once more as speech audio."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile

from services.documents.media import AudioTrack
from services.runtime.progress import Progress

from .resampling import Samples
from .sound import Sound

_SPEECH_SECONDS = 10
"""So much is converted to speech audio at once."""


def write_stems(
    pieces: Iterable[tuple[Samples, Samples]], sound: Sound, vocals: Path, accompaniment: Path, progress: Progress
) -> float:
    """Writes both stems as 16-bit stereo FLAC and returns the highest level of the vocals, 0 to 1.

    The accompaniment is what the vocals leave of the mixture: together the stems are the film's sound.
    """
    done, highest = 0, 0.0
    with _stereo(vocals, sound.sample_rate) as voice, _stereo(accompaniment, sound.sample_rate) as rest:
        for mixture, heard in pieces:
            voice.write(heard.T)
            rest.write((mixture - heard).T)
            highest = max(highest, float(np.abs(heard).max()))
            done += heard.shape[1]
            progress(done / sound.sample_rate, sound.seconds)
    return highest


def write_speech(vocals: Path, track: AudioTrack, speech: Path, progress: Progress) -> None:
    """Writes the vocals as 16-bit mono WAV that has the samples of `track`, each at its film time."""
    step = _SPEECH_SECONDS * track.sample_rate
    with (
        soundfile.SoundFile(vocals) as stem,
        soundfile.SoundFile(speech, "w", track.sample_rate, 1, "PCM_16", format="WAV") as file,
    ):
        sound = Sound(stem, track.sample_rate, track.sample_count, Fraction(0))
        for start in range(0, track.sample_count, step):
            progress.check()
            file.write(sound.read(start, min(track.sample_count, start + step)).mean(axis=0))


def _stereo(path: Path, sample_rate: int) -> soundfile.SoundFile:
    return soundfile.SoundFile(path, "w", sample_rate, 2, "PCM_16", format="FLAC")
