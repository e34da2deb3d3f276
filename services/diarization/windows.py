"""Where the encoder listens: windows over the regions of speech, read in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from services.documents.media import AudioTrack
from services.runtime.errors import InvalidRequest

from .mel import SAMPLE_RATE, WINDOW, Floats


@dataclass(frozen=True)
class Span:
    """Samples from `start` up to and without `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


def windows(region: Span, step: int) -> list[Span]:
    """The windows over a region: the first begins and the last ends with it. A short region is one itself."""
    if region.length <= WINDOW:
        return [region]
    last = region.end - WINDOW
    return [Span(start, start + WINDOW) for start in (*range(region.start, last, step), last)]


def batches(path: Path, spans: Sequence[Span], size: int) -> Iterator[tuple[Sequence[Span], Floats]]:
    """Up to `size` spans at a time and their sound, shape (spans, `WINDOW`), a short one repeated to fill its row."""
    with soundfile.SoundFile(path) as sound:
        for first in range(0, len(spans), size):
            some = spans[first : first + size]
            yield some, np.stack([_read(sound, span) for span in some])


def require_match(path: Path, track: AudioTrack) -> None:
    """Raises InvalidRequest if the file is not a mono recording of the samples of `track` at `SAMPLE_RATE`."""
    sound = soundfile.info(path)
    if (sound.samplerate, sound.channels, sound.frames) != (track.sample_rate, 1, track.sample_count):
        raise InvalidRequest(
            f"the speech audio ({sound.frames} samples at {sound.samplerate} Hz, {sound.channels} channels) is not "
            f"the one of the media document ({track.sample_count} at {track.sample_rate} Hz, mono); give both from the "
            "same run of demux"
        )
    if track.sample_rate != SAMPLE_RATE:
        raise InvalidRequest(
            f"the speech audio has {track.sample_rate} Hz and diarization takes {SAMPLE_RATE}; set "
            "demux.sample_rate to that"
        )


def _read(sound: soundfile.SoundFile, span: Span) -> Floats:
    sound.seek(span.start)
    return np.resize(np.asarray(sound.read(span.length, dtype="float32"), np.float32), WINDOW)
