"""Bidi: text from right to left, for formats that cannot say so themselves."""

from __future__ import annotations

from .scripts import is_right_to_left

_EMBEDDING = "\N{RIGHT-TO-LEFT EMBEDDING}"
_END = "\N{POP DIRECTIONAL FORMATTING}"


def directed(line: str, language_code: str) -> str:
    """The line, embedded as right-to-left text if its language is written so (Unicode Standard Annex 9).

    Players begin a line from left to right, or by its first letter: a full stop would stand on the wrong side.
    """
    return f"{_EMBEDDING}{line}{_END}" if is_right_to_left(language_code) else line
