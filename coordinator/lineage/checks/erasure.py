"""Was a job that is gone erased by somebody who may, and is all of it gone that should be?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.runtime.store import keys

from ...garbage.tombstone import SCHEMA, Tombstone
from ..facts import JobFacts
from ..findings import ERASURE_INCOMPLETE, TOMBSTONE_INVALID, Finding
from ..seals.facts import SignatureFacts, Trust
from .records import unreadable
from .signatures import check_signature


def check_erasure(facts: JobFacts, trust: Trust) -> Iterator[Finding]:
    """A tombstone that nobody trusted signed explains nothing, whatever is asked of seals: anyone could write it."""
    found = facts.tombstone
    if found is None:
        return
    if found.content is None:
        yield unreadable(found, TOMBSTONE_INVALID, SCHEMA)
    elif found.content.record.job != facts.job:
        yield TOMBSTONE_INVALID.broken(found.key, f"this is the tombstone of job {found.content.record.job!r}")
    else:
        yield from check_signature(signature_of(found.key, found.content, trust), replace(trust, is_required=True))
    if left := _left(facts):
        yield ERASURE_INCOMPLETE.broken(left[0], f"the job has a tombstone, and {len(left)} of its records are there")


def signature_of(key: str, tombstone: Tombstone, trust: Trust) -> SignatureFacts:
    """What the signatures on a tombstone are worth."""
    return SignatureFacts.of(key, tombstone.envelope, trust, tombstone.record.time)


def _left(facts: JobFacts) -> list[str]:
    """Keys of what is there beside the tombstone."""
    staged = (*(found.key for found in facts.manifests), *(place.key for place in facts.began))
    return [key for key in (*facts.beside, *staged) if key != keys.erased(facts.job)]
