"""PROV-JSON (W3C member submission, 2013): one object per kind of statement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..history import History
from .statements import statements_of
from .terms import PREFIXES, RELATIONS, Element, Relation, Term, Value, instant

_TYPED = {Term: "prov:QUALIFIED_NAME", int: "xsd:long"}


def as_prov_json(history: History) -> str:
    statements = statements_of(history)
    document: dict[str, dict[str, Any]] = {"prefix": {"cuegraph": PREFIXES["cuegraph"]}}
    for element in statements.elements:
        document.setdefault(element.kind, {})[str(element.name)] = _element(element)
    for place, relation in enumerate(statements.relations):
        name = str(relation.name or f"_:{relation.kind}{place}")
        document.setdefault(relation.kind, {})[name] = _relation(relation)
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _element(element: Element) -> dict[str, Any]:
    times = {"prov:startTime": element.started, "prov:endTime": element.ended}
    said: dict[str, Any] = {name: instant(time) for name, time in times.items() if time}
    said |= {"prov:label": element.label, "prov:type": _one_or_all(element.types)}
    for name in dict(element.attributes):
        said[f"cuegraph:{name}"] = _one_or_all(value for key, value in element.attributes if key == name)
    return said


def _one_or_all(values: Iterable[Value]) -> Any:
    coded = [_value(value) for value in values]
    return coded[0] if len(coded) == 1 else coded


def _value(value: Value) -> Any:
    return value if isinstance(value, str) else {"$": str(value), "type": _TYPED[type(value)]}


def _relation(relation: Relation) -> dict[str, Any]:
    words = RELATIONS[relation.kind]
    ends = {f"prov:{words.subject}": str(relation.subject), f"prov:{words.object}": str(relation.object)}
    return ends | {f"prov:{name}": _qualifier(name, value) for name, value in relation.qualifiers}


def _qualifier(name: str, value: Term | datetime) -> Any:
    """A role is a value; the other names are references."""
    if isinstance(value, datetime):
        return instant(value)
    return _value(value) if name == "role" else str(value)
