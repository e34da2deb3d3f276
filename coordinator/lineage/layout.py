"""What a key below a job's `stages/` means: the reverse of services/runtime/store/keys.py."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.runtime.store.keys import Step

JOBS = "jobs/"

_PLACE = re.compile(
    r"jobs/(?P<job>[^/]+)/stages/(?P<number>\d+)_(?P<stage>[^/]+)/(?P<shard>[^/]+)/"
    r"(?:attempts/(?P<attempt>\d+)/(?P<name>started|manifest)|manifest)\.json"
)

_NOTE = re.compile(r"jobs/[^/]+/stages/\d+_[^/]+/[^/]+/waiting\.json")
_SIGNATURE = re.compile(r"jobs/[^/]+/stages/\d+_[^/]+/[^/]+/attempts/\d+/manifest\.dsse\.json")


@dataclass(frozen=True)
class Place:
    """Where a file of a step lies."""

    step: Step
    attempt: int | None
    """None for the commit."""
    is_manifest: bool = True
    """False for `started.json`, the mark that an attempt began."""

    @property
    def is_commit(self) -> bool:
        return self.attempt is None

    @property
    def key(self) -> str:
        if self.attempt is None:
            return self.step.commit
        return self.step.attempt(self.attempt, "manifest" if self.is_manifest else "started")


def place_of(key: str) -> Place | None:
    """The place that the key names, or None if nothing that Cuegraph writes lies there."""
    match = _PLACE.fullmatch(key)
    if not match:
        return None
    step = Step(match["job"], int(match["number"]), match["stage"], match["shard"])
    attempt = int(match["attempt"]) if match["attempt"] else None
    place = Place(step, attempt, is_manifest=match["name"] != "started")
    return place if place.key == key else None


def is_signature(key: str) -> bool:
    """Whether a stage signed the manifest of an attempt there."""
    return _SIGNATURE.fullmatch(key) is not None


def is_note(key: str) -> bool:
    """Whether the key is that of a note on why a step waited, which is no evidence."""
    return _NOTE.fullmatch(key) is not None
