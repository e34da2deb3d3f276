"""Text as it is compared: one form for what reads alike, each character with its place in the text it came from."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

_JAMO = range(0x1160, 0x1200)
"""Vowels and final consonants of Hangul, which join the consonant before them."""
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
"""Soft hyphen, joiner, marks of direction: they change how a word is set and not which word it is."""
_ALIKE = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-"})
_TURKIC = frozenset({"az", "tr"})
_TURKIC_CASE = str.maketrans({"I": "\u0131", "\u0130": "i"})


@dataclass(frozen=True)
class Folded:
    """A text in its comparable form. A cluster is a letter with the marks on it, or a run of white space."""

    text: str
    starts: dict[int, int]
    """Where a cluster begins, by its place in `text`: the place in the text it came from."""
    ends: dict[int, int]
    """Where a cluster has ended, likewise."""


@functools.lru_cache(maxsize=16_384)
def fold(text: str, language_code: str, *, case_sensitive: bool) -> Folded:
    """NFC, one space for any run of white space, one apostrophe, one hyphen, no invisible characters; without
    `case_sensitive` also Unicode's full case folding, for Turkish and Azerbaijani with their two letters i.
    """
    if _is_plain(text) and (case_sensitive or language_of(language_code) not in _TURKIC):
        places = {place: place for place in range(len(text) + 1)}
        return Folded(text if case_sensitive else text.lower(), places, places)
    folded = ""
    starts, ends = {}, {}
    for start, end in _clusters(text):
        piece = _fold_cluster(text[start:end], language_code, case_sensitive=case_sensitive)
        if piece:
            starts[len(folded)] = start
            folded += piece
            ends[len(folded)] = end
    return Folded(folded, starts, ends)


def language_of(language_code: str) -> str:
    """The primary language of a BCP-47 tag: `pt` for `pt-BR`."""
    return language_code.partition("-")[0].lower()


def _is_plain(text: str) -> bool:
    """Whether every character stands for itself; most texts are so, and need not be taken apart."""
    return text.isascii() and text.isprintable() and "  " not in text


def _clusters(text: str) -> list[tuple[int, int]]:
    """Start and end of each cluster, in order."""
    spans: list[tuple[int, int]] = []
    for place, character in enumerate(text):
        if spans and _joins(text[place - 1], character):
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return spans


def _joins(before: str, character: str) -> bool:
    if character.isspace():
        return before.isspace()
    return unicodedata.category(character).startswith("M") or ord(character) in _JAMO


def _fold_cluster(cluster: str, language_code: str, *, case_sensitive: bool) -> str:
    if cluster.isspace():
        return " "
    plain = unicodedata.normalize("NFC", cluster.translate(_INVISIBLE)).translate(_ALIKE)
    if case_sensitive:
        return plain
    if language_of(language_code) in _TURKIC:
        plain = plain.translate(_TURKIC_CASE)
    return unicodedata.normalize("NFC", plain.casefold())
