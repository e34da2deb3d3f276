"""What the manifests of a job say, step by step, for the page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from services.runtime import manifest as manifests

from ..facts import FoundManifest, JobFacts
from ..graph import step_id, step_label


def steps(facts: JobFacts) -> dict[str, dict[str, Any]]:
    """By id of the step: its commit or last attempt as it stands, and what became of every attempt."""
    known = sorted(set(facts.plan) | set(facts.commits) | set(facts.attempts))
    return {
        step_id(step): {
            "folder": step_label(step),
            **_found(facts.latest(step)),
            "attempts": _attempts(facts.attempts.get(step, ())),
        }
        for step in known
    }


def _found(found: FoundManifest | None) -> dict[str, Any]:
    if found is None:
        return {"digest": "", "problem": "", "manifest": None}
    manifest = json.loads(manifests.to_json(found.content)) if found.content else None
    return {"digest": found.digest, "problem": found.problem, "manifest": manifest}


def _attempts(attempts: Iterable[FoundManifest]) -> list[dict[str, Any]]:
    return [_attempt(found) for found in attempts]


def _attempt(found: FoundManifest) -> dict[str, Any]:
    manifest = found.content
    about = {"attempt": found.place.attempt, "digest": found.digest, "problem": found.problem}
    if manifest is None:
        return {**about, "status": "UNREADABLE", "started": "", "errors": []}
    errors = [{"code": error.code, "message": error.message} for error in manifest.errors]
    return {**about, "status": manifest.status, "started": manifest.times.started.isoformat(), "errors": errors}
