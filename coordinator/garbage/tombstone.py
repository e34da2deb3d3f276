"""The tombstone: all that is left of a job that was erased. It tells digests and sizes, and no names.

A DSSE envelope, signed as seals are: who has a copy of something can still prove that it was part of the job, and
nobody can take a job away and say that it was erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ConfigDict

from services.runtime import signing
from services.runtime.errors import InvalidDocument, ObjectNotFound
from services.runtime.signing import Envelope, Signer
from services.runtime.store import keys
from services.runtime.store.base import Store

from ..records import parsed, record_json

PAYLOAD_TYPE = "application/vnd.cuegraph.tombstone+json"
SCHEMA = "cuegraph.tombstone/1"

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, order=True)
class Erased:
    """One object that is gone."""

    __pydantic_config__ = _STRICT

    key: str
    digest: str
    size_bytes: int


@dataclass(frozen=True)
class TombstoneRecord:
    """What was erased, when, by whom and why."""

    __pydantic_config__ = _STRICT

    job: str
    time: datetime
    by: str
    reason: str
    outcome: str
    """How the job had ended."""
    seal: str
    """Digest of the seal that counted; empty if it had none. Its entry in the list of seals stays."""
    erased: tuple[Erased, ...]
    """In order of key: the job's own records, then blobs, by key."""
    kept: tuple[str, ...] = ()
    """Blobs that the job named and that stay, as other jobs name them: by key."""
    schema: str = SCHEMA

    @property
    def size_bytes(self) -> int:
        return sum(it.size_bytes for it in self.erased)

    @property
    def digests(self) -> dict[str, str]:
        """Of what was erased, by key."""
        return {it.key: it.digest for it in self.erased}

    def to_text(self) -> str:
        """One line, without the name of the job."""
        why = f": {self.reason}" if self.reason else ""
        return (
            f"erased {self.time:%Y-%m-%d %H:%M} UTC by {self.by}{why} "
            f"({len(self.erased):,} objects, {self.size_bytes:,} bytes; {len(self.kept)} files stay with other jobs)"
        )


@dataclass(frozen=True)
class Tombstone:
    """A tombstone as it was found: its signatures are yet to be checked."""

    record: TombstoneRecord
    envelope: Envelope


def write_tombstone(store: Store, record: TombstoneRecord, signers: Iterable[Signer]) -> None:
    """Raises AlreadyExists."""
    store.create(keys.erased(record.job), signing.sign(record_json(record), PAYLOAD_TYPE, signers))


def parse_tombstone(data: bytes) -> Tombstone:
    """Raises InvalidDocument if this is none."""
    envelope = signing.read(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise InvalidDocument(f"what is signed here is {envelope.payload_type!r} and no tombstone")
    return Tombstone(parsed(TombstoneRecord, envelope.payload, SCHEMA), envelope)


def read_tombstone(store: Store, job: str) -> Tombstone | None:
    """That of a job; None if it was not erased. Raises InvalidDocument."""
    try:
        return parse_tombstone(store.get(keys.erased(job)))
    except ObjectNotFound:
        return None
