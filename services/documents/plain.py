"""Plain text: words of strangers, as a line of a file can hold them."""

from __future__ import annotations

import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates: one that is never closed would turn all that is shown after it."""


def plain_text(text: str) -> str:
    """The text with spaces for line breaks and control characters, never empty."""
    return " ".join(_DIRECTIONS.sub("", _CONTROLS.sub(" ", text)).split()) or "\N{REPLACEMENT CHARACTER}"
