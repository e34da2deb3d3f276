"""How well a text can be divided after a word: at sentences, at clauses, before conjunctions, at pauses."""

from __future__ import annotations

import re

from services.documents import wording

from .grammar import Grammar

SENTENCE = 1.0
CLAUSE = 0.7
CONJUNCTION = 0.5
PREPOSITION = 0.35
PLAIN = 0.0
BOUND = -0.5
"""Between words that belong together, e.g. an article and its noun."""
PAUSE = 0.5
"""What the longest pause adds."""

_CLAUSE_END = re.compile(r"(?:[,;:–—…、，；：،؛]|\.\.)$")  # noqa: RUF001  these marks are meant
_INITIAL = re.compile(r"[A-Z]\.")
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_AROUND_WORDS = ".,;:!?\"'()[]“”‘" + _APOSTROPHE  # noqa: RUF001


def strength(word: str, following: str, pause: float, known: Grammar) -> float:
    """How well the text can be divided between two words: above 1 gladly, below 0 only if it must be.

    `pause` is the silence between them, as a share of the longest one that a cue may hold.
    """
    return _by_text(word, following, known) + PAUSE * min(max(pause, 0.0), 1.0)


def ends_sentence(word: str, following: str, known: Grammar) -> bool:
    """Whether a sentence ends with `word`; `following` is empty at the end of the text."""
    if not wording.ends_sentence(word) or following[:1].islower():
        return False
    return not (word.lower() in known.abbreviations or _INITIAL.fullmatch(word))


def _by_text(word: str, following: str, known: Grammar) -> float:
    if ends_sentence(word, following, known):
        return SENTENCE
    if _CLAUSE_END.search(wording.unquoted(word)):
        return CLAUSE
    if _bare(word) in known.binding:
        return BOUND
    if _bare(following) in known.conjunctions:
        return CONJUNCTION
    return PREPOSITION if _bare(following) in known.prepositions else PLAIN


def _bare(word: str) -> str:
    return word.strip(_AROUND_WORDS).replace(_APOSTROPHE, "'").lower()
