"""Grammars: the words of a language that say where its clauses begin and what must stay together."""

from __future__ import annotations

from dataclasses import dataclass

from .scripts import primary

NO_WORDS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Grammar:
    """All words in lower case."""

    conjunctions: frozenset[str] = NO_WORDS
    prepositions: frozenset[str] = NO_WORDS
    binding: frozenset[str] = NO_WORDS
    """Words that belong to the next one, e.g. an article to its noun."""
    abbreviations: frozenset[str] = NO_WORDS
    """Words whose full stop ends no sentence."""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_ENGLISH = Grammar(
    conjunctions=words("""
        after although and as because before but how if nor or since so than that though unless until what when whenever
        where whereas whether which while who whom whose why yet
    """),
    prepositions=words("""
        about above across against along among around at behind below beneath beside between beyond by despite down
        during for from in inside into near off on onto out outside over past through throughout toward towards under
        up upon with within without
    """),
    binding=words("""
        a about an and any at but by each every for from her his if in into its my no of on or our some that the their
        these this those to very who which with your because
        am are be been can could did do does had has have is may might must not shall should was were will would
        i you he she it we they i'm you're he's she's it's we're they're
        can't couldn't didn't doesn't don't isn't wasn't won't wouldn't
    """),
    abbreviations=words("capt. col. dr. gen. jr. lt. mr. mrs. ms. prof. sgt. sr. st. vs."),
)
_GRAMMARS = {"en": _ENGLISH}


def grammar(language_code: str) -> Grammar:
    """The grammar of a BCP-47 language; where none is known, punctuation and pauses decide alone."""
    return _GRAMMARS.get(primary(language_code), Grammar())
