"""Transcripts of parts whose text and times are known: the words spread evenly over each."""

from __future__ import annotations

from collections.abc import Sequence

from services.documents.media import AudioTrack
from services.documents.transcript import Segment, Transcript, Word
from tests.hard_film import Part


def transcript_of(parts: Sequence[Part], track: AudioTrack) -> Transcript:
    """One segment per part with words."""
    said = [part for part in parts if part.text]
    return Transcript("en", track, tuple(_segment(number, part) for number, part in enumerate(said)))


def _segment(number: int, part: Part) -> Segment:
    texts = part.text.split()
    length = (part.end - part.start) / len(texts)
    words = tuple(
        Word(
            f"word:{number}.{place}",
            text,
            part.start + place * length,
            part.start + (place + 1) * length,
            "aligned",
            0.9,
            ("region:0",),
        )
        for place, text in enumerate(texts)
    )
    return Segment(f"segment:{number}", part.start, part.end, part.text, words, ("region:0",))
