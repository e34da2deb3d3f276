"""What was found of a job's seals, and whom it is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.runtime.signing import Envelope, TrustedKeys, Verdict
from services.runtime.store.base import Store

from ...jobs import JobState
from ...sealing.chain import Anchor, AnchoredSeal, AnchorRecord
from ...sealing.record import Seal


@dataclass(frozen=True)
class Trust:
    """Whose signatures count to who asks."""

    keys: TrustedKeys = field(default_factory=TrustedKeys)
    is_required: bool = False
    """Whether what is not signed by one of them is an error."""
    second_store: Store | None = None
    """Where the list of seals is kept a second time; None: nowhere that is known here."""


NOBODY = Trust()


@dataclass(frozen=True)
class SignatureFacts:
    """The signatures on one file."""

    key: str
    verdicts: Mapping[str, Verdict]
    """By key id; empty if nobody signed it."""

    @staticmethod
    def of(key: str, envelope: Envelope | None, trust: Trust, signed: datetime | None) -> SignatureFacts:
        return SignatureFacts(key, envelope.verdicts(trust.keys, signed) if envelope else {})

    @property
    def signed_by(self) -> tuple[str, ...]:
        """Ids of the trusted keys that signed it."""
        return tuple(key_id for key_id, verdict in self.verdicts.items() if verdict is Verdict.VALID)

    @property
    def is_forged(self) -> bool:
        """Whether it was changed since somebody who is trusted signed it."""
        return Verdict.WRONG in self.verdicts.values()


@dataclass(frozen=True)
class AnchorFacts:
    """The entry of a seal in the list of seals, and what stands around it there."""

    key: str
    """Where the entry lies beside the seal."""
    of: AnchoredSeal
    """What it should name."""
    entry: Anchor | None
    """None if nothing lies there, or nothing that can be read."""
    problem_of_entry: str = ""
    """Why it cannot be read."""
    has_list: bool = False
    """Whether there is a list of seals at all: a folder of one job has none."""
    listed: str = ""
    """Digest of what lies at its place in the list; empty for nothing. So for the next two."""
    before: str = ""
    second: str = ""
    """The same place in the second store."""
    after: Anchor | None = None
    asks_second: bool = False

    @property
    def missing(self) -> str:
        """What there should be and is not; empty if all is there."""
        if self.entry is None:
            return "the seal is not in the list of seals"
        if not self.has_list:
            return "there is no list of seals here"
        if self.asks_second and not self.second:
            return f"the second store has no entry {self.entry.record.sequence}"
        return ""

    @property
    def broken(self) -> str:
        """What does not fit together; empty if all does."""
        if self.entry is None:
            return self.problem_of_entry
        if self.of not in self.entry.record.seals:
            return "it names another seal than the one that it lies beside"
        return self._broken_in_list(self.entry.record, self.entry.digest) if self.has_list else ""

    def _broken_in_list(self, record: AnchorRecord, digest: str) -> str:
        if self.listed != digest:
            return f"entry {record.sequence} of the list of seals is {'another' if self.listed else 'gone'}"
        if self.before != record.previous:
            return f"entry {record.sequence - 1} of the list of seals is not the one that it follows"
        if self.after and self.after.record.previous != digest:
            return f"entry {record.sequence + 1} of the list of seals does not follow it"
        return f"entry {record.sequence} is another in the second store" if self.second not in ("", digest) else ""


@dataclass(frozen=True)
class SealFacts:
    """One seal."""

    key: str
    digest: str
    round: int | None
    """Whose seal it is by its place; None for that of the job that succeeded."""
    seal: Seal | None
    """None if it cannot be read."""
    signature: SignatureFacts
    anchor: AnchorFacts
    anchor_signature: SignatureFacts
    problem: str = ""
    """Why it cannot be read."""

    def is_at_its_place(self, job: str) -> bool:
        """Whether it is the seal of that job, and of the round in whose folder it lies."""
        if self.seal is None or self.seal.record.job != job:
            return False
        record = self.seal.record
        if self.round is None:
            return record.outcome is JobState.SUCCEEDED
        return record.outcome is not JobState.SUCCEEDED and record.round == self.round

    @property
    def is_of_version_1(self) -> bool:
        return self.seal is not None and self.seal.envelope is None


@dataclass(frozen=True)
class SignedManifest:
    """The signature of a stage with a key of its own on the manifest of an attempt."""

    manifest: str
    """Key of the manifest."""
    digest: str
    """Of the bytes that were signed; empty if it cannot be read."""
    signature: SignatureFacts
    problem: str = ""
    """Why it cannot be read."""


@dataclass(frozen=True)
class Seals:
    """All that is known of the seals of a job."""

    trust: Trust = field(default_factory=Trust)
    found: tuple[SealFacts, ...] = ()
    """In order of round, that of the job last."""
    manifests: tuple[SignedManifest, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Digest of each file that the last seal names besides manifests, by key; empty for one that is gone. Of a log the
    part that was sealed counts."""

    is_judged: bool = True
    """Whether signatures and entries were looked at."""

    @property
    def last(self) -> SealFacts | None:
        """The seal that counts: of the job, or else of its last round that has one."""
        return self.found[-1] if self.found else None

    @property
    def is_forged(self) -> bool:
        """Whether what the last seal says is worth nothing."""
        return self.last is not None and self.last.signature.is_forged
