"""How documents become bytes and come back: canonical JSON, checked on the way out and on the way in.

Every document names its schema, `cuegraph.<name>/<version>`; the version rises when a reader of the old form
would misread the new one. Every element has an `id` that is unique in its document, and `from`: the ids of
what it was made from, in the document (or stream) that the stage took as input.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeVar

import pydantic_core
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, serialize_by_alias=True)

From = Annotated[tuple[str, ...], Field(alias="from")]
"""Ids of the elements that this one was made from; written as `from`."""


class DocumentError(ValueError):
    """A document that is not what it promises; the message names the element and what is wrong with it."""


class _Document(Protocol):
    @property
    def schema(self) -> str: ...

    def check(self) -> None:
        """Raises DocumentError, naming the element, if one breaks a promise that types cannot hold."""


D = TypeVar("D", bound=_Document)


@functools.cache
def _adapter(kind: type[D]) -> TypeAdapter[D]:
    return TypeAdapter(kind)


def to_json(document: _Document) -> bytes:
    """UTF-8 JSON with sorted keys and a final newline: equal documents are equal bytes.

    Raises DocumentError if the document could not be read back: what is wrong is never written.
    """
    document.check()
    try:
        value = _adapter(type(document)).dump_python(document, mode="json", warnings="error")
        text = json.dumps(_without_negative_zero(value), sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False)
        return text.encode() + b"\n"
    except ValueError as error:
        raise DocumentError(f"this {type(document).__name__} document cannot be written: {error}") from error


def from_json(kind: type[D], data: bytes) -> D:
    """Reads a document of `kind`.

    Raises DocumentError if the bytes are not one, are of another schema, or break a promise of the document.
    """
    _require_schema(kind, data)
    try:
        document: D = _adapter(kind).validate_json(data)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"]) or "document"
        raise DocumentError(f"not a {kind.__name__} document: {place}: {problem['msg']}") from error
    document.check()
    return document


def reader(kind: type[D]) -> Callable[[bytes], D]:
    """`from_json` for one kind of document."""
    return functools.partial(from_json, kind)


def json_schema(kind: type[D]) -> dict[str, Any]:
    """JSON Schema of the document."""
    return _adapter(kind).json_schema(mode="serialization")


def _require_schema(kind: type[D], data: bytes) -> None:
    """Told apart before the fields are looked at: a newer version is not a broken old one."""
    try:
        value = pydantic_core.from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise DocumentError(f"not a {kind.__name__} document: {error}") from error
    found = value.get("schema") if isinstance(value, dict) else None
    expected = kind.__dataclass_fields__["schema"].default  # type: ignore[attr-defined]  # a dataclass
    if found != expected:
        raise DocumentError(f"a document of schema {found!r} was found where {expected!r} belongs")


def _without_negative_zero(value: Any) -> Any:
    """-0.0 equals 0.0 and must not give other bytes."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, list):
        return [_without_negative_zero(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_negative_zero(item) for key, item in value.items()}
    return value
