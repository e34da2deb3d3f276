"""What must be true of a cluster's jobs when all has been done to it: they succeeded, once each, and can prove it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from coordinator.jobs import Jobs, JobState
from coordinator.lineage.verify import verify
from services.runtime import commits
from services.runtime.manifest import from_json
from services.runtime.store.base import Store

HARMLESS = {"ATTEMPT_UNFINISHED", "ATTEMPT_AFTER_SEAL", "SIGNATURE_UNKNOWN"}
"""What verification may find after a kill and after a late end, and on a machine that trusts no coordinator's key."""


@dataclass(frozen=True)
class Verdict:
    """On one job."""

    job: str
    state: JobState
    errors: tuple[str, ...]
    steps: int
    committed: int
    attempts: int
    """That were begun, ended or not."""
    succeeded: int
    """Attempts that ended well: more than there are steps where a late one lost against the commit."""
    findings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """What it was asked to do is done, committed, and as it was made; nothing went wrong for good."""
        is_done = self.state is JobState.SUCCEEDED and self.committed == self.steps and not self.errors
        return is_done and not set(self.findings) - HARMLESS


def verdict(store: Store, name: str) -> Verdict:
    """Reads every byte of the job."""
    known = Jobs(store)
    job, outcome = known.get(name), known.outcome(name)
    begun = [(step.of(name), number) for step in job.plan for number in commits.attempts(store, step.of(name))]
    ended = [from_json(store.get(key)) for step, number in begun if store.size(key := step.attempt(number, "manifest"))]
    return Verdict(
        job=name,
        state=known.state(name),
        errors=tuple(f"{error.code}: {error.message}" for error in outcome.errors) if outcome else (),
        steps=len(job.plan),
        committed=len(known.commits(job)),
        attempts=len(begun),
        succeeded=sum(manifest.status.is_done for manifest in ended),
        findings=tuple(finding.code for finding in verify(store, name).findings),
    )


def told(verdicts: Sequence[Verdict]) -> str:
    """All of them in a few lines, with every job that is not as it should be."""
    findings = Counter(code for it in verdicts for code in it.findings)
    lines = [
        f"{len(verdicts)} jobs: {dict(Counter(str(it.state) for it in verdicts))}",
        f"{sum(it.committed for it in verdicts)} of {sum(it.steps for it in verdicts)} steps committed, "
        f"{sum(it.attempts for it in verdicts)} attempts begun, {sum(it.succeeded for it in verdicts)} ended well",
        f"findings of verification: {dict(findings) or 'none'}",
    ]
    return "\n".join(lines + [f"NOT RIGHT: {it}" for it in verdicts if not it.ok])
