"""Puts a proposal to a job of a store: what would run is worked out with the plan and the actions of a real run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.runtime import commits
from services.runtime.errors import InvalidRequest
from services.runtime.manifest import Manifest
from services.runtime.node import Node
from services.runtime.registry import load_stage
from services.runtime.store import blobs
from services.runtime.store.memory import MemoryStore

from ... import admission, intake
from ...admission import JobRequest
from ...records import FileRecord, JobRecord
from ...turns import scope_of
from ..facts import JobFacts
from .foreseen import ForeseenStep
from .foresight import World, foresee
from .impact import Evidence, Impact, impact
from .paces import Run, runs_of
from .proposal import Proposal, files_of, request_of
from .rehearsal import Rehearsal

_NAME = "proposed"
"""Of a job that nobody has asked for."""
OtherRuns = Callable[[Iterable[str]], Iterable[Run]]
"""Runs of stages, by name, whatever film they were on."""


@dataclass(frozen=True)
class Trial:
    """A proposal for one job."""

    facts: JobFacts
    record: JobRecord
    proposal: Proposal
    contents: Mapping[str, bytes]
    """Of the proposal's glossaries, by digest."""

    @property
    def request(self) -> JobRequest:
        """What would be asked for."""
        return request_of(self.record, self.proposal.settings)

    @property
    def files(self) -> tuple[FileRecord, ...]:
        return files_of(self.record, self.proposal.glossaries)


@dataclass(frozen=True)
class Tried:
    """What came of it."""

    foreseen: tuple[ForeseenStep, ...]
    impact: Impact


def read_glossaries(given: Iterable[tuple[str, Path]]) -> tuple[tuple[FileRecord, ...], dict[str, bytes]]:
    """Glossary files as a job would come with them, and their bytes by digest. Raises InputError."""
    memory = MemoryStore()
    files = intake.take_in_files(memory, given)
    return files, {file.artifact.digest: blobs.read(memory, file.artifact) for file in files}


def try_out(node: Node, trial: Trial, price_per_hour: float | None, other_runs: OtherRuns) -> Tried:
    """Raises InputError or ModelError if the job could not be asked for so, LineageBroken if its documents do not
    join up.
    """
    for name in trial.proposal.revisions:
        node.models.record(name)  # says so if nobody knows the model
    resolved = admission.resolve(trial.request)
    job = admission.job_of(resolved, trial.record.media, trial.files, node.code, _NAME)
    rehearsal = Rehearsal(node, trial.contents)
    world = World(load_stage, node.models, _recall(node, trial.record), rehearsal.run, trial.proposal.revisions)
    foreseen = foresee(trial.facts, job, world)
    made = next((step.written for step in foreseen if step.stage == "glossary"), None)
    known = {run.stage for run in runs_of(trial.facts)}
    lacking = {step.stage for step in foreseen if step.would_run} - known
    evidence = Evidence(rehearsal.glossary(made), tuple(other_runs(lacking)) if lacking else (), price_per_hour)
    return Tried(foreseen, impact(trial.facts, foreseen, evidence))


def require_catalog(node: Node, revisions: Mapping[str, str]) -> None:
    """Raises InvalidRequest for a revision that no stage could use, as the catalog has another."""
    for name, revision in revisions.items():
        known = node.models.record(name).revision
        if known != revision:
            raise InvalidRequest(
                f"the catalog has {name!r} at {known!r}, not at {revision!r}: a job can only be done with what it has; "
                "docs/models.md says how a model comes in"
            )


def _recall(node: Node, record: JobRecord) -> Callable[[str], Manifest | None]:
    scope = scope_of(record.tenant)

    def recall(key: str) -> Manifest | None:
        found = commits.recall(node.store, key, scope)
        return found[0] if found else None

    return recall
