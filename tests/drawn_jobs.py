"""Jobs of any shape, in a store as their end would have left them: steps that are drawn as who takes what of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from coordinator.records import Deliverable, FileRecord, JobRecord, MediaRecord, PlannedInput, PlannedStep
from services.runtime import commits
from services.runtime.artifact import Artifact
from services.runtime.manifest import (
    MEDIA_TYPE,
    HostRecord,
    InputRecord,
    LogRecord,
    Manifest,
    ModelRecord,
    Origin,
    OutputRecord,
    Status,
    Times,
)
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.keys import UNSHARDED
from tests.jobs_in_memory import CODE, START, with_action_key

FILM = "film"
_HOST = HostRecord("laptop", "", 4711, "Debian 12", "3.11.2", "x86_64", 2, 8 << 30)


@dataclass(frozen=True)
class Drawn:
    """One step."""

    stage: str
    takes: tuple[str, ...] = (FILM,)
    """Stages whose output it takes, as `stage` or `stage.role`; `film` is what the job is about."""
    gives: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    """Bytes and media type by role; if empty, one `text` that no other step writes."""
    models: tuple[ModelRecord, ...] = ()
    shard: str = UNSHARDED
    status: Status = Status.SUCCEEDED
    reuses: str = ""
    """The job whose step of that stage and shard it takes over."""


def model(name: str, revision: str = "1", digest: str = "ab" * 32) -> ModelRecord:
    return ModelRecord(name, f"hf:{name}", revision, digest, "MIT")


def write_drawn(
    store: Store,
    job: str,
    steps: Sequence[Drawn],
    *,
    deliver: Sequence[str] = (),
    film: bytes = b"the film",
    files: Mapping[str, bytes] | None = None,
    sealed: bool = True,
) -> dict[str, str]:
    """Writes a job and returns the digest of the manifest of each stage. People get the `text` of the stages that
    `deliver` names, or the outputs where it says `stage.role`; of the last one if it names none."""
    artifact = blobs.add_bytes(store, film, "video/x-matroska")
    given = tuple(
        FileRecord(name, blobs.add_bytes(store, data, "text/plain"), f"{name}.txt")
        for name, data in (files or {}).items()
    )
    record = JobRecord(
        job=job,
        workflow="drawn",
        media=MediaRecord(artifact, f"Film of {job}", f"{job}.mkv"),
        source_language="en",
        profile="cpu-small",
        plan=tuple(
            PlannedStep(number, it.stage, it.shard, (PlannedInput("text", "", ""),))
            for number, it in enumerate(steps, 1)
        ),
        request_digest="5" * 64,
        create_time=START,
        code=CODE,
        deliverables=tuple(_deliverable(name) for name in deliver or (steps[-1].stage,)),
        files=given,
    )
    store.create(keys.job(job), record.to_json())
    written = _Written(store, job, artifact, {file.name: file.artifact for file in given})
    for number, step in enumerate(steps, 1):
        written.add(number, step)
    if sealed:
        store.create(keys.seal(job), b"{}")
    return {stage: origin.manifest for stage, (origin, _) in written.outputs.items() if "." not in stage}


def _deliverable(name: str) -> Deliverable:
    stage, _, role = name.partition(".")
    return Deliverable(stage, role or "text", ".txt")


@dataclass
class _Written:
    store: Store
    job: str
    film: Artifact
    files: Mapping[str, Artifact]
    outputs: dict[str, tuple[Origin, Artifact]] = field(default_factory=dict)

    def add(self, number: int, drawn: Drawn) -> None:
        begin = START + timedelta(seconds=number)
        log = blobs.add_bytes(self.store, f"log of {drawn.stage} {drawn.shard} of {self.job}\n".encode(), "text/plain")
        manifest = Manifest(
            job=self.job,
            stage=drawn.stage,
            stage_version="1",
            number=number,
            attempt=1,
            status=drawn.status,
            times=Times(begin, begin, begin + timedelta(seconds=1), compute_seconds=0.5),
            code=CODE,
            host=_HOST,
            shard=drawn.shard,
            inputs=tuple(self._input(name) for name in drawn.takes),
            outputs=tuple(self._gives(drawn)),
            models=drawn.models,
            logs=(LogRecord("stage.log", log),),
        )
        if drawn.reuses:
            manifest = self._reusing(manifest, drawn.reuses)
        _, committed = commits.commit(self.store, with_action_key(manifest))
        for output in manifest.outputs:
            made = Origin(committed.digest, output.role), output.artifact
            self.outputs.setdefault(drawn.stage, made)
            self.outputs[f"{drawn.stage}.{output.role}"] = made

    def _gives(self, drawn: Drawn) -> list[OutputRecord]:
        only = {"text": (f"{self.job} {drawn.stage} {drawn.shard}".encode(), "text/plain")}
        gives = dict(drawn.gives) or only
        return [
            OutputRecord(role, f"{role}.txt", blobs.add_bytes(self.store, data, kind))
            for role, (data, kind) in (gives.items() if drawn.status.is_done else ())
        ]

    def _input(self, name: str) -> InputRecord:
        if name == FILM:
            return InputRecord("media", self.film)
        if name in self.files:
            return InputRecord(name, self.files[name])
        origin, artifact = self.outputs[name]
        return InputRecord(origin.role, artifact, origin)

    def _reusing(self, manifest: Manifest, job: str) -> Manifest:
        step = replace(manifest.step, job=job)
        found = commits.find(self.store, step)
        assert found is not None
        original, where = found
        reused = Artifact(step.commit, where.digest, where.size_bytes, MEDIA_TYPE)
        return replace(manifest, status=Status.REUSED, outputs=original.outputs, reused=reused)
