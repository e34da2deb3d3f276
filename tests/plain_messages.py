"""Messages of the contract as the plain JSON that the command prints of the same thing: seconds, words and ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

NAMES = {
    "start_offset": "start",
    "end_offset": "end",
    "container_start_offset": "container_start",
    "duration": "seconds",
    "start_shift_ms": "start_ms",
    "end_shift_ms": "end_ms",
    "source_ids": "sources",
    "language_codes": "languages",
}
"""Of fields that the command calls otherwise, because it has other units there."""
_DIGITS = 9
"""After the point: times in messages are in nanoseconds."""


def plain(message: Message) -> dict[str, Any]:
    """Every field, also those that say nothing: an absent one is None."""
    return dict(_fields(message))


def _fields(message: Message) -> Iterator[tuple[str, Any]]:
    for name, field in message.DESCRIPTOR.fields_by_name.items():
        value = getattr(message, name)
        if name.endswith("_json"):
            yield name.removesuffix("_json"), json.loads(value)
        elif field.has_presence and not message.HasField(name):
            yield NAMES.get(name, name), None
        elif isinstance(value, Message | str | bytes | int | float):
            yield NAMES.get(name, name), _plain(name, field, value)
        else:
            yield NAMES.get(name, name), [_plain(name, field, it) for it in value]


def _plain(name: str, field: FieldDescriptor | Any, value: Any) -> Any:
    if isinstance(value, Duration):
        return value.ToNanoseconds() / 1e9
    if isinstance(value, Message):
        return plain(value)
    if isinstance(value, float):
        return round(value, _DIGITS)
    if field.enum_type is not None:
        prefix = field.enum_type.values[0].name.removesuffix("UNSPECIFIED")
        return field.enum_type.values_by_number[value].name.removeprefix(prefix).lower().replace("_", " ")
    return value.removeprefix("jobs/") if name in ("job", "against") else value


def printed(value: Any) -> Any:
    """What the command printed, with elements called `sources` everywhere, no null for an empty list of languages, and
    numbers as far as messages have them."""
    match value:
        case Mapping():
            named = {"sources" if name == "from" else name: printed(it) for name, it in value.items()}
            return {name: [] if name == "languages" and it is None else it for name, it in named.items()}
        case list():
            return [printed(it) for it in value]
        case float():
            return round(value, _DIGITS)
        case _:
            return value


def without(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """All but these, each of which must be there."""
    assert set(names) <= set(value), set(names) - set(value)
    return {name: it for name, it in value.items() if name not in names}
