"""How documents become bytes and come back: canonical JSON, checked against the types on the way in.

Every document names its schema, `cuegraph.<name>/<version>`; the version rises when a reader of the old form
would misread the new one. Every element has an `id` that is unique in its document, and `from`: the ids of what
it was made from, in the document (or stream) that the stage took as input.
"""

from __future__ import annotations

import functools
import json
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True, serialize_by_alias=True)

From = Annotated[tuple[str, ...], Field(alias="from")]
"""Ids of the elements that this one was made from; written as `from`."""


class DocumentError(ValueError):
    """Bytes do not hold the document that was expected."""


class _Document(Protocol):
    @property
    def schema(self) -> str: ...


D = TypeVar("D", bound=_Document)


@functools.cache
def _adapter(kind: type[D]) -> TypeAdapter[D]:
    return TypeAdapter(kind)


def to_json(document: _Document) -> bytes:
    """UTF-8 JSON with sorted keys and a final newline: equal documents are equal bytes."""
    value = _adapter(type(document)).dump_python(document, mode="json")
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def from_json(kind: type[D], data: bytes) -> D:
    """Reads a document of `kind`. Raises DocumentError if the bytes are not one, or are of another schema."""
    try:
        document = _adapter(kind).validate_json(data)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"]) or "document"
        raise DocumentError(f"not a {kind.__name__} document: {place}: {problem['msg']}") from error
    expected = kind.__dataclass_fields__["schema"].default  # type: ignore[attr-defined]
    if document.schema != expected:
        raise DocumentError(f"a document of schema {document.schema!r} was found where {expected!r} belongs")
    return document


def json_schema(kind: type[D]) -> dict[str, Any]:
    """JSON Schema of the document."""
    return _adapter(kind).json_schema(mode="serialization")
