"""The list of seals: each entry names the one before it, so that none can be changed or taken out unseen.

`seals/<sequence>.json` are create-only and without gaps. Whoever loses the race for a place goes on behind it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import ConfigDict

from services.runtime import signing
from services.runtime.artifact import digest_bytes
from services.runtime.canonical import canonical_json
from services.runtime.errors import AlreadyExists, InvalidDocument, ObjectNotFound, StoreError
from services.runtime.signing import Envelope, Signer
from services.runtime.store import keys
from services.runtime.store.base import Store

from ..records import parsed, record_json

PAYLOAD_TYPE = "application/vnd.cuegraph.anchor+json"
SCHEMA = "cuegraph.anchor/1"

_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AnchoredSeal:
    """One seal in the list."""

    __pydantic_config__ = _STRICT

    job: str
    key: str
    """Where it lies in the store."""
    digest: str


@dataclass(frozen=True)
class AnchorRecord:
    """One entry of the list."""

    __pydantic_config__ = _STRICT

    sequence: int
    """From 1, without gaps."""
    previous: str
    """Digest of the bytes of the entry before; empty for the first."""
    time: datetime
    seals: tuple[AnchoredSeal, ...]
    schema: str = SCHEMA

    def to_json(self) -> bytes:
        return record_json(self)


@dataclass(frozen=True)
class Anchor:
    """An entry as it was found."""

    record: AnchorRecord
    envelope: Envelope
    digest: str
    """Of its bytes: what the next entry names."""


def read_anchor(data: bytes) -> Anchor:
    """Raises InvalidDocument if this is no entry of the list. Signatures are not checked here."""
    envelope = signing.read(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise InvalidDocument(f"what is signed here is {envelope.payload_type!r} and no entry of the list of seals")
    return Anchor(parsed(AnchorRecord, envelope.payload, SCHEMA), envelope, digest_bytes(data))


def append(store: Store, seals: Sequence[AnchoredSeal], signers: Iterable[Signer], time: datetime) -> tuple[int, bytes]:
    """Puts seals at the end of the list. Returns the entry and its place."""
    signed_by = tuple(signers)
    last = head(store, _hint(store))
    while True:
        sequence, previous = last + 1, digest_bytes(store.get(keys.anchor(last))) if last else ""
        record = AnchorRecord(sequence, previous, time, tuple(seals))
        entry = signing.sign(record.to_json(), PAYLOAD_TYPE, signed_by)
        try:
            store.create(keys.anchor(sequence), entry)
        except AlreadyExists:
            last = head(store, sequence)
        else:
            store.put(keys.ANCHOR_HINT, canonical_json({"sequence": sequence}))
            return sequence, entry


def head(store: Store, known: int = 0) -> int:
    """The place of the last entry, 0 for an empty list, found without listing it; `known` is a place that is taken.

    Looks further ahead by doubled steps, then halves the last one: 27 questions for 10,000 entries, one from near.
    """
    low, step = known, 1
    while _is_taken(store, low + step):
        low, step = low + step, 2 * step
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _is_taken(store, middle) else (low, middle)
    return low


def copy_to(second: Store, store: Store, last: int) -> None:
    """Brings the list in a second store up to `last`, whatever it lacks. That it cannot is told, and ends no job."""
    try:
        known = last - 1 if last > 1 and _is_taken(second, last - 1) else 0
        for sequence in range(head(second, known) + 1, last + 1):
            with suppress(AlreadyExists):  # another was faster; if it wrote something else, verify tells
                second.create(keys.anchor(sequence), store.get(keys.anchor(sequence)))
    except StoreError as error:
        _log.error("the list of seals is not copied to %s: %s: %s", second.url, error.code, error)


def _is_taken(store: Store, sequence: int) -> bool:
    return store.size(keys.anchor(sequence)) is not None


def _hint(store: Store) -> int:
    """A place that is taken, near the end of the list. It may be behind, and is believed only if it is there."""
    try:
        sequence = json.loads(store.get(keys.ANCHOR_HINT))["sequence"]
    except (ObjectNotFound, ValueError, TypeError, KeyError):
        return 0
    return sequence if isinstance(sequence, int) and sequence > 0 and _is_taken(store, sequence) else 0
