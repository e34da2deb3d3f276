"""Scripts: whether a text is written in letters of its language."""

from __future__ import annotations

import unicodedata

from services.documents.folding import language_of

_SCRIPTS: dict[str, tuple[str, ...]] = {
    "ar": ("ARABIC",),
    "fa": ("ARABIC",),
    "ps": ("ARABIC",),
    "ur": ("ARABIC",),
    "as": ("BENGALI",),
    "bn": ("BENGALI",),
    "be": ("CYRILLIC",),
    "bg": ("CYRILLIC",),
    "mk": ("CYRILLIC",),
    "ru": ("CYRILLIC",),
    "uk": ("CYRILLIC",),
    "hi": ("DEVANAGARI",),
    "mr": ("DEVANAGARI",),
    "ne": ("DEVANAGARI",),
    "sa": ("DEVANAGARI",),
    "el": ("GREEK",),
    "gu": ("GUJARATI",),
    "he": ("HEBREW",),
    "hy": ("ARMENIAN",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA"),
    "ka": ("GEORGIAN",),
    "km": ("KHMER",),
    "kn": ("KANNADA",),
    "ko": ("HANGUL",),
    "lo": ("LAO",),
    "ml": ("MALAYALAM",),
    "my": ("MYANMAR",),
    "or": ("ORIYA",),
    "ta": ("TAMIL",),
    "te": ("TELUGU",),
    "th": ("THAI",),
    "zh": ("CJK",),
}
"""By primary language, as Unicode's character names begin. Languages written in several scripts are left out."""
_LATIN = frozenset("cs da de en es et fi fr hr hu id is it lt lv nl no pl pt ro sk sl sv sw tr vi".split())  # noqa: SIM905  shorter so


def is_in_script_of(text: str, language_code: str) -> bool:
    """Whether at least half of the letters are of the language's script; a language unknown here has any."""
    language = language_of(language_code)
    names = _SCRIPTS.get(language) or (("LATIN",) if language in _LATIN else ())
    letters = [character for character in text if character.isalpha()]
    if not names or not letters or script_of(language_code):
        return True
    fitting = sum(unicodedata.name(character, "").startswith(names) for character in letters)
    return 2 * fitting >= len(letters)


def script_of(language_code: str) -> str:
    """The script that the tag itself names, as `sr-Latn` does: four letters. Empty if it names none."""
    return next((part for part in language_code.split("-")[1:] if len(part) == 4 and part.isalpha()), "")
