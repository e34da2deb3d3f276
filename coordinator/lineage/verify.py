"""Verifies jobs: are all records and bytes there, unaltered, and do they fit together?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from services.runtime.store.base import Store

from . import blobs
from .checks.actions import check_actions
from .checks.blobs import BlobFact, blob_keys, check_blobs
from .checks.elements import check_elements
from .checks.origins import check_inputs, check_reused
from .checks.records import check_job, check_seal
from .checks.steps import check_attempts, check_manifests, check_plan
from .facts import JobFacts
from .findings import Finding, Severity
from .reading import read_all_records, read_job

_CHECKS: tuple[Callable[[JobFacts], Iterator[Finding]], ...] = (
    check_job,
    check_seal,
    check_plan,
    check_attempts,
    check_manifests,
    check_actions,
    check_inputs,
    check_reused,
    check_elements,
)


@dataclass(frozen=True)
class Report:
    """The verdict on one job."""

    job: str
    findings: tuple[Finding, ...]
    manifest_count: int
    blob_count: int
    """Blobs that the job's records speak of."""
    is_sealed: bool
    """Without a seal nobody can tell that a manifest was altered together with everything that names it."""
    is_full: bool = False
    """Whether every byte was read: else a blob may have other bytes of the same number."""

    @property
    def ok(self) -> bool:
        """Whether the lineage holds: warnings do not count."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}

    def to_text(self) -> str:
        """One line for the verdict and two for each finding."""
        verdict = "the lineage holds" if self.ok else "the lineage does NOT hold"
        scope = f"{self.manifest_count} manifests, {self.blob_count} blobs"
        depth = "every byte read" if self.is_full else "blobs not read"
        lines = [f"{self.job}: {verdict} ({scope}, {'sealed' if self.is_sealed else 'not sealed'}, {depth})"]
        for finding in self.findings:
            lines += [f"  {finding.severity} {finding.code} {finding.location}", f"    {finding.message}"]
        return "\n".join(lines)


def verify(store: Store, job: str, *, full: bool = True) -> Report:
    """Verifies one job; `full` reads every byte that it speaks of instead of asking for the sizes.

    Raises ObjectNotFound if there is no such job, StoreUnavailable if the store does not answer.
    """
    return _report(read_job(store, job), (blobs.hashed if full else blobs.sized)(store), is_full=full)


def verify_all(store: Store, *, full: bool = True) -> Iterator[Report]:
    """Verifies every job of the store in order of name.

    Unless `full`, it checks the records and that every blob is there, by one listing of each, and reads no blob.
    """
    if full:
        look = blobs.hashed(store)
        return (_report(read_job(store, facts.job), look, is_full=True) for facts in read_all_records(store))
    look = blobs.listed(store)
    return (_report(facts, look, is_full=False) for facts in read_all_records(store))


def _report(facts: JobFacts, look: blobs.Blobs, *, is_full: bool) -> Report:
    wanted = blob_keys(facts)
    return Report(
        facts.job,
        tuple(check(facts, look(wanted))),
        manifest_count=len(facts.manifests),
        blob_count=len(wanted),
        is_sealed=facts.seal is not None,
        is_full=is_full,
    )


def check(facts: JobFacts, seen: Mapping[str, BlobFact]) -> Iterator[Finding]:
    """All findings of one job, from what was read of it and what was seen of its blobs."""
    return chain(check_records(facts), check_blobs(facts, seen))


def check_records(facts: JobFacts) -> Iterator[Finding]:
    """What the records say against each other, whether or not the blobs are there."""
    return chain(*(one(facts) for one in _CHECKS))
