"""Masking: what must not change in translation is put out of the engine's reach, and back into its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.documents.folding import language_of
from services.documents.glossary import Glossary, Term
from services.documents.terms import find_terms

from .marks import MARK, TAG, without_marks
from .translator import Protection

_PLACEHOLDER = re.compile(r"QX\s?(\d+)\s?Z", re.IGNORECASE)
"""Measured: the packaged engines take such a code for an unknown name and leave it alone."""


@dataclass(frozen=True)
class Required:
    """A term in a sentence, and how it must read in the translation."""

    term: Term
    start: int
    end: int
    source_text: str
    expected: str


@dataclass(frozen=True)
class Masked:
    """A text as an engine gets it."""

    text: str
    hidden: tuple[str, ...] = ()
    """What the placeholders stand for, by their numbers."""

    def reveal(self, translation: str) -> str:
        """The translation with what the placeholders stand for; a number that nobody gave out is left as it is."""
        text, *coded = _PLACEHOLDER.split(translation)
        for number, following in zip(coded[::2], coded[1::2], strict=True):
            hidden = self.hidden[int(number)] if int(number) < len(self.hidden) else f"QX{number}Z"
            closes, opens = hidden.startswith("</"), TAG.fullmatch(hidden) and not hidden.startswith("</")
            text = (text.rstrip() if closes else text) + hidden + (following.lstrip() if opens else following)
        return text


def required_terms(text: str, glossary: Glossary | None, target: str) -> list[Required]:
    """The terms in a text for which the glossary says how they read in the target language, in order."""
    found = find_terms(text, glossary) if glossary else []
    return [
        Required(term, it.start, it.end, it.text, expected)
        for term, it in found
        if (expected := term.in_language(target) or term.in_language(language_of(target)))
    ]


def mask(text: str, terms: Sequence[Required], protection: Protection) -> Masked:
    """The text as an engine with that protection is to get it."""
    if protection == "told" or _PLACEHOLDER.search(text):
        return Masked(text)
    if protection == "inserted":
        return Masked(without_marks(_replaced(text, [(term.start, term.end, term.expected) for term in terms])))
    spans = sorted([*((term.start, term.end, term.expected) for term in terms), *_marks(text, terms)])
    coded = [(start, end, _code(number, hidden)) for number, (start, end, hidden) in enumerate(spans)]
    return Masked(" ".join(_replaced(text, coded).split()), tuple(hidden for _, _, hidden in spans))


def _code(number: int, hidden: str) -> str:
    """A mark touches its word; its code must not."""
    return f" QX{number}Z " if MARK.fullmatch(hidden) else f"QX{number}Z"


def _marks(text: str, terms: Sequence[Required]) -> Iterator[tuple[int, int, str]]:
    for match in MARK.finditer(text):
        if all(match.end() <= term.start or term.end <= match.start() for term in terms):
            yield match.start(), match.end(), match[0]


def _replaced(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    pieces, position = [], 0
    for start, end, new in spans:
        pieces += [text[position:start], new]
        position = end
    return "".join([*pieces, text[position:]])
