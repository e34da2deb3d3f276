"""Why a step has not begun that could be done: kept in the store for whoever asks how its job stands."""

from __future__ import annotations

import json
from contextlib import suppress

from services.runtime import commits
from services.runtime.canonical import canonical_json
from services.runtime.errors import ObjectNotFound, StoreError
from services.runtime.manifest import now
from services.runtime.store.base import Store
from services.runtime.store.keys import Step


def note(store: Store, step: Step, reason: str) -> None:
    """Keeps why the step waits. It holds until the next attempt begins, so that nobody has to take it back."""
    with suppress(StoreError):  # that it cannot be told is no reason to fail a step
        said = {"attempts": len(commits.attempts(store, step)), "reason": reason, "time": now().isoformat()}
        store.put(step.waiting, canonical_json(said))


def reason(store: Store, step: Step, attempts: int) -> str:
    """Why a step waits that has begun so many attempts; empty if nobody has said so since the last began."""
    try:
        said = json.loads(store.get(step.waiting))
    except ObjectNotFound:
        return ""
    return str(said["reason"]) if said["attempts"] == attempts else ""
