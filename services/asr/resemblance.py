"""Finds terms in a text that was perhaps misheard: by how they sound and by how they are written. Pure.

Sound is told by classes of consonants as in Soundex (Russell 1918), with vowels as one class; two strings are compared
by their pairs of neighbours (Dice 1945), which tolerates a lost or an added sound.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from services.documents.glossary import Term

from .judging import spoken_units

_CLASSES = {
    letter: name
    for name, letters in {
        "0": "aeiouyhw",
        "1": "bfpv",
        "2": "cgjkqsxz",
        "3": "dt",
        "4": "l",
        "5": "mn",
        "6": "r",
    }.items()
    for letter in letters
}
_SHORTEST = 3
"""Letters: anything shorter resembles too much."""
_LONGEST_SPACED, _LONGEST_UNSPACED = 3, 8
"""Words, or characters of a language without spaces, that a term may have been heard as."""


@dataclass(frozen=True)
class Sounding:
    """A stretch of letters as it can be compared."""

    letters: str
    pairs: Counter[tuple[str, str]]

    @classmethod
    def of(cls, letters: str) -> Sounding:
        key = _sound(letters)
        return cls(letters, Counter(pairwise(f"^{key}$")))


class Resemblance:
    """Which of these terms a text resembles, and how much."""

    def __init__(self, terms: Sequence[Term], *, spaced: bool) -> None:
        self._spaced = spaced
        self._forms = [
            (position, Sounding.of(letters))
            for position, term in enumerate(terms)
            for letters in dict.fromkeys(_letters(form) for form in (term.text, *term.aliases))
            if len(letters) >= _SHORTEST
        ]

    def scores(self, text: str) -> dict[int, float]:
        """By the position of a term: how much what is most like it in the text resembles it, 0 to 1."""
        best: dict[int, float] = {}
        for heard in self._stretches(text):
            for position, form in self._forms:
                if _may_resemble(heard, form):
                    best[position] = max(best.get(position, 0.0), resemblance(heard, form))
        return best

    def _stretches(self, text: str) -> list[Sounding]:
        units = spoken_units(text, spaced=self._spaced)
        longest = _LONGEST_SPACED if self._spaced else _LONGEST_UNSPACED
        joined = dict.fromkeys(_letters("".join(part)) for part in _parts(units, longest))
        return [Sounding.of(letters) for letters in joined if len(letters) >= _SHORTEST]


def resemblance(one: Sounding, other: Sounding) -> float:
    """Mean of the likeness in sound and in writing, 0 to 1."""
    written = SequenceMatcher(None, one.letters, other.letters, autojunk=False).ratio()
    return (_common(one, other) + written) / 2


def _may_resemble(one: Sounding, other: Sounding) -> bool:
    """Whether a comparison in full is worth its time: it takes a hundred times as long as this."""
    shorter, longer = sorted((len(one.letters), len(other.letters)))
    return 2 * shorter >= longer and _common(one, other) >= 0.4


def _common(one: Sounding, other: Sounding) -> float:
    common = sum(min(count, other.pairs[pair]) for pair, count in one.pairs.items())
    return 2 * common / (one.pairs.total() + other.pairs.total())


def _sound(letters: str) -> str:
    """Classes of sound, none twice in a row; a letter of no class stands for itself."""
    classes = [_CLASSES.get(letter, letter) for letter in letters]
    return "".join(here for here, before in zip(classes, ["", *classes], strict=False) if here != before)


def _letters(text: str) -> str:
    """Letters and digits without accents and case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _parts(units: Sequence[str], longest: int) -> Iterator[Iterable[str]]:
    for start in range(len(units)):
        for end in range(start + 1, min(start + longest, len(units)) + 1):
            yield units[start:end]
