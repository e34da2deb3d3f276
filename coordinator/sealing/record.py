"""What a seal says, and how it is read: a DSSE envelope, or the plain list that version 1 wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import ConfigDict

from services.runtime import signing
from services.runtime.errors import InvalidDocument
from services.runtime.signing import Envelope

from ..jobs import JobState
from ..records import parsed, record_json

PAYLOAD_TYPE = "application/vnd.cuegraph.seal+json"
SCHEMA, FIRST_SCHEMA = "cuegraph.seal/2", "cuegraph.seal/1"

_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True, order=True)
class SealedManifest:
    """One file of the store as it was when the round ended: a manifest, or what a round left."""

    __pydantic_config__ = _STRICT

    key: str
    digest: str


@dataclass(frozen=True, order=True)
class SealedLog:
    """One log as far as it went when the round ended: a later line is no fault."""

    __pydantic_config__ = _STRICT

    key: str
    digest: str
    """Of the first `size_bytes` bytes."""
    size_bytes: int


@dataclass(frozen=True, order=True)
class SealedFile:
    """One file that people asked for."""

    __pydantic_config__ = _STRICT

    role: str
    file_name: str
    """As people get it."""
    digest: str
    size_bytes: int


@dataclass(frozen=True)
class SealRecord:
    """All that a job had written when a round of it ended: whatever differs from it was changed later."""

    __pydantic_config__ = _STRICT

    job: str
    job_digest: str
    """Digest of the bytes of `job.json`."""
    manifests: tuple[SealedManifest, ...]
    """Attempts, failed ones too, and commits, in order of key."""
    outcome: JobState
    """A final one."""
    round: int = 1
    """Which round it was; version 1 does not say."""
    time: datetime | None = None
    """When it was sealed; None in version 1."""
    deliverables: tuple[SealedFile, ...] = ()
    """In the order in which they were asked for."""
    logs: tuple[SealedLog, ...] = ()
    """Of all attempts, and of those who drove the job; in order of key."""
    evidence: tuple[SealedManifest, ...] = ()
    """Signatures on manifests, and what rounds left: requests, cancellations, verdicts, outcomes, and the seals of
    earlier ones; in order of key."""
    schema: str = SCHEMA

    def to_json(self) -> bytes:
        return record_json(self)

    @staticmethod
    def from_json(data: bytes) -> SealRecord:
        """Raises InvalidDocument if the bytes are not the payload of a seal."""
        return parsed(SealRecord, data, SCHEMA)


@dataclass(frozen=True)
class Seal:
    """A seal as it was found."""

    record: SealRecord
    envelope: Envelope | None
    """None for one of version 1, which nobody could sign."""


def read_seal(data: bytes) -> Seal:
    """Raises InvalidDocument if this is no seal. Signatures are not checked here."""
    try:
        envelope = signing.read(data)
    except InvalidDocument:
        return Seal(parsed(SealRecord, data, FIRST_SCHEMA), None)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise InvalidDocument(f"what is signed here is {envelope.payload_type!r} and no seal")
    return Seal(SealRecord.from_json(envelope.payload), envelope)


def read_record(data: bytes) -> SealRecord:
    """What a seal says, whoever signed it. Raises InvalidDocument."""
    return read_seal(data).record
