"""Puts a process together: store, models, stages, engine. The one place where the parts meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from services.runtime import host
from services.runtime.artifact import Artifact
from services.runtime.client import RemoteStage
from services.runtime.engines import Engines
from services.runtime.local import LocalStage
from services.runtime.models import Catalog, ModelStore
from services.runtime.node import Node
from services.runtime.redaction import Redactor
from services.runtime.registry import load_stage
from services.runtime.settings import ProcessSettings, TemporalAccess, process_settings, quiet_libraries
from services.runtime.store import open_store, require_store
from services.runtime.store.base import Store
from services.runtime.telemetry import Telemetry, open_telemetry

from . import admission, intake
from .access.gate import Gate
from .access.tokens import read_access_file
from .engines.engine import Engine
from .engines.local import LocalEngine
from .jobs import Jobs
from .lineage.seals.facts import Trust
from .pauses import Pauses
from .pools import Pools, Rules
from .records import FileRecord, JobRecord, MediaRecord
from .sealing.notary import Notary
from .turns import Tenants, scope_of

_BEGIN_SECONDS = 3.0
"""How long a step waits for one pod before it asks another."""


@dataclass(frozen=True)
class App:
    """Everything a command needs; parts are made when they are first used."""

    process: ProcessSettings
    addresses: Mapping[str, str]
    """Where stages run that do not run in this process: `host:port` by stage."""
    tenants: Tenants = field(default_factory=Tenants)
    temporal: TemporalAccess | None = None
    """Where jobs are driven with others; None if this process drives its own."""

    @cached_property
    def redactor(self) -> Redactor:
        return Redactor(self.process.secrets)

    @cached_property
    def telemetry(self) -> Telemetry:
        code = host.code(self.process.commit, self.process.image_digest)
        return open_telemetry(self.process.collector, self.process.service, code.version, self.redactor)

    @cached_property
    def store(self) -> Store:
        return open_store(self.process.store, self.process.s3)

    @cached_property
    def models(self) -> ModelStore:
        return ModelStore(self.process.data / "models", Catalog.load())

    @cached_property
    def node(self) -> Node:
        node = Node(
            store=self.store,
            models=self.models,
            scratch=self.process.scratch,
            code=host.code(self.process.commit, self.process.image_digest),
            pod=self.process.pod,
            redactor=self.redactor,
            engines=Engines(self.process.engines),
            telemetry=self.telemetry,
            signers=self.process.keyring.named_signers,
        )
        node.sweep()
        return node

    @cached_property
    def gate(self) -> Gate:
        path = self.process.access_file
        return Gate(read_access_file(Path(path)) if path else None)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.store, Notary(self.process.keyring.signers, lambda: open_second_store(self.process)))

    @property
    def trust(self) -> Trust:
        """Whose signatures count here. Raises InvalidSetting for a key that is none."""
        return Trust(self.process.keyring.trusted(), second_store=open_second_store(self.process, read_only=True))

    @cached_property
    def engine(self) -> Engine:
        """Raises InvalidSetting for a signing key that cannot be used: better now than at the end of a job."""
        self.jobs.notary.signers()
        if self.temporal is None:
            return LocalEngine(self.jobs, self.pools, self.node)
        from .engines.temporal.engine import TemporalEngine  # noqa: PLC0415  an extra: who does without has it not

        return TemporalEngine(self.jobs, self.pools, self.node, self.temporal)

    @cached_property
    def pools(self) -> Pools:
        rules = Rules(self.jobs.rank, Pauses(self.store).is_paused, self.tenants.weights)
        return Pools(self.local_stage, self.remote_stage, self.addresses, rules)

    def local_stage(self, name: str, profile: str = "", capacity: int = 1) -> LocalStage:
        """A stage in this process, which warms up with what a profile says. Raises UnknownName."""
        stage = load_stage(name)
        warm = admission.stage_settings(stage, profile or admission.default_profile())
        return LocalStage(stage, self.node, capacity=capacity, warm=warm)

    def remote_stage(self, address: str, name: str) -> RemoteStage:
        """A stage at `host:port`, one of those that there may be."""
        return RemoteStage(address, name, begin_seconds=_BEGIN_SECONDS, tls=self.process.tls)

    def submit(
        self, film: Path, request: admission.JobRequest, files: Sequence[tuple[str, Path]] = ()
    ) -> tuple[JobRecord, bool]:
        """The job for a film and the `files` that come with it, each with what it is for: a new one, or one that was
        asked for in the same words and has not ended.

        The flag tells whether it is new. Raises InputError if the request or the film cannot be used; then
        nothing is written.
        """
        resolved = self._resolve(replace(request, file_name=request.file_name or intake.text_of(film.name)))
        _require_files(resolved, [name for name, _ in files])
        taken = intake.take_in_files(self.store, files)
        at_hand = {file.artifact.digest: path for file, (_, path) in zip(taken, files, strict=True)}
        media = intake.take_in(self.store, film, resolved)
        return self._admit(resolved, media, taken, at_hand={**at_hand, media.artifact.digest: film})

    def accept(
        self,
        film: Artifact,
        title: str,
        request: admission.JobRequest,
        request_id: str = "",
        files: Sequence[FileRecord] = (),
    ) -> JobRecord:
        """The job for a film of the store: the one that was asked for with that id, or as `submit` finds it.

        Raises InputError if the request or the film cannot be used, AlreadyExists if the id was used for
        another request.
        """
        resolved = self._resolve(replace(request, file_name=request.file_name or title))
        _require_files(resolved, [file.name for file in files])
        for file in files:
            intake.take_over_file(self.store, file)
        media = intake.take_over(self.node, film, title, resolved)
        return self._admit(resolved, media, tuple(files), request_id)[0]

    def ask_again(
        self, record: JobRecord, request: admission.JobRequest, files: Sequence[FileRecord] = ()
    ) -> tuple[JobRecord, bool]:
        """The job for the film of another job, whose record this is, with what is now asked for, as `submit` finds it.

        Raises InputError if the request cannot be used or the film, or a file, is not in the store any more.
        """
        resolved = self._resolve(request)
        for name, artifact in [("the film", record.media.artifact), *((it.file_name, it.artifact) for it in files)]:
            intake.require_there(self.store, artifact, name)
        return self._admit(resolved, record.media, tuple(files))

    def _resolve(self, request: admission.JobRequest) -> admission.Resolved:
        resolved = admission.resolve(request)
        here = [stage for stage in resolved.pipeline.stages if stage not in self.addresses]
        admission.require_models(resolved, self.models, here)
        return resolved

    def _admit(
        self,
        resolved: admission.Resolved,
        media: MediaRecord,
        files: tuple[FileRecord, ...],
        request_id: str = "",
        at_hand: Mapping[str, Path] | None = None,
    ) -> tuple[JobRecord, bool]:
        digest = admission.request_digest(resolved, media, files)
        scope = scope_of(resolved.request.tenant)
        name = self.jobs.name_for(request_id, digest, scope) if request_id else self.jobs.name_for_all(digest)
        job = admission.job_of(resolved, media, files, self.node.code, name)
        is_new = self.jobs.create(replace(job, settings=self.node.redacted(job.settings)))
        intake.secure(self.store, [media.artifact, *(file.artifact for file in files)], at_hand or {})
        return self.jobs.get(job.job), is_new


def _require_files(resolved: admission.Resolved, names: Sequence[str]) -> None:
    """Raises UnknownName or InvalidRequest for files that nothing takes."""
    for name in names:
        intake.require_purpose(name)
    admission.require_wanted(resolved, names)


def open_second_store(process: ProcessSettings, *, read_only: bool = False) -> Store | None:
    """Where the list of seals is kept a second time; None if it is not."""
    return open_store(process.anchor_store, process.s3, read_only=read_only) if process.anchor_store else None


def open_app(store: str = "", addresses: Mapping[str, str] | None = None) -> App:
    """An app on the named store; without a name, on that of the environment."""
    quiet_libraries()
    process = process_settings()
    return App(replace(process, store=store or process.store), addresses or {})


def open_to_read(store: str = "") -> Store:
    """The named store, or that of the environment, for those who only look at it: rights to read are enough.

    Raises UnknownName if it is not there.
    """
    process = process_settings()
    require_store(store or process.store)
    return open_store(store or process.store, process.s3, read_only=True)


def open_existing(store: str = "", addresses: Mapping[str, str] | None = None) -> App:
    """Like `open_app`, for commands about jobs that are there already. Raises UnknownName if the store is not."""
    app = open_app(store, addresses)
    require_store(app.process.store)
    return app
