"""Gives the words of a recognised segment the times that alignment found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from services.documents.media import AudioTrack
from services.documents.transcript import Segment, Word

from .aligner import Aligner, Samples, Span
from .spoken import tokens
from .timing import Limits, filled, sane
from .windows import Window


def heard(segment: Segment, samples: Samples, aligner: Aligner, language_code: str) -> list[Span | None]:
    """Where each written word of `segment` is heard, in seconds from the first sample.

    A written word spans its spoken words (`23` is two of them); None unless all of these were found.
    """
    spoken = [tokens(word.text, language_code) for word in segment.words]
    found = iter(aligner.align(samples, [token for group in spoken for token in group]))
    return [_whole([next(found) for _ in group]) for group in spoken]


def film_times(found: Sequence[Span | None], window: Window, audio: AudioTrack) -> list[Span | None]:
    """Seconds from the window's first sample, as film time."""
    return [_film_time(span, window, audio) if span else None for span in found]


def retimed(segment: Segment, found: Sequence[Span | None], limits: Limits) -> Segment:
    """The segment with `found` (film time) for its words; what was not found is placed between its neighbours.

    If nothing at all was found, the recogniser's own times stand, and say so.
    """
    if not segment.words:
        return replace(segment, sources=(segment.id,))
    if not any(found):
        return _placed(segment, [Span(it.start, it.end) for it in segment.words], None, limits)
    return _placed(segment, found, "aligned", limits)


def _placed(
    segment: Segment, found: Sequence[Span | None], timing: Literal["aligned"] | None, limits: Limits
) -> Segment:
    kept = sane(found, limits)
    spans = filled(kept, [_letters(word.text) for word in segment.words], limits)
    words = tuple(
        _timed(word, span, (timing or word.timing) if keep else "interpolated")
        for word, span, keep in zip(segment.words, spans, kept, strict=True)
    )
    return replace(segment, start=words[0].start, end=words[-1].end, words=words, sources=(segment.id,))


def _timed(word: Word, span: Span, timing: Literal["decoded", "aligned", "interpolated"]) -> Word:
    start, end = round(span.start, 6), round(span.end, 6)
    return replace(word, start=start, end=end, timing=timing, sources=(word.id,))


def _whole(spans: Sequence[Span | None]) -> Span | None:
    known = [span for span in spans if span]
    return Span(known[0].start, known[-1].end) if known and len(known) == len(spans) else None


def _film_time(span: Span, window: Window, audio: AudioTrack) -> Span:
    first, last = (window.start + round(time * audio.sample_rate) for time in (span.start, span.end))
    return Span(audio.time(first), audio.time(last))


def _letters(text: str) -> int:
    return max(1, sum(letter.isalnum() for letter in text))
