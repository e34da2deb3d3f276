"""Chooses, for each window, which terms of the glossary the recogniser is told to expect. Pure.

A window is decoded plainly first. Terms like what was heard are offered to a second decoding; without such a term there
is none. The first terms of the glossary fill the offer up: a handful of names leads better than one, and many mislead
(measured: docs/benchmarks.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from services.documents.glossary import Glossary, GlossaryUsage, Term, TermUse
from services.documents.terms import form_occurrences

from .recognition import Heard
from .resemblance import Resemblance

_ALREADY_HEARD = 0.15
"""Added to the resemblance of a term that was heard shortly before: names come back."""
_ALIKE = 0.5
"""Terms that resemble something so much are offered before the others, once one is near."""
_HEARD_AS_SOMETHING = 0.4
"""A term that resembles nothing in the plain decoding even so much was not said."""
SEPARATOR = ", "


@dataclass(frozen=True)
class Limits:
    """How much of the glossary may reach one window."""

    terms: int
    tokens: int
    resemblance: float


class Prompter:
    """Offers terms to one window after the other."""

    def __init__(self, glossary: Glossary, limits: Limits, cost: Callable[[str], int], *, spaced: bool) -> None:
        self._terms = glossary.terms
        self._limits = limits
        self._cost = cost
        self._language = glossary.language_code
        self._resemblance = Resemblance(glossary.terms, spaced=spaced)

    def offer(self, plain: str, before: str) -> tuple[Term, ...]:
        """The terms for a window that plainly decodes to this, after a window with that text; none if none is near."""
        scores = {
            position: score + _ALREADY_HEARD * self._is_in(position, before)
            for position, score in self._resemblance.scores(plain).items()
        }
        near = [position for position, score in scores.items() if score >= self._limits.resemblance]
        if all(self._is_in(position, plain) for position in near):
            return ()
        alike = [position for position, score in scores.items() if score >= _ALIKE]
        alike.sort(key=lambda position: (-scores[position], position))
        order = dict.fromkeys([*alike, *range(len(self._terms))])
        return tuple(self._within_limits(self._terms[position] for position in order))

    def invented(self, plain: str, led: str) -> tuple[Term, ...]:
        """Terms in a decoding that was led by the glossary, like which the plain one has nothing."""
        new = [n for n in range(len(self._terms)) if self._is_in(n, led) and not self._is_in(n, plain)]
        scores = self._resemblance.scores(plain) if new else {}
        return tuple(self._terms[position] for position in new if scores.get(position, 0.0) < _HEARD_AS_SOMETHING)

    def _is_in(self, position: int, text: str) -> bool:
        return _count(self._terms[position], text, self._language) > 0

    def _within_limits(self, terms: Iterable[Term]) -> Iterator[Term]:
        """The first of the terms; one that is too long for what is left makes room for those after it."""
        count = tokens = 0
        for term in terms:
            if count == self._limits.terms:
                return
            cost = self._cost(f"{term.text}{SEPARATOR}")
            if tokens + cost <= self._limits.tokens:
                count, tokens = count + 1, tokens + cost
                yield term


class Usage:
    """Counts what came of each term, window by window."""

    def __init__(self, glossary: Glossary, language_code: str) -> None:
        """`language_code` is what is spoken, in BCP-47."""
        self._terms = glossary.terms
        self._language = language_code
        self._offered: Counter[str] = Counter()
        self._found: Counter[str] = Counter()

    def add(self, heard: Heard) -> None:
        """Counts a window."""
        drafts = (heard.draft, *(it.draft for it in heard.refused))
        self._offered.update({term for draft in drafts for term in draft.terms})
        for term in self._terms:
            self._found[term.id] += _count(term, heard.text, self._language)

    def report(self) -> GlossaryUsage:
        uses = (TermUse(it.id, it.text, self._offered[it.id], self._found[it.id]) for it in self._terms)
        return GlossaryUsage("asr", self._language, tuple(uses))


def hotwords(terms: Iterable[Term]) -> str:
    """Terms as the recogniser is told them."""
    return SEPARATOR.join(term.text for term in terms)


def _count(term: Term, text: str, language_code: str) -> int:
    """How often a text has a term as the glossary writes it."""
    return len(form_occurrences(text, term.text, language_code, term.case_sensitive))
