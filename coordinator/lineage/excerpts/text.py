"""Finds elements in the bytes of a document as `services.documents.codec` writes it, without reading the rest.

It writes one value a line, each level indented by one more space, and no string holds a line break: a line that begins
with three spaces and `"id": ` is the id of an element of a list of the document, and of nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import from_json

from .plain import Unfit

_HEAD_BYTES = 4096
"""What comes before the first long list is short."""
_OPENS, _CLOSES = b"\n  {\n", b"\n  }"


class DocumentText:
    """One document. Raises Unfit for what is not written in that way, or does not hold what is asked for."""

    def __init__(self, data: bytes, lists: Iterable[str]) -> None:
        """`lists` are the names of all the lists of the document that may be long."""
        if not data.startswith(b"{\n") or not data.endswith(b"\n}\n"):
            raise Unfit("this is no document as Cuegraph writes them")
        self._data = data
        self._lists = dict(self._found_lists(lists))

    def without_lists(self) -> Any:
        """The document as JSON has it, its long lists left empty."""
        kept, end = b"", 0
        for start, stop in sorted(self._lists.values()):
            kept, end = kept + self._data[end:start], stop
        return parsed(kept + self._data[end:])

    def elements(self, name: str, field: str, values: Iterable[str | int]) -> list[Any]:
        """The elements of a list that have these values in a field of their own, each once, in order of the list."""
        return self._holding(name, f"\n   {json.dumps(field)}: ", values)

    def elements_with(self, name: str, field: str, values: Iterable[str | int]) -> list[Any]:
        """The elements of a list that have these values in a field of the elements of a list of theirs."""
        return self._holding(name, f"\n     {json.dumps(field)}: ", values)

    def _holding(self, name: str, before: str, values: Iterable[str | int]) -> list[Any]:
        start, stop = self._list(name)
        found: set[tuple[int, int]] = set()
        place = start
        for value in values:
            line = f"{before}{json.dumps(value, ensure_ascii=False)}".encode()
            # Elements are asked for in the order of the document as a rule: the next is near.
            place = self._line(line, place, stop, start)
            found.add(self._element(place, start, stop))
        return [parsed(self._data[first:last]) for first, last in sorted(found)]

    def _line(self, line: bytes, place: int, stop: int, start: int) -> int:
        for ending in (b",", b"\n"):
            for begin in (place, start):
                at = self._data.find(line + ending, begin, stop)
                if at >= 0:
                    return at
        raise Unfit(f"no element has the line {line.decode().strip()}")

    def _element(self, place: int, start: int, stop: int) -> tuple[int, int]:
        first, last = self._data.rfind(_OPENS, start, place + 1), self._data.find(_CLOSES, place, stop)
        if first < 0 or last < 0:
            raise Unfit("an element without its beginning or its end")
        return first + 1, last + len(_CLOSES)

    def _list(self, name: str) -> tuple[int, int]:
        """Where what is between the brackets of a list of the document begins and ends."""
        if name not in self._lists:
            raise Unfit(f"there is no list {name!r}")
        return self._lists[name]

    def _found_lists(self, names: Iterable[str]) -> Iterator[tuple[str, tuple[int, int]]]:
        """From the last to the first, as a search from the end meets the end of a list before its megabytes."""
        after = len(self._data)
        for name in sorted(names, reverse=True):
            key = f"\n {json.dumps(name)}: [".encode()
            at = self._data.find(key, 0, _HEAD_BYTES)
            at = at if at >= 0 else self._data.rfind(key, 0, after)
            if at < 0:
                continue  # an earlier version of the document did not have it
            start = at + len(key)
            is_empty = self._data[start : start + 1] == b"]"
            end = start if is_empty else self._data.rfind(b"\n ]", start, after) + 1
            if end < start:
                raise Unfit(f"the list {name!r} does not end")
            yield name, (start, end)
            after = at


def parsed(data: bytes) -> Any:
    """What JSON says. Raises Unfit."""
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise Unfit(str(error)) from error
