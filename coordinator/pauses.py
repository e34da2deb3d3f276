"""Pauses: a small object in the store per stage, so that every coordinator obeys within a second."""

from __future__ import annotations

import json
import threading
import time

from services.runtime.canonical import canonical_json
from services.runtime.errors import ObjectNotFound, unknown_name
from services.runtime.manifest import now
from services.runtime.registry import STAGES
from services.runtime.store import keys
from services.runtime.store.base import Store

AGE_SECONDS = 0.5
"""How old an answer may be: steps ask for every turn."""


def set_paused(store: Store, stage: str, *, paused: bool) -> None:
    """From now on the stage begins no more steps, or does again. Raises UnknownName."""
    if stage not in STAGES:
        raise unknown_name("stage", stage, STAGES)
    store.put(keys.pause(stage), canonical_json({"paused": paused, "time": now().isoformat()}))


def is_paused(store: Store, stage: str) -> bool:
    try:
        return bool(json.loads(store.get(keys.pause(stage)))["paused"])
    except ObjectNotFound:
        return False


class Pauses:
    """Answers that are at most AGE_SECONDS old. Safe to call from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, bool]] = {}
        self._lock = threading.Lock()

    def is_paused(self, stage: str) -> bool:
        with self._lock:
            asked, paused = self._known.get(stage, (-AGE_SECONDS, False))
            if time.monotonic() - asked >= AGE_SECONDS:
                asked, paused = time.monotonic(), is_paused(self._store, stage)
                self._known[stage] = asked, paused
            return paused
