"""Adapters of types whose docstrings are part of their JSON Schema."""

from __future__ import annotations

import threading
from typing import TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

_BUILDING = threading.Lock()


def documented(kind: type[T]) -> TypeAdapter[T]:
    """Builds an adapter, one at a time: pydantic parses the source for the docstrings of fields, and the parser of
    Python 3.11 fails now and then when two threads are at it (SystemError: "AST constructor recursion depth mismatch").
    """
    with _BUILDING:
        return TypeAdapter(kind)
