"""Verifies the list of seals as a whole: nothing may be missing from it, and nothing that it names from the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.runtime.artifact import digest_bytes
from services.runtime.errors import InvalidDocument, ObjectNotFound
from services.runtime.store import keys
from services.runtime.store.base import Store

from ...sealing.chain import Anchor, read_anchor
from ..checks.signatures import check_signature
from ..findings import ANCHOR_BROKEN, ANCHOR_MISSING, SEAL_MISSING, Finding, Severity
from ..tombstones import erased_digest
from .facts import SignatureFacts, Trust


@dataclass(frozen=True)
class ListReport:
    """The verdict on a list of seals."""

    entries: int
    """Up to the last that any store has."""
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "entries": self.entries, "findings": [vars(finding) for finding in self.findings]}

    def to_text(self) -> str:
        """One line for the verdict and two for each finding."""
        lines = [f"the list of seals {'holds' if self.ok else 'does NOT hold'} ({self.entries} entries)"]
        for finding in self.findings:
            lines += [f"  {finding.severity} {finding.code} {finding.location}", f"    {finding.message}"]
        return "\n".join(lines)


def verify_list(store: Store, trust: Trust) -> ListReport:
    """Reads every entry, and the seals that they name. Raises StoreUnavailable if a store does not answer."""
    last = max([0, *_places(store), *(_places(trust.second_store) if trust.second_store else ())])
    return ListReport(last, tuple(_findings(store, last, trust)))


def _findings(store: Store, last: int, trust: Trust) -> Iterator[Finding]:
    before = ""
    for place in range(1, last + 1):
        key = keys.anchor(place)
        data = _get(store, key)
        if data is None:
            yield ANCHOR_BROKEN.broken(key, f"the list goes on to entry {last}, and this one is gone")
        else:
            yield from _of_entry(store, place, data, before, trust)
        before = digest_bytes(data or b"")


def _of_entry(store: Store, place: int, data: bytes, before: str, trust: Trust) -> Iterator[Finding]:
    key = keys.anchor(place)
    try:
        entry = read_anchor(data)
    except InvalidDocument as error:
        yield ANCHOR_BROKEN.broken(key, str(error))
        return
    if (entry.record.sequence, entry.record.previous) != (place, before):
        yield ANCHOR_BROKEN.broken(key, "it does not follow the entry before it")
    signature = SignatureFacts.of(key, entry.envelope, trust, entry.record.time)
    yield from check_signature(signature, trust)
    yield from _of_seals(store, entry, trust)
    if trust.second_store:
        yield from _of_copy(trust.second_store, entry)


def _of_seals(store: Store, entry: Anchor, trust: Trust) -> Iterator[Finding]:
    for seal in entry.record.seals:
        data = _get(store, seal.key)
        if data is None and erased_digest(store, seal.key, trust) == seal.digest:
            continue
        if data is None:
            yield SEAL_MISSING.broken(seal.key, f"entry {entry.record.sequence} of the list names it, and it is gone")
        elif digest_bytes(data) != seal.digest:
            yield ANCHOR_BROKEN.broken(seal.key, f"entry {entry.record.sequence} of the list names another seal")


def _of_copy(second: Store, entry: Anchor) -> Iterator[Finding]:
    key = keys.anchor(entry.record.sequence)
    data = _get(second, key)
    if data is None:
        yield ANCHOR_MISSING.broken(key, f"{second.url} does not have it")
    elif digest_bytes(data) != entry.digest:
        yield ANCHOR_BROKEN.broken(key, f"{second.url} has another")


def _places(store: Store) -> Iterator[int]:
    names = (key.removeprefix(keys.ANCHORS).removesuffix(".json") for key in store.list(keys.ANCHORS))
    return (int(name) for name in names if name.isdecimal())


def _get(store: Store, key: str) -> bytes | None:
    try:
        return store.get(key)
    except ObjectNotFound:
        return None
