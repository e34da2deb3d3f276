"""What PROV statements are made of: elements and relations, with the words that PROV-JSON and PROV-O have for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

PREFIXES: Mapping[str, str] = {"cuegraph": "urn:cuegraph:", "prov": "http://www.w3.org/ns/prov#"}


@dataclass(frozen=True, order=True)
class Term:
    """A name in one of PREFIXES."""

    prefix: str
    local: str

    def __str__(self) -> str:
        return f"{self.prefix}:{self.local}"

    @property
    def iri(self) -> str:
        return PREFIXES[self.prefix] + self.local


Value = Term | str | int
"""Whole numbers are `xsd:long`."""


def term(*parts: str) -> Term:
    """A name of Cuegraph's own. What strangers named is percent-encoded, so that no syntax sees it."""
    return Term("cuegraph", "/".join(quote(part, safe="") for part in parts))


def prov(local: str) -> Term:
    return Term("prov", local)


@dataclass(frozen=True)
class Element:
    """An entity, an activity or an agent."""

    kind: str
    name: Term
    label: str
    types: tuple[Term, ...]
    attributes: tuple[tuple[str, Value], ...] = ()
    """By a name in Cuegraph's namespace; one that comes twice has two values."""
    started: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Relation:
    """That something had to do with something before it."""

    kind: str
    """One of RELATIONS."""
    subject: Term
    object: Term
    name: Term | None = None
    """Of the relation itself, if it is qualified."""
    qualifiers: tuple[tuple[str, Term | datetime], ...] = ()
    """By PROV-JSON's name, e.g. `role`."""


@dataclass(frozen=True)
class Words:
    """What a kind of relation is in both forms."""

    subject: str
    """PROV-JSON's name of its subject, and `object` of what it was related to."""
    object: str
    node: str = ""
    """PROV-O's class of it when it is qualified; empty for a kind that never is."""
    influencer: str = ""
    """PROV-O's property of such a node that names the object."""


RELATIONS: Mapping[str, Words] = {
    "used": Words("activity", "entity", "Usage", "entity"),
    "wasGeneratedBy": Words("entity", "activity", "Generation", "activity"),
    "wasDerivedFrom": Words("generatedEntity", "usedEntity", "Derivation", "entity"),
    "wasAssociatedWith": Words("activity", "agent", "Association", "agent"),
    "wasStartedBy": Words("activity", "trigger", "Start", "entity"),
    "wasInformedBy": Words("informed", "informant"),
    "wasAttributedTo": Words("entity", "agent"),
    "actedOnBehalfOf": Words("delegate", "responsible"),
    "alternateOf": Words("alternate1", "alternate2"),
}

QUALIFIERS: Mapping[str, str] = {
    "role": "hadRole",
    "time": "atTime",
    "activity": "hadActivity",
    "starter": "hadActivity",
    "plan": "hadPlan",
}
"""PROV-O's property by PROV-JSON's name."""


@dataclass(frozen=True)
class Statements:
    """Everything that is said of a job, each element and each relation once."""

    elements: tuple[Element, ...]
    relations: tuple[Relation, ...]


def instant(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
