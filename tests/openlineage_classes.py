"""OpenLineage by its own Python client: JSON Schemas of its classes, and events loaded into them.

The client's classes are generated from the specification and name their schema's address. What they require and allow
is turned back into JSON Schema here, stricter in one thing: what a class does not know is refused.
"""

from __future__ import annotations

import functools
import importlib
import json
import pkgutil
import types
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import attr
from jsonschema import Draft202012Validator, FormatChecker
from openlineage.client import generated
from openlineage.client.event_v2 import RunEvent

OWN = json.loads(Path("docs/openlineage.schema.json").read_text("utf-8"))
FORMATS = {
    "eventTime": "date-time",
    "runId": "uuid",
    "producer": "uri",
    "schemaURL": "uri",
    "_producer": "uri",
    "_schemaURL": "uri",
}
"""By property, as the specification has them: the classes check these in code."""
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
_OPEN = ("facets", "inputFacets", "outputFacets")
"""Properties that hold facets: each of those has a schema of its own."""


@functools.cache
def classes() -> dict[str, type]:
    """The client's classes by the address of their schema."""
    modules = (
        importlib.import_module(f"{generated.__name__}.{it.name}") for it in pkgutil.iter_modules(generated.__path__)
    )
    kinds = (kind for module in modules for kind in vars(module).values() if attr.has(kind))
    return {kind._get_schema(): kind for kind in kinds if hasattr(kind, "_get_schema")}


@functools.cache
def schema_of(kind: type) -> dict[str, Any]:
    """What the class takes, as JSON Schema."""
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in attr.fields(kind)}
    properties = {name: _property(name, hints[name]) for name in fields}
    always = [name for name in ("_producer", "_schemaURL", "producer", "schemaURL") if name in fields]
    needed = [name for name, field in fields.items() if field.default is attr.NOTHING]
    return {"type": "object", "properties": properties, "required": needed + always, "additionalProperties": False}


def _property(name: str, hint: Any) -> dict[str, Any]:
    if name in _OPEN:
        return {"type": "object", "additionalProperties": {"type": "object", "required": ["_producer", "_schemaURL"]}}
    return _schema(hint) | ({"format": FORMATS[name]} if name in FORMATS else {})


def _schema(hint: Any) -> dict[str, Any]:
    origin, given = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(one) for one in given if one is not type(None)]}
    if origin is typing.Literal:
        return {"enum": list(given)}
    if origin is list:
        return {"type": "array", "items": _schema(given[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(given[1])}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [one.value for one in hint]}
    return schema_of(hint) if attr.has(hint) else {"type": _PLAIN[hint]}


def problems(event: dict[str, Any]) -> list[str]:
    """What is wrong with the event and each of its facets, by their own schemas, formats among it."""
    found = list(_problems(schema_of(RunEvent), event))
    for facet in facets_of(event):
        found += _problems(_schema_at(facet["_schemaURL"]), facet)
    return found


def _schema_at(url: str) -> dict[str, Any]:
    if url.startswith(OWN["$id"]):
        return {**OWN, "$ref": f"#{url.partition('#')[2]}"}
    return schema_of(classes()[url])


def _problems(schema: dict[str, Any], instance: Any) -> Iterator[str]:
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    yield from (f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance))


def facets_of(value: Any) -> Iterator[dict[str, Any]]:
    """Every facet, however deep."""
    if isinstance(value, dict):
        if "_schemaURL" in value:
            yield value
        for inner in value.values():
            yield from facets_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from facets_of(inner)


def loaded(event: dict[str, Any]) -> RunEvent:
    """The event as an object of the client; without Cuegraph's own facets, for which the client has no class."""
    made: RunEvent = _loaded(RunEvent, event)
    return made


def _loaded(hint: Any, value: Any) -> Any:
    if isinstance(value, dict) and "_schemaURL" in value:
        hint = classes()[value["_schemaURL"]]
    if attr.has(hint):
        return _object(hint, value)
    if isinstance(value, list):
        return [_loaded(_element(hint), one) for one in value]
    if isinstance(value, dict):
        return {name: _loaded(_element(hint), one) for name, one in value.items() if not _is_own(one)}
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value


def _object(kind: type, value: dict[str, Any]) -> Any:
    hints = typing.get_type_hints(kind)
    taken = {field.name: field.alias for field in attr.fields(kind) if field.init and field.name in value}
    return kind(**{alias: _loaded(_plain(hints[name]), value[name]) for name, alias in taken.items()})


def _plain(hint: Any) -> Any:
    """The type without the None that it may also be; of several classes, the first."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(one for one in typing.get_args(hint) if one is not type(None))
    return hint


def _element(hint: Any) -> Any:
    return _plain(typing.get_args(hint)[-1]) if typing.get_args(hint) else Any


def _is_own(value: Any) -> bool:
    return isinstance(value, dict) and str(value.get("_schemaURL", "")).startswith(OWN["$id"])
