"""Which stretch of the sound belongs to which segment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from services.documents.transcript import Transcript
from services.runtime.errors import InvalidDocument


@dataclass(frozen=True)
class Window:
    """Samples of the speech audio, from `start` up to and without `end`."""

    start: int
    end: int


def windows(transcript: Transcript, padding_seconds: float) -> list[Window]:
    """One window per segment: the segment, padded, but never beyond the middle between it and its neighbour.

    So no two windows share a sample, and no words are sought in the sound of others. Raises InvalidDocument if a
    segment lies outside the audio or inside another.
    """
    audio, segments = transcript.audio, transcript.segments
    padding = round(padding_seconds * audio.sample_rate)
    inner = [audio.sample((one.end + next_one.start) / 2) for one, next_one in pairwise(segments)]
    lows, highs = [0, *inner], [*inner, audio.sample_count]
    found = [
        Window(max(low, 0, audio.sample(one.start) - padding), min(high, audio.sample(one.end) + padding))
        for one, low, high in zip(segments, lows, highs, strict=bool(segments))
    ]
    for segment, window in zip(segments, found, strict=True):
        if not 0 <= window.start < window.end <= audio.sample_count:
            raise InvalidDocument(
                f"segment {segment.id!r} ({segment.start:.3f} s to {segment.end:.3f} s) lies outside the audio "
                "or inside another segment; give the transcript that was recognised from this audio"
            )
    return found
