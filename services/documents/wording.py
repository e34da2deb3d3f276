"""Text as it is judged: what was said without how it is written, in which scripts, and where a sentence ends.

Two sentences are worded alike if they differ in case, punctuation and spaces only.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from .folding import fold, language_of

LATIN = "LATIN"

_SCRIPTS = {
    "ARABIC": "ar fa ps sd ug ur ckb",
    "ARMENIAN": "hy",
    "BENGALI": "as bn",
    "CJK": "yue zh",
    "CYRILLIC": "ba be bg kk ky mk mn ru sr tg tt uk",
    "DEVANAGARI": "bho hi mai mr ne sa",
    "ETHIOPIC": "am ti",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he yi",
    "KANNADA": "kn",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "TIBETAN": "bo dz",
}
"""First words of the Unicode names of a script's letters, and the languages that are written in it; the rest of those
that films speak are written in Latin."""
_SEVERAL = {
    "ja": frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    "ko": frozenset({"HANGUL", "CJK"}),
    "kk": frozenset({"CYRILLIC", LATIN}),
    "mn": frozenset({"CYRILLIC", "MONGOLIAN"}),
    "pa": frozenset({"GURMUKHI", "ARABIC"}),
    "sd": frozenset({"ARABIC", "DEVANAGARI"}),
    "sr": frozenset({"CYRILLIC", LATIN}),
    "uz": frozenset({"CYRILLIC", LATIN}),
}
_SENTENCE_END = re.compile(r"[.?!…。．？！｡।॥؟۔።։]$")  # noqa: RUF001  these very characters are meant
_CLOSING = re.compile(r"[\s\"'”’»)\]}」』】）]+$")  # noqa: RUF001  these very characters are meant
_UNSPACED = frozenset({"bo", "dz", "ja", "km", "lo", "my", "th", "yue", "zh"})
_BY_LANGUAGE = {
    language: frozenset({script}) for script, languages in _SCRIPTS.items() for language in languages.split()
}


@functools.lru_cache(maxsize=65_536)
def plain(text: str, language_code: str) -> str:
    """The words alone: folded case, no punctuation, one space between them; empty for notes and dashes."""
    folded = fold(text, language_code, case_sensitive=False).text
    return " ".join("".join(c if _is_worded(c) else " " for c in folded if c != "'").split())


def joined(words: Iterable[str], language_code: str) -> str:
    """Words as a text: with spaces between them, if the language is written so."""
    return ("" if language_of(language_code) in _UNSPACED else " ").join(words)


def ends_sentence(text: str) -> bool:
    """Whether a full stop or its like, of any script, ends the text; quotes and brackets may close after it.

    So does one end `Mr.`: whoever must know that looks at the word and at what follows.
    """
    return _SENTENCE_END.search(unquoted(text)) is not None


def unquoted(text: str) -> str:
    """Without the quotes, brackets and spaces at its end."""
    return _CLOSING.sub("", text)


def scripts_of(language_code: str) -> frozenset[str] | None:
    """The scripts that a language is written in; None if nobody knows which language it is."""
    language, *subtags = language_code.split("-")
    if language in ("", "und", "mul", "zxx"):
        return None
    if any(subtag.title() == "Latn" for subtag in subtags):
        return frozenset({LATIN})
    language = language_of(language_code)
    return _SEVERAL.get(language) or _BY_LANGUAGE.get(language, frozenset({LATIN}))


def letters(text: str) -> Counter[str]:
    """How many letters of each script a text has."""
    return Counter(_script(character) for character in unicodedata.normalize("NFKC", text) if character.isalpha())


def foreign_share(text: str, language_code: str, *, latin_is_foreign: bool) -> float:
    """Share of the letters that are of no script of the language, 0 to 1; 0 where there are none.

    Latin names and loanwords stand in the text of every language: they count only if they are said to.
    """
    own, counted = scripts_of(language_code), letters(text)
    if own is None or not counted:
        return 0.0
    allowed = own if latin_is_foreign else own | {LATIN}
    return sum(count for script, count in counted.items() if script not in allowed) / counted.total()


def _is_worded(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


@functools.lru_cache(maxsize=8_192)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]
