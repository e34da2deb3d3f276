"""JSON in one canonical form: equal values are equal bytes, and what cannot be read says why."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError


def canonical_json(value: Any) -> bytes:
    """The one way bytes are made of JSON here: sorted keys, UTF-8, two spaces, a final newline.

    Raises ValueError for NaN and infinities, which JSON does not have, and for what `encodable` mends.
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode() + b"\n"


def encodable(text: str) -> str:
    """The text as UTF-8 can hold it: a byte of a file name that is no text, in Python half a surrogate pair, is
    written out as `\\udcff`."""
    return text.encode(errors="backslashreplace").decode()


def first_problem(error: ValidationError) -> str:
    """`settings.beam_size: Input should be ...`: where a value first departs from its type, and how."""
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"]) or "document"
    return f"{place}: {problem['msg']}"
