"""Fills messages of the contract out of the engine's dataclasses: a field takes the attribute of its own name. Pure.

The contract has units and resource names where the engine has plain numbers and ids; the table says which is which.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.runtime import wire

M = TypeVar("M", bound=Message)
Field = Any
"""A FieldDescriptor: which of two classes that is depends on how protobuf is built."""

ATTRIBUTES = {
    "start_offset": "start",
    "end_offset": "end",
    "container_start_offset": "container_start",
    "duration": "seconds",
    "start_shift_ms": "start_ms",
    "end_shift_ms": "end_ms",
    "source_ids": "sources",
    "language_codes": "languages",
    "met": "is_met",
}
"""What fields are called in the engine, where it is not as in the contract."""
JOBS = ("job", "against")
"""Fields that name a job: `jobs/{job}`, or nothing."""
JSON = "_json"
"""Ends the name of a field that holds a value of any type, as JSON text."""


def filled(kind: type[M], value: object, **more: Any) -> M:
    """A message with what `value` has for its fields, and with `more` for those that it does not have.

    Raises AttributeError for a field that neither has.
    """
    fields = kind.DESCRIPTOR.fields_by_name
    own = {name: _of(field, value) for name, field in fields.items() if name not in more}
    return kind(**own, **more)


def attribute(field: str) -> str:
    """What the engine calls a field."""
    return ATTRIBUTES.get(field, field.removesuffix(JSON))


def job_name(job: str) -> str:
    """`jobs/film` of `film`; nothing of nothing."""
    return f"jobs/{job}" if job else ""


def _of(field: Field, value: object) -> Any:
    found = getattr(value, attribute(field.name))
    if field.name.endswith(JSON):
        return json.dumps(found, ensure_ascii=False)
    return [_converted(field, it) for it in found] if isinstance(found, tuple) else _converted(field, found)


def _converted(field: Field, value: Any) -> Any:
    if value is None:
        return None  # which messages take for an absent field
    if field.message_type is not None:
        return _message(field.message_type, value)
    if field.enum_type is not None:
        prefix = field.enum_type.values[0].name.removesuffix("UNSPECIFIED")
        return prefix + str(value).upper().replace(" ", "_")
    return job_name(value) if field.name in JOBS else value


def _message(kind: Descriptor, value: Any) -> Message:
    if kind is Duration.DESCRIPTOR:
        return wire.duration_to_proto(value)
    return filled(GetMessageClass(kind), value)
