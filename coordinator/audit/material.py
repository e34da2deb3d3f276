"""What an audit looks at: everything that a job wrote, and the verdict of a full verification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.runtime.errors import ObjectNotFound
from services.runtime.manifest import Manifest
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.keys import Step

from ..lineage.depth import FULL
from ..lineage.facts import FoundManifest, JobFacts
from ..lineage.reading import read_job
from ..lineage.report import Report
from ..lineage.seals.facts import NOBODY, Trust
from ..lineage.verify import verify
from ..records import PlannedStep
from .pages import documented_versions

STAGE_LOG = "stage.log"


@dataclass(frozen=True)
class Material:
    """One job, read once."""

    facts: JobFacts
    report: Report
    """Of a verification that has read every byte."""
    stage_logs: Mapping[str, str]
    """What the logs of attempts say, by digest; those only that are there."""
    pipeline_logs: tuple[str, ...]
    """What each process that drove the job wrote."""
    pages: Mapping[str, frozenset[str]]
    """The versions that the documentation page of a stage speaks of, by stage."""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Those that are planned and those that left something, in order."""
        return tuple(sorted({*self.facts.plan, *self.facts.commits, *self.facts.attempts}))

    def manifests(self, step: Step) -> tuple[Manifest, ...]:
        """Those of the step that can be read: each attempt once, and the commit if no attempt has its bytes."""
        return tuple(found.content for found in self.found(step) if found.content)

    def found(self, step: Step) -> tuple[FoundManifest, ...]:
        """The manifests of the step, those with the same bytes once."""
        commit = self.facts.commits.get(step)
        here = (*self.facts.attempts.get(step, ()), *((commit,) if commit else ()))
        return tuple({found.digest: found for found in here}.values())

    def planned(self, step: Step) -> PlannedStep | None:
        record = self.facts.job_record
        return next((it for it in record.plan if it.of(self.facts.job) == step), None) if record else None

    def delivers(self, step: Step, role: str) -> bool:
        """Whether people asked for the step's output of that role."""
        record = self.facts.job_record
        return record is not None and any((it.stage, it.output) == (step.stage, role) for it in record.deliverables)


def gather(store: Store, job: str, trust: Trust = NOBODY) -> Material:
    """Reads and verifies a job. Raises ObjectNotFound, StoreUnavailable."""
    facts = read_job(store, job)
    return Material(
        facts,
        verify(store, job, FULL, trust),
        dict(_stage_logs(store, facts)),
        tuple(_text(store.get(key)) for key in store.list(keys.pipeline_logs(job))),
        documented_versions(),
    )


def _stage_logs(store: Store, facts: JobFacts) -> Iterable[tuple[str, str]]:
    manifests = (found.content for found in facts.by_digest.values() if found.content)
    digests = {log.artifact.digest for manifest in manifests for log in manifest.logs}
    for digest in sorted(digests):
        try:
            yield digest, _text(store.get(keys.blob(digest)))
        except ObjectNotFound:
            continue  # the verification tells of it


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
