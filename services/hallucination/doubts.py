"""Doubts: what speaks against a passage, whatever it says, each as points. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from services.documents.transcript import Decode

from .passages import Context, Passage

UNHEARD_POINTS = 2.0
"""Nobody speaks there: it alone is enough for a canned phrase."""


def doubts(passage: Passage, context: Context) -> dict[str, float]:
    """The doubts about a passage by name, each with its points; empty if nothing is wrong with it."""
    return {name: points for name, points in _all(passage, context) if points}


def heard_share(passage: Passage, context: Context) -> float:
    """Share of the passage's time that lies in speech regions, 0 to 1."""
    tolerance = context.settings.region_tolerance_seconds
    start, end = passage.start, max(passage.end, passage.start + 0.01)
    inside = sum(
        max(0.0, min(end, region.end + tolerance) - max(start, region.start - tolerance)) for region in context.regions
    )
    return min(1.0, inside / (end - start))


def word_probability(passage: Passage) -> float | None:
    """Mean over the words that have one."""
    known = [word.probability for word in passage.words if word.probability is not None]
    return sum(known) / len(known) if known else None


def measures(passage: Passage, context: Context) -> dict[str, float | str]:
    """The figures behind the doubts, for the record."""
    found: dict[str, float | str] = {"heard_share": round(heard_share(passage, context), 3)}
    probability, decode = word_probability(passage), passage.segment.decode
    if probability is not None:
        found["word_probability"] = round(probability, 3)
    if decode is not None:
        found["log_probability"] = round(decode.average_log_probability, 3)
        found["compression_ratio"] = round(decode.compression_ratio, 3)
    return found


def _all(passage: Passage, context: Context) -> Iterator[tuple[str, float]]:
    settings = context.settings
    share, probability = heard_share(passage, context), word_probability(passage)
    yield "unheard", UNHEARD_POINTS * (share < settings.min_heard_share)
    yield "half_heard", float(settings.min_heard_share <= share < 0.5)
    yield "word_probability", float(probability is not None and probability < settings.min_word_probability)
    yield "pace", float(_pace_is_impossible(passage, context))
    if passage.segment.decode is not None:
        yield from _of_decode(passage.segment.decode, context)


def _of_decode(decode: Decode, context: Context) -> Iterator[tuple[str, float]]:
    settings, silence = context.settings, decode.no_speech_probability
    yield "log_probability", float(decode.average_log_probability < settings.min_log_probability)
    yield "compression_ratio", float(decode.compression_ratio > settings.max_compression_ratio)
    yield "no_speech_probability", float(silence is not None and silence > settings.max_no_speech_probability)


def _pace_is_impossible(passage: Passage, context: Context) -> bool:
    seconds = max(passage.end - passage.start, 0.01)
    too_fast = _width(passage.text) / seconds > context.settings.max_characters_per_second
    return too_fast or seconds / len(passage.words) > context.settings.max_seconds_per_word


def _width(text: str) -> int:
    """Characters, full-width ones counted twice: they hold about twice as much speech."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
