"""PROV-O as Turtle (both W3C recommendations): plain relations, and beside them the qualified ones that say more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from ..history import History
from .statements import statements_of
from .terms import PREFIXES, QUALIFIERS, RELATIONS, Element, Relation, Term, Value, instant

_HEAD = "".join(
    f"@prefix {prefix}: <{iri}> .\n"
    for prefix, iri in {
        **PREFIXES,
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)
Said = tuple[str, str]
"""A property and its value, as Turtle writes them."""


def as_turtle(history: History) -> str:
    statements = statements_of(history)
    subjects: dict[Term, list[Said]] = {element.name: list(_element(element)) for element in statements.elements}
    for relation in statements.relations:
        subjects.setdefault(relation.subject, []).append((f"prov:{relation.kind}", _iri(relation.object)))
        if relation.name:
            words = RELATIONS[relation.kind]
            subjects[relation.subject].append((f"prov:qualified{words.node}", _iri(relation.name)))
            subjects[relation.name] = list(_qualified(relation))
    blocks = (_block(subject, said) for subject, said in sorted(subjects.items()))
    return "\n".join((_HEAD, *blocks))


def _block(subject: Term, said: Iterable[Said]) -> str:
    lines = " ;\n".join(f"    {name} {value}" for name, value in dict.fromkeys(said))
    return f"{_iri(subject)}\n{lines} .\n"


def _element(element: Element) -> Iterator[Said]:
    yield "a", f"prov:{element.kind.capitalize()}"
    yield from (("a", _iri(kind)) for kind in element.types)
    yield "rdfs:label", _value(element.label)
    if element.started:
        yield "prov:startedAtTime", _time(element.started)
    if element.ended:
        yield "prov:endedAtTime", _time(element.ended)
    yield from ((f"cuegraph:{name}", _value(value)) for name, value in element.attributes)


def _qualified(relation: Relation) -> Iterator[Said]:
    words = RELATIONS[relation.kind]
    yield "a", f"prov:{words.node}"
    yield f"prov:{words.influencer}", _iri(relation.object)
    for name, value in relation.qualifiers:
        yield f"prov:{QUALIFIERS[name]}", _time(value) if isinstance(value, datetime) else _iri(value)


def _iri(term: Term) -> str:
    return f"<{term.iri}>"


def _time(time: datetime) -> str:
    return f'"{instant(time)}"^^xsd:dateTime'


def _value(value: Value) -> str:
    """JSON's escapes of a string are Turtle's too, once every character beyond ASCII is itself again."""
    if isinstance(value, Term):
        return _iri(value)
    return f'"{value}"^^xsd:long' if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
