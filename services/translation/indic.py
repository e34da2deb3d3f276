"""What IndicTrans2 wants of text: spaced punctuation, and Indic scripts as one, which is Devanagari.

Gala et al.: *IndicTrans2: towards high-quality and accessible machine translation models for all 22 scheduled Indian
languages*. TMLR 2023. The blocks of these scripts in Unicode follow one order (that of ISCII), so that a letter of one
is a letter of another at a fixed distance.
"""

from __future__ import annotations

import re
import unicodedata

_BLOCKS = {
    "Beng": 0x0980,
    "Guru": 0x0A00,
    "Gujr": 0x0A80,
    "Orya": 0x0B00,
    "Taml": 0x0B80,
    "Telu": 0x0C00,
    "Knda": 0x0C80,
    "Mlym": 0x0D00,
}
"""Scripts that are unified, and where they begin."""
_DEVANAGARI = 0x0900
_ORDERED = range(0x70)
"""So far into a block its letters follow the common order."""
_DANDAS = frozenset({0x64, 0x65})
"""These are Devanagari's in every script."""
_PUNCTUATION = re.compile(r"\s*([^\w\s\u0300-\u036f\u0900-\u0dff'\u200c\u200d]|[\u0964\u0965])\s*")
_BEFORE = re.compile(r"\s+([,.;:!?%)\]}\u0964\u0965\u060c\u061b\u061f\u06d4])")
_AFTER = re.compile(r"([(\[{$])\s+")
_BETWEEN = re.compile(r"(?<=\d)\s*([.,:])\s*(?=\d)")


def prepared(text: str, flores_code: str) -> str:
    """The text as the model reads it: composed, punctuation apart, in Devanagari where its script is unified."""
    spaced = " ".join(_PUNCTUATION.sub(r" \1 ", unicodedata.normalize("NFC", text)).split())
    return _moved(_BETWEEN.sub(r"\1", spaced), _block(flores_code), _DEVANAGARI)


def restored(text: str, flores_code: str) -> str:
    """What the model wrote, as people write it."""
    joined = _AFTER.sub(r"\1", _BEFORE.sub(r"\1", _moved(text, _DEVANAGARI, _block(flores_code))))
    return " ".join(_BETWEEN.sub(r"\1", joined).split())


def _block(flores_code: str) -> int:
    return _BLOCKS.get(flores_code.partition("_")[2], _DEVANAGARI)


def _moved(text: str, origin: int, target: int) -> str:
    return text if origin == target else "".join(_letter(character, origin, target) for character in text)


def _letter(character: str, origin: int, target: int) -> str:
    """The letter at the same place of the other block; itself if there is none."""
    place = ord(character) - origin
    if place not in _ORDERED or place in _DANDAS:
        return character
    moved = chr(target + place)
    return moved if unicodedata.name(moved, "") else character
