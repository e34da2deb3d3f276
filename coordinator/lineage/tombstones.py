"""Asks tombstones of other jobs what became of something that is not there."""

from __future__ import annotations

import re

from services.runtime.errors import InvalidDocument, InvalidRequest
from services.runtime.store import keys
from services.runtime.store.base import Store

from ..garbage.tombstone import read_tombstone
from .checks.erasure import signature_of
from .seals.facts import Trust

_OF_JOB = re.compile(r"jobs/(?P<job>[^/]+)/.+")


def erased_digest(store: Store, key: str, trust: Trust) -> str:
    """The digest of what lay there and was erased with its job, as a tombstone says that one who is trusted signed;
    empty if none does."""
    match = _OF_JOB.fullmatch(key)
    try:
        tombstone = read_tombstone(store, match["job"]) if match else None
    except (InvalidDocument, InvalidRequest):  # InvalidRequest: a forged record may name what can be no key
        return ""
    if match is None or tombstone is None or tombstone.record.job != match["job"]:
        return ""
    signature = signature_of(keys.erased(match["job"]), tombstone, trust)
    return tombstone.record.digests.get(key, "") if signature.signed_by and not signature.is_forged else ""
