"""Checks: whether a translation is one, and whether what had to survive did."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Literal

from services.documents.terms import form_occurrences
from services.documents.transcript import Word
from services.documents.translation import TermKept

from .marks import NOTES, TAG, without_marks
from .masking import Required
from .pairs import Pair
from .scripts import is_in_script_of

_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"\d(?:[\d.,:'’\u00a0\u202f]*\d)?")  # noqa: RUF001  these very characters are meant
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001  these very characters are meant
_NEARLY = 0.85
"""Share of words in common, in order, from which on two texts are one text with a slip."""
_FEWEST_WORDS = 5
"""Shorter texts are only compared for being equal: related languages share single words."""
_ALIKE = {"no": frozenset({"en", "es", "it"}), "ok": frozenset(), "okay": frozenset(), "hotel": frozenset({"en", "es"})}
"""Words that are themselves in another language, and in which; in every one if none is named."""


def has_words(text: str) -> bool:
    """Whether anything is left to translate when marks, numbers and punctuation are taken away."""
    return any(character.isalpha() for character in without_marks(text))


def names_in(words: Iterable[Word]) -> frozenset[str]:
    """Words that stand with a capital letter inside sentences, and nowhere without: names, most likely."""
    capital: set[str] = set()
    small: set[str] = set()
    begins = True
    for word in words:
        for text in _WORD.findall(word.text):
            if text[0].islower():
                small.add(text.lower())
            elif not begins:
                capital.add(text.lower())
        begins = not word.text[-1:].isalnum() and not word.text.endswith((",", ";"))
    return frozenset(capital - small)


def verdict(
    source: str, text: str, pair: Pair, names: Collection[str], terms: Sequence[Required]
) -> Literal["translated", "untranslated", "kept"]:
    """What an answer is: a translation, rightly the same as the source, or none."""
    if not without_marks(text):
        return "untranslated"
    words = _own_words(source, terms)
    known = {*names, *(word for word in words if _is_alike(word, pair))}
    if _is_same(words, _words_besides(text, terms)):
        return "kept" if all(word in known for word in words) else "untranslated"
    if not is_in_script_of(text, pair.target) and not all(word in known for word in words):
        return "untranslated"
    return "translated"


def problems(source: str, text: str, terms: Sequence[TermKept]) -> list[str]:
    """Codes of what had to survive and did not."""
    found = {
        "NUMBER_LOST": _numbers_lost(source, text),
        "TERM_LOST": any(not term.kept for term in terms),
        "TAG_LOST": Counter(TAG.findall(source)) != Counter(TAG.findall(text)),
        "NOTES_LOST": len(NOTES.findall(source)) != len(NOTES.findall(text)),
    }
    return [code for code, is_so in found.items() if is_so]


def terms_kept(terms: Sequence[Required], text: str, language_code: str) -> tuple[TermKept, ...]:
    """For each term whether the translation has it as it must read, as often as the sentence does."""
    left = {
        term.expected: len(form_occurrences(text, term.expected, language_code, term.term.case_sensitive))
        for term in terms
    }
    kept = []
    for term in terms:
        kept.append(TermKept(term.term.id, term.source_text, term.expected, left[term.expected] > 0))
        left[term.expected] -= 1
    return tuple(kept)


def _is_same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the words of two texts are equal, or nearly."""
    if one == other:
        return True
    long_enough = min(len(one), len(other)) >= _FEWEST_WORDS
    return long_enough and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _NEARLY


def _units(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", without_marks(text)).lower())


def _own_words(source: str, terms: Sequence[Required]) -> list[str]:
    """The words of the source, in small letters, without those of its terms."""
    own = source
    for term in sorted(terms, key=lambda term: -term.start):
        own = f"{own[: term.start]} {own[term.end :]}"
    return _units(own)


def _words_besides(text: str, terms: Sequence[Required]) -> list[str]:
    """The words of a translation, in small letters, without its terms, translated or not."""
    for form in sorted({form for term in terms for form in (term.expected, term.source_text)}, key=len, reverse=True):
        text = text.replace(form, " ")
    return _units(text)


def _is_alike(word: str, pair: Pair) -> bool:
    languages = _ALIKE.get(word)
    return languages is not None and (not languages or set(pair.primary) <= languages)


def _numbers_lost(source: str, text: str) -> bool:
    """Numbers may be grouped and separated in another way: `1,234.5` is `1.234,5`, and `10:30` is `10h30`."""
    source, text = _plain_digits(source), _plain_digits(text)
    by_group = Counter(_DIGITS.findall(source)) - Counter(_DIGITS.findall(text))
    return bool(by_group and _whole_numbers(source) - _whole_numbers(text))


def _whole_numbers(text: str) -> Counter[str]:
    return Counter("".join(_DIGITS.findall(number)) for number in _NUMBER.findall(text))


def _plain_digits(text: str) -> str:
    """Digits of any script as 0 to 9; those of tags do not count."""
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character for character in TAG.sub(" ", text)
    )
