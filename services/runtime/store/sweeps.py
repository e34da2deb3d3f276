"""Sweeps: the times in which a collector may delete blobs, and what a writer does so that none it relies on is lost.

A collector announces a sweep of a list of keys, then reads who names what, then deletes what nobody names, then says
that it is over. A writer publishes what names its blobs, then looks for sweeps. Whichever of the two comes first, the
other sees it: either the collector reads the name, or the writer sees the sweep, waits for its end and brings back
what is gone. This is Dekker's way to keep two apart who can only write, each its own, and read the other's.
docs/decisions/0021-garbage.md has the proof.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ..artifact import Artifact
from ..errors import StoreUnavailable
from . import blobs, keys
from .base import Store

PATIENCE = timedelta(minutes=10)
"""How long a writer waits for the end of a sweep that may take one of its blobs."""

_POLL_SECONDS = 0.5
_KEY = re.compile(r"garbage/(?P<sequence>\d{12})(?:\.(?:sweep-(?P<turn>\d+)|(?P<done>done)))?\.json")


@dataclass
class Standing:
    """How far one quarantine has come, by the names of its objects."""

    sequence: int
    turns: list[int] = field(default_factory=list)
    """Of those who swept it, or tried."""
    is_done: bool = False

    @property
    def is_open(self) -> bool:
        """Whether what is on its list may be deleted now."""
        return bool(self.turns) and not self.is_done


def standings(listed: Iterable[str]) -> list[Standing]:
    """How far each quarantine has come, in order of time, by the keys below `garbage/`."""
    found: dict[int, Standing] = {}
    for match in filter(None, map(_KEY.fullmatch, listed)):
        one = found.setdefault(int(match["sequence"]), Standing(int(match["sequence"])))
        if match["turn"]:
            one.turns.append(int(match["turn"]))
        one.is_done = one.is_done or bool(match["done"])
    return sorted(found.values(), key=lambda it: it.sequence)


def secure(
    store: Store,
    artifacts: Iterable[Artifact],
    at_hand: Mapping[str, Path] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> list[Artifact]:
    """Call it once something names these blobs: from its end on none of them can be collected while it does.

    What was collected meanwhile is stored again, if `at_hand` has a file for its digest. Returns those that are gone.
    Raises StoreUnavailable if a sweep that may take one of them does not end.
    """
    needed = {artifact.uri: artifact for artifact in artifacts if artifact.uri}
    found = standings(store.list(keys.GARBAGE))
    if not found:
        return []  # nothing was ever collected here, as in most stores
    _wait(store, [it.sequence for it in found if it.is_open and _lists(store, it.sequence, needed)], pause)
    missing = [artifact for artifact in needed.values() if store.size(artifact.uri) is None]
    return [artifact for artifact in missing if not _restored(store, artifact, at_hand or {})]


def is_swept(store: Store, artifacts: Iterable[Artifact]) -> bool:
    """Whether one of these may be deleted now."""
    needed = {artifact.uri for artifact in artifacts}
    return any(it.is_open and _lists(store, it.sequence, needed) for it in standings(store.list(keys.GARBAGE)))


def _lists(store: Store, sequence: int, needed: Collection[str]) -> bool:
    """Whether a key that is needed is in the quarantine."""
    return not json.loads(store.get(keys.quarantine(sequence)))["sizes"].keys().isdisjoint(needed)


def _wait(store: Store, sequences: Iterable[int], pause: Callable[[float], None]) -> None:
    deadline = time.monotonic() + PATIENCE.total_seconds()
    for sequence in sequences:
        while store.size(keys.swept(sequence)) is None:
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    f"garbage is being deleted from {store.url} and does not end ({keys.quarantine(sequence)}): if "
                    "whoever did it was killed, finish it with `cuegraph gc --apply`, then retry"
                )
            pause(_POLL_SECONDS)


def _restored(store: Store, artifact: Artifact, at_hand: Mapping[str, Path]) -> bool:
    path = at_hand.get(artifact.digest)
    if path is None:
        return False
    blobs.add_file(store, path, artifact.media_type, artifact.digest)
    return True
