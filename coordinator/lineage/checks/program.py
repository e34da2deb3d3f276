"""Were the models pinned, and was the code that of a commit?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.runtime.manifest import ModelRecord

from ..facts import FoundManifest, JobFacts
from ..findings import CODE_DIRTY, MODEL_FLOATING, Finding
from .records import unaltered

_FLOATING = frozenset({"", "main", "master", "head", "latest", "dev", "develop", "trunk", "nightly", "stable"})
"""Names of revisions under which other bytes may lie tomorrow."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def check_models(facts: JobFacts) -> Iterator[Finding]:
    """Does every model have a revision and a digest that mean the same bytes for ever?"""
    for found in _distinct(facts):
        for model in found.content.models if found.content else ():
            if problem := _floating(model):
                yield MODEL_FLOATING.broken(found.key, f"model {model.name!r} {problem}")


def check_code(facts: JobFacts) -> Iterator[Finding]:
    """Tells once for the job whether any of its manifests is of code that differed from its commit."""
    dirty = [found for found in _distinct(facts) if found.content and found.content.code.dirty]
    if dirty and dirty[0].content:
        commit = dirty[0].content.code.commit[:12] or "that nobody knows"
        more = f", as were {len(dirty) - 1} more of its manifests" if len(dirty) > 1 else ""
        yield CODE_DIRTY.broken(dirty[0].key, f"it was written by code that differed from commit {commit}{more}")


def _floating(model: ModelRecord) -> str:
    if model.revision.lower() in _FLOATING:
        return f"has the floating revision {model.revision!r}"
    return "" if _DIGEST.fullmatch(model.digest) else f"has no digest but {model.digest!r}"


def _distinct(facts: JobFacts) -> list[FoundManifest]:
    return list({found.digest: found for found in unaltered(facts)}.values())
