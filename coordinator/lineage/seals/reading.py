"""Reads the seals of a job, their entries in the list of seals, and what they name besides manifests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from services.runtime import signing
from services.runtime.artifact import digest_bytes
from services.runtime.errors import InvalidDocument, InvalidRequest, ObjectNotFound
from services.runtime.manifest import MEDIA_TYPE
from services.runtime.signing import Envelope
from services.runtime.store import keys
from services.runtime.store.base import Store

from ...sealing.chain import Anchor, AnchoredSeal, read_anchor
from ...sealing.record import Seal, SealRecord, read_seal
from ..facts import JobFacts
from .facts import AnchorFacts, SealFacts, Seals, SignatureFacts, SignedManifest, Trust

T = TypeVar("T")

_SEAL = re.compile(r"jobs/[^/]+/(?:rounds/(?P<round>\d+)/)?seal\.json")
_SIGNATURE = "manifest.dsse.json"


def read_seals(store: Store, facts: JobFacts, trust: Trust) -> Seals:
    """What there is to judge the seals of a job by.

    Raises StoreUnavailable if a store does not answer.
    """
    found = tuple(_seals(store, facts, trust))
    last = found[-1].seal.record if found and found[-1].seal else None
    return Seals(
        trust,
        found,
        tuple(_signed_manifests(store, facts, trust)),
        _evidence(store, last) if last else {},
    )


def unjudged(facts: JobFacts) -> Seals:
    """What the job's own records have of its seal, for those who do not ask who signed it."""
    found = facts.seal
    if found is None:
        return Seals(is_judged=False)
    nobody = SignatureFacts(found.key, {})
    anchor = AnchorFacts(keys.anchor_beside(found.key), AnchoredSeal(facts.job, found.key, found.digest), None)
    seal = Seal(found.content, None) if found.content else None
    return Seals(
        found=(SealFacts(found.key, found.digest, None, seal, nobody, anchor, nobody, found.problem),), is_judged=False
    )


def _seals(store: Store, facts: JobFacts, trust: Trust) -> Iterator[SealFacts]:
    """In order of round, that of the job last."""
    matches = filter(None, map(_SEAL.fullmatch, facts.beside))
    places = {match.string: int(match["round"]) if match["round"] else None for match in matches}
    for key, number in sorted(places.items(), key=lambda place: (place[1] is None, place[1])):
        data = _get(store, key)
        if data is not None:
            yield _seal(store, AnchoredSeal(facts.job, key, digest_bytes(data)), number, data, trust)


def _seal(store: Store, this: AnchoredSeal, number: int | None, data: bytes, trust: Trust) -> SealFacts:
    seal, problem = _understood(data, read_seal)
    anchor = _anchor(store, this, trust.second_store)
    entry = anchor.entry
    return SealFacts(
        this.key,
        this.digest,
        number,
        seal,
        SignatureFacts.of(this.key, seal.envelope if seal else None, trust, seal.record.time if seal else None),
        anchor,
        SignatureFacts.of(anchor.key, entry.envelope if entry else None, trust, entry.record.time if entry else None),
        problem,
    )


def _anchor(store: Store, seal: AnchoredSeal, second: Store | None) -> AnchorFacts:
    key = keys.anchor_beside(seal.key)
    data = _get(store, key)
    entry, problem = _understood(data, read_anchor) if data is not None else (None, "")
    if entry is None:
        return AnchorFacts(key, seal, None, problem)
    place = entry.record.sequence
    return AnchorFacts(
        key,
        seal,
        entry,
        has_list=_get(store, keys.anchor(1)) is not None or _get(store, keys.ANCHOR_HINT) is not None,
        listed=_digest(store, keys.anchor(place)),
        before=_digest(store, keys.anchor(place - 1)) if place > 1 else "",
        after=_next(store, place),
        second=_digest(second, keys.anchor(place)) if second else "",
        asks_second=second is not None,
    )


def _next(store: Store, place: int) -> Anchor | None:
    """The entry after that place. One that cannot be read is told by its own seal."""
    data = _get(store, keys.anchor(place + 1))
    return _understood(data, read_anchor)[0] if data is not None else None


def _signed_manifests(store: Store, facts: JobFacts, trust: Trust) -> Iterator[SignedManifest]:
    finished = {found.key: found.content.times.finished for found in facts.manifests if found.content}
    for key in facts.signatures:
        manifest = f"{key.removesuffix(_SIGNATURE)}manifest.json"
        envelope, problem = _understood(_get(store, key) or b"", _signed_manifest)
        digest = digest_bytes(envelope.payload) if envelope else ""
        signature = SignatureFacts.of(key, envelope, trust, finished.get(manifest))
        yield SignedManifest(manifest, digest, signature, problem)


def _signed_manifest(data: bytes) -> Envelope:
    envelope = signing.read(data)
    if envelope.payload_type != MEDIA_TYPE:
        raise InvalidDocument(f"what is signed there is {envelope.payload_type!r} and no manifest")
    return envelope


def _evidence(store: Store, record: SealRecord) -> Mapping[str, str]:
    """Pipeline logs may have grown since; the logs of attempts are blobs, and looked at with those."""
    named = [it.key for it in record.evidence]
    lengths = {log.key: log.size_bytes for log in record.logs if log.key.startswith(f"jobs/{record.job}/")}
    return {key: _digest_of(_get(store, key), lengths.get(key)) for key in (*named, *lengths)}


def _digest_of(data: bytes | None, length: int | None) -> str:
    return "" if data is None else digest_bytes(data[:length])


def _digest(store: Store, key: str) -> str:
    return _digest_of(_get(store, key), None)


def _understood(data: bytes, read: Callable[[bytes], T]) -> tuple[T | None, str]:
    try:
        return read(data), ""
    except InvalidDocument as error:
        return None, str(error)


def _get(store: Store, key: str) -> bytes | None:
    try:
        return store.get(key)
    except (ObjectNotFound, InvalidRequest):
        return None  # InvalidRequest: a forged seal may name what can be no key
