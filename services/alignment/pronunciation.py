"""A guess at how an English word is said that no dictionary has: names and made-up words, mostly.

It need not be good. An aligner only needs sounds roughly where the word is, or else it spreads the word's time
over its neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_SOUNDS = {
    "tion": "SH AH N", "sion": "ZH AH N", "igh": "AY", "tch": "CH", "ch": "CH", "ck": "K", "gh": "G", "kh": "K",
    "ng": "NG", "ph": "F", "qu": "K W", "sh": "SH", "th": "TH", "wh": "W", "zh": "ZH", "ai": "EY", "au": "AO",
    "aw": "AO", "ay": "EY", "ea": "IY", "ee": "IY", "ei": "EY", "ew": "UW", "ey": "IY", "ie": "IY", "oa": "OW",
    "oi": "OY", "oo": "UW", "ou": "AW", "ow": "OW", "oy": "OY", "er": "ER", "ir": "ER", "ur": "ER",
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH",
    "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T",
    "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
"""Letters to sounds (ARPABET without stress)."""
_GROUP = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_SILENT_E = re.compile(r"(?<=[a-z]{3})e$")


def plain_letters(word: str) -> str:
    """The word without accents: `café` as `cafe`."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def guess(word: str) -> str | None:
    """Sounds of a lower-case word, separated by spaces; None if it has letters that English does not."""
    letters = word.replace("'", "")
    if not re.fullmatch("[a-z]+", letters):
        return None
    return " ".join(_without_repeats(_SILENT_E.sub("", letters)))


def _without_repeats(letters: str) -> Iterator[str]:
    """Sounds in order; a doubled letter is said once."""
    last = ""
    for sound in " ".join(_SOUNDS[group] for group in _GROUP.findall(letters)).split():
        if sound != last:
            yield sound
        last = sound
