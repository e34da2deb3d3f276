"""Pieces: words made ready for layout, cut where one is longer than a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from services.documents.transcript import Word

from .boundaries import BOUND, SENTENCE, strength
from .grammar import Grammar, grammar, is_unspaced
from .rules import Rules

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_JOINER = "\N{ZERO WIDTH JOINER}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a part of one that is longer than a line: lines are broken between pieces only."""

    text: str
    glue: str
    """What stands before it if it does not begin a line: a space or nothing."""
    word: Word
    start_ms: int
    """When the word starts, rounded down."""
    end_ms: int
    """When the word ends, rounded up."""
    ends_word: bool
    """Whether it is the last piece of its word: cues end only there."""
    strength: float
    """How well the text can be divided after it."""


def plain_text(word: Word) -> str:
    """The text of a word with spaces for line breaks and control characters, never empty."""
    return " ".join(_CONTROLS.sub(" ", word.text).split()) or "\N{REPLACEMENT CHARACTER}"


def glue(earlier: str, later: str, language_code: str) -> str:
    """What stands between two words of a language: nothing in scripts that are written without spaces."""
    both_latin = earlier[-1:].isascii() and later[:1].isascii()
    return "" if is_unspaced(language_code) and not both_latin else " "


def pieces_of(words: Sequence[Word], language_code: str, rules: Rules) -> list[Piece]:
    """The pieces of the words in order."""
    known = grammar(language_code)
    texts = [plain_text(word) for word in words]
    pieces: list[Piece] = []
    for place, word in enumerate(words):
        before = glue(texts[place - 1], texts[place], language_code) if place else ""
        after = _strength_after(words, texts, place, known, rules)
        pieces.extend(_cut(word, texts[place], before, after, rules.characters_per_line))
    return pieces


def _strength_after(words: Sequence[Word], texts: Sequence[str], place: int, known: Grammar, rules: Rules) -> float:
    if place + 1 == len(words):
        return SENTENCE
    pause_ms = (words[place + 1].start - words[place].end) * 1000
    return strength(texts[place], texts[place + 1], pause_ms / rules.long_pause_ms, known)


def _cut(word: Word, text: str, before: str, after: float, limit: int) -> Iterator[Piece]:
    start_ms, end_ms = _floor_ms(word.start), -_floor_ms(-word.end)
    parts = [text] if len(text) <= limit else _parts(text, limit)
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        yield Piece(part, before if number == 1 else "", word, start_ms, end_ms, last, after if last else BOUND)


def _parts(text: str, limit: int) -> list[str]:
    """The text in as few parts as possible of at most `limit` characters, none inside a written character."""
    parts = [""]
    for cluster in clusters(text):
        if parts[-1] and len(parts[-1]) + len(cluster) > limit:
            parts.append("")
        parts[-1] += cluster
    return [part for part in (part.strip() for part in parts) if part]


def clusters(text: str) -> list[str]:
    """The text in written characters: a base with its marks, joined emoji as one."""
    starts = [place for place in range(1, len(text)) if not _is_joined(text[place - 1], text[place])]
    return [text[first:last] for first, last in pairwise(chain([0], starts, [len(text)]))]


def _is_joined(earlier: str, later: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= later <= "\U0001f3ff"
    return _JOINER in (earlier, later) or is_skin_tone or unicodedata.category(later).startswith("M")


def _floor_ms(seconds: float) -> int:
    # By way of microseconds: 1.001 s in binary is a little less than 1001 ms.
    return round(seconds * 1_000_000) // 1000
