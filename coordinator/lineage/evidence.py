"""What a verification knows beside the job's own records: how the job ended, and what lies elsewhere in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .seals.facts import Seals


@dataclass(frozen=True)
class Difference:
    """A step that did the same with the same as another one, and wrote something else."""

    commit: str
    """Key of the step's commit."""
    other: str
    """Key of the other one's manifest."""
    where: str
    """Which output differs first, and from which byte on."""


@dataclass(frozen=True)
class Evidence:
    """All that is read for one job and is not part of it."""

    state: str = ""
    """How its last round ended; empty while it has not, or where that cannot be told."""
    errors: tuple[str, ...] = ()
    """Codes of why it did not succeed."""
    outcome_problem: str = ""
    """Why the record of how it ended cannot be read."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Of manifests that inputs name and the job does not have: the key at which another job has them, by digest."""
    circles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of manifests that reuse each other in a circle, by the key of the job's manifest that leads there."""
    differences: tuple[Difference, ...] = ()
    erased: Mapping[str, str] = field(default_factory=dict)
    """Digests of reused manifests that are gone with their jobs, by key, as tombstones say that are trusted."""
    seals: Seals = field(default_factory=Seals)
