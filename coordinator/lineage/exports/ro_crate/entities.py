"""Entities of a crate under way, and links between them that must be said at both ends."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

Entity = dict[str, Any]
Reference = dict[str, str]

PROCESS, WORKFLOW, PROVENANCE = (
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
    "https://w3id.org/ro/wfrun/provenance/0.5",
)
WORKFLOW_RO_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_RO_CRATE = "https://w3id.org/ro/crate/1.1"
_TERMS = "https://w3id.org/ro/terms/workflow-run#"
_CONTEXT = [
    f"{_RO_CRATE}/context",
    {
        term: f"{_TERMS}{term}"
        for term in (
            "ContainerImage",
            "ParameterConnection",
            "connection",
            "containerImage",
            "resourceUsage",
            "sha256",
            "sourceParameter",
            "targetParameter",
        )
    },
]
"""The terms beyond RO-Crate's own are spelled out: whoever reads the crate has one address less to fetch."""


class Crate:
    """Entities by id. One that is added twice is one."""

    def __init__(self) -> None:
        self._entities: dict[str, Entity] = {}

    def add(self, entity_id: str, kind: str | list[str], **properties: Any) -> Reference:
        """Properties that are None or empty are left out."""
        present = {name: value for name, value in properties.items() if value not in (None, "", [])}
        self._entities.setdefault(entity_id, {"@id": entity_id, "@type": kind, **present})
        return {"@id": entity_id}

    def set(self, entity: Reference, name: str, value: Any) -> None:
        """A property of which empty is a value too."""
        self._entities[entity["@id"]][name] = value

    def link(self, source: Reference, name: str, target: Reference) -> None:
        """One more value of a property that may have several."""
        values = self._entities[source["@id"]].setdefault(name, [])
        if target not in values:
            values.append(target)

    def exemplify(self, parameter: Reference, value: Reference) -> None:
        """The value is one that the formal parameter had."""
        self.link(parameter, "workExample", value)
        self.link(value, "exampleOfWork", parameter)

    def to_json(self) -> bytes:
        graph = [_compact(self._entities[entity_id]) for entity_id in sorted(self._entities, key=_order)]
        text = json.dumps({"@context": _CONTEXT, "@graph": graph}, ensure_ascii=False, indent=2, sort_keys=True)
        return text.encode() + b"\n"


def _compact(entity: Entity) -> Entity:
    """RO-Crate recommends one value as itself rather than as a list of one."""
    return {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in entity.items()}


def _order(entity_id: str) -> tuple[bool, bool, str]:
    """What the crate is comes first, as people read it."""
    return entity_id != "ro-crate-metadata.json", entity_id != "./", entity_id


def local(*parts: str) -> str:
    """The id of something that is only described, e.g. `#step/07_asr/_`."""
    return "#" + path(*parts)


def path(*parts: str) -> str:
    """The id of a file of the crate: percent-encoded, as names of strangers must be in a URI."""
    return "/".join(quote(part, safe="") for part in parts)


def references(ids: Iterable[str]) -> list[Reference]:
    return [{"@id": one} for one in ids]


def describe_itself(crate: Crate) -> None:
    """The metadata file and the profiles that the crate keeps to."""
    profiles = {
        PROCESS: ("Process Run Crate", "0.5"),
        WORKFLOW: ("Workflow Run Crate", "0.5"),
        PROVENANCE: ("Provenance Run Crate", "0.5"),
        WORKFLOW_RO_CRATE: ("Workflow RO-Crate", "1.0"),
    }
    for profile, (name, version) in profiles.items():
        crate.add(profile, "CreativeWork", name=name, version=version)
    conforms = references([_RO_CRATE, WORKFLOW_RO_CRATE])
    crate.add("ro-crate-metadata.json", "CreativeWork", about={"@id": "./"}, conformsTo=conforms)
