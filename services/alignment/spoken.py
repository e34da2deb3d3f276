"""From words as they are written to words as they are spoken, which is what an aligner can hear."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from services.runtime.languages import is_same_language

from .numerals import spell_numbers

_SYMBOLS = {"%": "percent", "&": "and", "+": "plus", "=": "equals", "@": "at"}


def tokens(text: str, language_code: str) -> tuple[str, ...]:
    """The spoken words of one written word: lower case, letters, digits and inner apostrophes only.

    Numbers and symbols are spelled out in English and left as digits in other languages. Empty if nothing of the
    word is spoken, as in `--`.
    """
    plain = unicodedata.normalize("NFC", text).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if is_same_language(language_code, "en"):
        plain = _spell_symbols(spell_numbers(plain))
    spaced = "".join(letter if _is_spoken(letter) else " " for letter in plain)
    return tuple(_words(spaced))


def _words(spaced: str) -> Iterator[str]:
    stripped = (part.strip("'") for part in spaced.split())
    return (part for part in stripped if part)


def _spell_symbols(text: str) -> str:
    return re.sub(r"[%&+=@]", lambda symbol: f" {_SYMBOLS[symbol[0]]} ", text)


def _is_spoken(letter: str) -> bool:
    """Letters, their marks (half of a Devanagari word) and digits."""
    return letter == "'" or unicodedata.category(letter)[0] in "LMN"
