"""From judged phrases to spans: what is sung, and where music plays without words. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from services.documents.film import Film
from services.documents.lyrics import Evidence, Lyrics, Span
from services.documents.transcript import Transcript

from .evidence import confidence, measured
from .phrases import Phrase, joined, lines, phrases, repeated_share
from .settings import LyricsSettings
from .stems import HOP_SECONDS, Frames

METHOD = "stems"
SOUNDTRACK_TOLERANCE = 0.1
"""A stretch of music is as long as a song if it differs by no more than this share of it."""
MUSIC_GAP_SECONDS = 0.8
"""A shorter rest does not end a stretch of music."""


def find_lyrics(transcript: Transcript, frames: Frames, film: Film | None, settings: LyricsSettings) -> Lyrics:
    """Every span of singing, and of music without words, in order of time."""
    music = stretches(frames, settings.music_level_db)
    spoken = phrases(transcript, pause_seconds=settings.pause_seconds, longest_seconds=settings.phrase_seconds)
    sung = _singing(transcript, spoken, frames, _Soundtrack(film, music), settings)
    worded = sorted([*((it.start, it.end) for it in spoken), *((it.start, it.end) for it in sung)])
    alone = _music_alone(music, worded, transcript.audio.stream, settings)
    ordered = sorted([*sung, *alone], key=lambda span: span.start)
    return Lyrics(tuple(replace(span, id=f"lyric:{number}") for number, span in enumerate(ordered)))


def stretches(frames: Frames, level_db: float) -> list[tuple[float, float]]:
    """Film times in which music is heard, rests of up to `MUSIC_GAP_SECONDS` included."""
    heard = np.flatnonzero(frames.music > level_db)
    if not len(heard):
        return []
    breaks = np.flatnonzero(np.diff(heard) > MUSIC_GAP_SECONDS / HOP_SECONDS)
    firsts, lasts = heard[[0, *(breaks + 1)]], heard[[*breaks, len(heard) - 1]]
    return [(frames.time(first), frames.time(last + 1)) for first, last in zip(firsts, lasts, strict=True)]


class _Soundtrack:
    """Songs known by their length, against the stretches of music in the film: weak evidence."""

    def __init__(self, film: Film | None, music: Sequence[tuple[float, float]]) -> None:
        songs = film.soundtrack if film else ()
        self._lengths = [song.duration_seconds for song in songs if song.duration_seconds]
        self._music = music

    def matches(self, phrase: Phrase) -> bool:
        """Whether the music around the phrase is as long as a song of the film."""
        around = [end - start for start, end in self._music if start <= phrase.start < end]
        return any(abs(found - song) <= SOUNDTRACK_TOLERANCE * song for found in around for song in self._lengths)


def _singing(
    transcript: Transcript, spoken: Sequence[Phrase], frames: Frames, soundtrack: _Soundtrack, settings: LyricsSettings
) -> list[Span]:
    counted = lines(transcript)

    def judged(phrase: Phrase) -> tuple[Evidence, ...]:
        return measured(phrase, frames, repeated_share(phrase, counted), float(soundtrack.matches(phrase)))

    sung = [phrase for phrase in spoken if confidence(judged(phrase)) >= settings.threshold]
    whole = [joined(group) for group in _neighbours(sung, spoken, settings.merge_seconds)]
    long = [phrase for phrase in whole if phrase.end - phrase.start >= settings.min_singing_seconds]
    ends = [*(phrase.start for phrase in long[1:]), math.inf]
    return [
        _singing_span(phrase, min(phrase.end, next_start), judged(phrase))
        for phrase, next_start in zip(long, ends, strict=False)
    ]


def _neighbours(sung: Sequence[Phrase], spoken: Sequence[Phrase], merge_seconds: float) -> list[list[Phrase]]:
    """Sung phrases in groups: those with nothing spoken and no long rest between them."""
    places = {id(phrase): place for place, phrase in enumerate(spoken)}
    groups: list[list[Phrase]] = []
    for phrase in sung:
        last = groups[-1][-1] if groups else None
        if last and places[id(phrase)] == places[id(last)] + 1 and phrase.start - last.end <= merge_seconds:
            groups[-1].append(phrase)
        else:
            groups.append([phrase])
    return groups


def _singing_span(phrase: Phrase, end: float, evidence: tuple[Evidence, ...]) -> Span:
    return Span("", phrase.start, end, "singing", confidence(evidence), METHOD, evidence, phrase.segments)


def _music_alone(
    music: Sequence[tuple[float, float]], worded: Sequence[tuple[float, float]], stream: str, settings: LyricsSettings
) -> Iterator[Span]:
    for start, end in _without(music, worded):
        if end - start >= settings.min_music_seconds:
            evidence = (Evidence("music", 1.0, 0.0),)
            yield Span("", start, end, "music", 1.0, METHOD, evidence, (stream,))


def _without(
    stretches: Iterable[tuple[float, float]], holes: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    """What is left of the stretches outside the holes, which stand in order of their starts."""
    for start, end in stretches:
        cursor = start
        for hole_start, hole_end in holes:
            if hole_start < end and hole_end > cursor:
                yield cursor, hole_start
                cursor = max(cursor, hole_end)
        yield cursor, end
