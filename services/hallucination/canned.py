"""The rule against canned phrases: what recognisers learned from subtitles and say where nothing is said. Pure."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from services.documents.folding import language_of
from services.documents.wording import plain

from .doubts import doubts, measures
from .passages import Context, Finding, Passage, is_sung

TABLE = Path(__file__).with_name("phrases.toml")
CREDIT_POINTS = 1.0
"""Credits are read in films, and hardly ever said: one doubt more is enough."""
END_SECONDS = 60.0
"""At the end of the sound recognisers say goodbye."""
ALONE_SECONDS = 5.0
"""Nothing else is said so long before and after."""


@dataclass(frozen=True)
class Phrases:
    """Those of one language, as patterns over plain wording without spaces."""

    talk: tuple[re.Pattern[str], ...]
    """What people say too, such as `Thank you.`"""
    credits: tuple[re.Pattern[str], ...]


def find(passages: Sequence[Passage], context: Context) -> Iterator[Finding]:
    """Sentences, and whole segments, that are nothing but a canned phrase and doubtful besides."""
    candidates = [*_whole_segments(passages), *passages]
    found: set[str] = set()
    for passage in candidates:
        finding = _judged(passage, passages, context)
        if finding and found.isdisjoint(word.id for word in passage.words):
            found.update(word.id for word in passage.words)
            yield finding


def _whole_segments(passages: Sequence[Passage]) -> Iterator[Passage]:
    for _, group in groupby(passages, key=lambda passage: passage.segment.id):
        parts = list(group)
        if len(parts) > 1:
            yield parts[0].part([word for part in parts for word in part.words])


def _judged(passage: Passage, all_passages: Sequence[Passage], context: Context) -> Finding | None:
    kind = kind_of(passage.text, passage.language_code)
    if not kind or is_sung(passage.words, context.singing):
        return None
    points = doubts(passage, context) | _of_place(passage, all_passages, context)
    total = sum(points.values()) + (CREDIT_POINTS if kind == "credit" else 0)
    limit = context.settings.canned_points
    if total < limit:
        return None
    evidence = measures(passage, context) | {"kind": kind, "doubts": " ".join(points), "points": total, "limit": limit}
    return Finding(passage, "canned_phrase", evidence, round(1 - 0.5**total, 3))


def _of_place(passage: Passage, all_passages: Sequence[Passage], context: Context) -> dict[str, float]:
    """Half a point each for what stands at the end, and for what stands alone."""
    others = [other for other in all_passages if not set(other.words) & set(passage.words)]
    near = any(
        other.start < passage.end + ALONE_SECONDS and other.end > passage.start - ALONE_SECONDS for other in others
    )
    points = {"at_end": 0.5 * (passage.start > context.film_end - END_SECONDS), "alone": 0.5 * (not near)}
    return {name: value for name, value in points.items() if value}


def kind_of(text: str, language_code: str) -> str:
    """`talk` or `credit` if the text is a canned phrase of the language and nothing else, or else empty."""
    wording = _without_spaces(text, language_code)
    for language in (language_of(language_code), "mul"):
        known = phrases().get(language)
        if known and any(pattern.fullmatch(wording) for pattern in known.credits):
            return "credit"
        if known and any(pattern.fullmatch(wording) for pattern in known.talk):
            return "talk"
    return ""


@functools.cache
def phrases() -> dict[str, Phrases]:
    """The table, by language; `mul` is for all."""
    table = tomllib.loads(TABLE.read_text("utf-8"))["phrases"]
    return {
        language: Phrases(*(_patterns(rows.get(kind, []), language) for kind in ("talk", "credit")))
        for language, rows in table.items()
    }


def _patterns(rows: Sequence[str], language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(row, language) for row in rows)


def _pattern(row: str, language: str) -> re.Pattern[str]:
    return re.compile(".{0,40}".join(re.escape(_without_spaces(part, language)) for part in row.split("*")))


def _without_spaces(text: str, language_code: str) -> str:
    """Plain wording in one piece: recognisers part the words of some languages where nobody writes a space."""
    return plain(text, language_code).replace(" ", "")
