"""Jobs of real pipelines whose stages stand in for the real ones: for tests of what is foreseen and what then happens.

A stand-in declares what the real stage declares and has its settings. What it writes tells what it took and how it was
set, unless it is deaf: then it always writes the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coordinator import admission
from coordinator.admission import JobRequest
from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs
from coordinator.lineage.comparing.foreseen import ForeseenStep
from coordinator.lineage.comparing.foresight import World, foresee
from coordinator.lineage.comparing.proposal import request_of
from coordinator.lineage.facts import JobFacts
from coordinator.lineage.reading import read_job
from coordinator.records import JobRecord, MediaRecord
from services.runtime import commits
from services.runtime.artifact import digest_bytes
from services.runtime.errors import StageError
from services.runtime.local import LocalStage
from services.runtime.manifest import CodeRecord, Manifest
from services.runtime.models import Catalog, ModelStore
from services.runtime.node import Node
from services.runtime.registry import load_stage
from services.runtime.request import StageClient
from services.runtime.stage import Run, Stage
from services.runtime.store import blobs
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import Watched


def telling(stage_name: str, deaf: Collection[str], failing: Collection[str]) -> Stage[Any]:
    """A stand-in for the stage of that name."""
    real = load_stage(stage_name)

    class Telling(Stage[Any]):
        name = stage_name
        version = real.version
        inputs = real.inputs
        outputs = real.outputs
        repeatable = real.repeatable

        def run(self, run: Run[Any]) -> None:
            shard = getattr(run.settings, "target_language", "")
            if stage_name in failing or f"{stage_name}/{shard}" in failing:
                raise StageError(f"{stage_name} fails, as it was told")
            told = f"{stage_name} as ever" if stage_name in deaf else _told(self, run)
            for output in self.outputs:
                run.output(output.role, f"{output.role}.txt").write_text(f"{output.role}: {told}")

        @classmethod
        def settings_type(cls) -> type[Any]:
            return real.settings_type()

    return Telling()


def _told(stage: Stage[Any], run: Run[Any]) -> str:
    taken = [(given.role, [path.read_bytes() for path in run.inputs(given.role)]) for given in stage.inputs]
    return digest_bytes(repr((taken, dataclasses.astuple(run.settings))).encode())


@dataclass
class Studio:
    """A store in memory, and stand-ins that do jobs in it."""

    folder: Path
    deaf: Collection[str] = ()
    failing: Collection[str] = ()
    """Both may change from job to job."""
    store: MemoryStore = field(default_factory=MemoryStore)

    @property
    def node(self) -> Node:
        models = ModelStore(self.folder / "models", Catalog.load())
        return Node(self.store, models, self.folder / "scratch", CodeRecord("0"))

    def client(self, stage: str) -> StageClient:
        """See Pools."""
        return LocalStage(telling(stage, self.deaf, self.failing), self.node)

    def do(self, request: JobRequest, name: str, film: bytes = b"film") -> JobFacts:
        """Does a job and reads it."""
        media = MediaRecord(blobs.add_bytes(self.store, film, "video/x-matroska"), "A film", "film.mkv")
        return self._drive(admission.job_of(admission.resolve(request), media, (), CodeRecord("0"), name))

    def do_again(self, facts: JobFacts, settings: Mapping[str, str], name: str) -> JobFacts:
        """Does a job again with some settings changed."""
        return self._drive(self._changed(facts, settings, name))

    def foresee(
        self, facts: JobFacts, settings: Mapping[str, str], revisions: Mapping[str, str] | None = None
    ) -> dict[str, ForeseenStep]:
        """What is foreseen of each step, by its title."""
        world = World(
            stage=lambda name: telling(name, (), ()),
            models=self.node.models,
            recall=self._recall,
            rehearse=_never,
            revisions=revisions or {},
        )
        return {step.title: step for step in foresee(facts, self._changed(facts, settings, "proposed"), world)}

    def _recall(self, key: str) -> Manifest | None:
        found = commits.recall(self.store, key)
        return found[0] if found else None

    def _changed(self, facts: JobFacts, settings: Mapping[str, str], name: str) -> JobRecord:
        record = facts.job_record
        assert record is not None
        resolved = admission.resolve(request_of(record, settings))
        return admission.job_of(resolved, record.media, record.files, CodeRecord("0"), name)

    def _drive(self, job: JobRecord) -> JobFacts:
        jobs = Jobs(self.store)
        jobs.create(job)
        LocalEngine(jobs, self, self.node).drive(job.job, Watched())
        return read_job(self.store, job.job)


def _never(request: object) -> None:
    """No stand-in can be tried out."""
