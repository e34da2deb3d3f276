"""Reads the full audio of a film, sample by sample where it lies in the time of the speech audio."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import soundfile

from services.documents.media import AudioTrack, Media
from services.runtime.errors import InvalidRequest

from .resampling import Resampler, Samples

_TOLERATED_SECONDS = 0.1
"""The full audio and the speech audio, of different rates, may end so far apart."""


class Sound:
    """A file of sound at another rate. Reads any part of it; before its beginning and after its end is silence."""

    def __init__(self, file: soundfile.SoundFile, sample_rate: int, sample_count: int, shift: Fraction) -> None:
        """`shift` is the place of sample 0, counted in samples of the file."""
        self.sample_rate = sample_rate
        """In Hz."""
        self.sample_count = sample_count
        self._file = file
        self._resampler = Resampler(file.samplerate, sample_rate, shift)

    @property
    def seconds(self) -> float:
        return self.sample_count / self.sample_rate

    def read(self, start: int, end: int) -> Samples:
        """The samples from `start` up to and without `end`, shape (channels, end - start)."""
        first, last = self._resampler.needed(start, end)
        return self._resampler.resample(self._from_file(first, last), start, end)

    def _from_file(self, start: int, end: int) -> Samples:
        samples = np.zeros((self._file.channels, end - start), np.float32)
        first, last = max(start, 0), min(end, self._file.frames)
        if first < last:
            self._file.seek(first)
            samples[:, first - start : last - start] = self._file.read(last - first, "float32", always_2d=True).T
        return samples


def film_sound(file: soundfile.SoundFile, media: Media, sample_rate: int) -> Sound:
    """The full audio at `sample_rate`: its sample `n` is heard `n / sample_rate` after the first of the speech audio.

    Raises InvalidRequest if the file cannot be the full audio of that film.
    """
    track = media.speech_audio
    _require_match(file, track)
    start = Fraction(round(track.start * track.sample_rate), track.sample_rate)
    # demux takes the sample nearest to the beginning of the clip, at either rate.
    first = round((media.clip_start or 0.0) * file.samplerate)
    sample_count = -(-track.sample_count * sample_rate // track.sample_rate)
    return Sound(file, sample_rate, sample_count, start * file.samplerate - first)


def _require_match(file: soundfile.SoundFile, track: AudioTrack) -> None:
    seconds, described = file.frames / file.samplerate, track.sample_count / track.sample_rate
    if file.channels != 2 or abs(seconds - described) > _TOLERATED_SECONDS:
        raise InvalidRequest(
            f"full_audio has {seconds:.3f} s in {file.channels} channels, and the media document says that it lasts "
            f"{described:.3f} s in two; give both from one run of demux"
        )
