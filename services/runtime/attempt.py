"""One attempt at a step, from its log's first line to the manifest that says what really happened."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import commits
from .actions import Action
from .answers import Answers
from .artifact import Artifact, digest_file
from .canonical import encodable
from .clock import Clock
from .debugging import keep_scratch
from .errors import Cancelled, CuegraphError, EngineOutOfMemory, InputModified, OutputMissing, StageCrashed
from .host import Meter, host
from .logs import RunLog, about_run
from .manifest import (
    InputRecord,
    IntermediateRecord,
    LogRecord,
    Manifest,
    Notice,
    OutputRecord,
    Status,
    now,
)
from .node import Node
from .progress import Progress
from .request import Observer, StageRequest
from .stage import Run, Skipped, Stage
from .store import blobs

_log = logging.getLogger(__name__)

UNDECLARED = "undeclared"


@dataclass
class _Findings:
    """What a manifest will say about the files and what went wrong."""

    outputs: tuple[OutputRecord, ...] = ()
    intermediates: tuple[IntermediateRecord, ...] = ()
    warnings: list[Notice] = field(default_factory=list)
    errors: list[Notice] = field(default_factory=list)
    reused: Artifact | None = None
    skip_reason: str = ""
    media_seconds: float = 0.0


class Attempt:
    """Does the work of one step. Made by `execute`, used once."""

    def __init__(self, stage: Stage[Any], request: StageRequest, action: Action, node: Node) -> None:
        self.stage, self.request, self.action, self.node = stage, request, action, node
        self.clock = Clock()
        self.kept: dict[str, Path] = {}  # what was stored, by digest: there as long as the attempt's folder is
        self._found, self._folder = _Findings(), Path()

    def run(
        self,
        number: int,
        unfinished: tuple[int, ...],
        folder: Path,
        observer: Observer,
        cancelled: threading.Event,
    ) -> Manifest:
        """Does the work in `folder` and returns the manifest; never raises for what the stage did.

        `unfinished` are the numbers of earlier attempts that left no manifest. Raises StoreError if the log cannot
        be begun or the store cannot take it.
        """
        meter = Meter()
        self._folder = folder
        about = about_run(self.request.step, number, self.request.trace_id)
        with RunLog(folder / "stage.log", self.node.redactor, observer.log, about, debug=self.request.debug) as log:
            status = self._status(Progress(log.outside(observer.progress), cancelled))
            if log.redacted:
                self._warn("SECRET_REDACTED", f"{log.redacted} log lines held a secret, which was masked")
            _log.info(
                "%s in %.1f s%s", status, meter.seconds, self._found.skip_reason and f": {self._found.skip_reason}"
            )
        if log.fault:
            self._warn("LOG_INCOMPLETE", f"lines are missing from stage.log: {log.fault}")
        kept_log = LogRecord("stage.log", self._keep(log.path, "text/plain"))
        return self._manifest(number, unfinished, status, meter, kept_log)

    def _warn(self, code: str, message: str) -> None:
        _log.warning("%s: %s", code, message)
        self._found.warnings.append(Notice(code, self._writable(message), now()))

    def _writable(self, text: str) -> str:
        """The text of an error, a warning or a file name, which may hold anything, as a manifest can hold it."""
        return self.node.redactor.text(encodable(text))

    def _status(self, progress: Progress) -> Status:
        try:
            return self._reuse() or self._work(progress)
        except Skipped as reason:
            self._found.skip_reason = self._writable(str(reason))
            return Status.SKIPPED
        except Cancelled as error:
            _log.info("%s: %s", error.code, error)
            self._blame(error, error)
            return Status.CANCELLED
        except MemoryError as error:
            self._fail(
                EngineOutOfMemory(f"{self.stage.name} ran out of memory: give it more, or a smaller batch"),
                error,
            )
        except CuegraphError as error:
            self._fail(error)
        except (Exception, SystemExit) as error:  # noqa: BLE001  a crash of any kind must end in a manifest
            kind = f"{type(error).__module__}.{type(error).__qualname__}"
            self._fail(StageCrashed(f"{self.stage.name} crashed with {kind}: {error}; see stage.log"), error)
        return Status.FAILED

    def _fail(self, error: CuegraphError, cause: BaseException | None = None) -> None:
        origin = cause or error
        _log.error("%s: %s", error.code, error, exc_info=origin)
        self._blame(error, origin)

    def _blame(self, error: CuegraphError, origin: BaseException) -> None:
        kind = f"{type(origin).__module__}.{type(origin).__qualname__}"
        self._found.errors.append(Notice(error.code, self._writable(str(error)), now(), kind))

    def _reuse(self) -> Status | None:
        """Takes over the outputs of an equal action, if there was one."""
        if not (self.request.use_cache and self.stage.repeatable):
            return None
        hit = commits.recall(self.node.store, self.action.key, self.request.cache_scope)
        if hit is None:
            return None
        original, self._found.reused = hit
        self._found.outputs, self._found.intermediates = original.outputs, original.intermediates
        self._found.warnings.extend(original.warnings)
        _log.info("reuses %s, which did the same with the same", self._found.reused.uri)
        return Status.REUSED

    def _work(self, progress: Progress) -> Status:
        with self.clock.count("fetch"):
            inputs = self._fetch(progress)
        before = _fingerprints(inputs)
        run = self._run(inputs, progress)
        progress.check()
        try:
            with self.clock.count("run"), self.node.engines.lease() as self._leased:
                self.stage.run(run)
        except BaseException:
            self._keep_scratch(run)
            self._keep_evidence(run)
            raise
        finally:
            self._found.media_seconds = progress.done_seconds
        self._keep_scratch(run)
        self._keep_intermediates(run)
        if _fingerprints(inputs) != before:
            raise InputModified(f"{self.stage.name} changed one of its inputs; inputs are for reading only")
        self._keep_outputs(run)
        return Status.SUCCEEDED

    def _run(self, inputs: dict[str, list[Path]], progress: Progress) -> Run[Any]:
        with self.clock.count("run"), self.clock.count("load"):
            models = {model.name: self.node.models.path(model.name) for model in self.action.models}
        return Run(
            self.stage,
            self.action.settings,
            inputs=inputs,
            folder=self._subfolder("outputs"),
            progress=progress,
            warn=self._warn,
            models=models,
            engine=self._engine,
            answers=self._answers(),
        )

    def _answers(self) -> Answers:
        given = self.request
        return Answers(self.node.store, self.node.redactor, ask_again=not given.use_cache, scope=given.cache_scope)

    def _engine(self, load: Any, *arguments: object) -> Any:
        with self.clock.count("load"):
            return self._leased(load, *arguments)

    def _subfolder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True)
        return folder

    def _fetch(self, progress: Progress) -> dict[str, list[Path]]:
        """Brings the inputs. Their names say nothing, as names are no part of the action."""
        folder = self._subfolder("inputs")
        files: dict[str, list[Path]] = {}
        for given in self.action.inputs:
            progress.check()
            paths = files.setdefault(given.role, [])
            paths.append(folder / f"{given.role}.{len(paths)}")
            blobs.fetch(self.node.store, given.artifact, paths[-1])
        return files

    def _keep_outputs(self, run: Run[Any]) -> None:
        missing = [o.file_name for o in run.outputs if not o.path.is_file()]
        written = {o.role for o in run.outputs}
        missing += [o.role for o in self.stage.outputs if o.role not in written and not o.optional]
        if missing:
            raise OutputMissing(f"{self.stage.name} ended without writing {', '.join(missing)}")
        self._found.outputs = tuple(
            OutputRecord(o.role, o.file_name, self._keep(o.path, o.media_type), o.attributes) for o in run.outputs
        )

    def _keep_scratch(self, run: Run[Any]) -> None:
        """Who debugs a stage wants to see what it wrote on the way; that this cannot be kept fails no run."""
        if self.request.debug:
            for fault in keep_scratch(self._folder / "scratch", run, self._writable):
                self._warn("EVIDENCE_LOST", fault)

    def _keep_evidence(self, run: Run[Any]) -> None:
        """Keeps the intermediates of a run that went badly; that they cannot be kept must not hide why it did."""
        try:
            self._keep_intermediates(run)
        except (CuegraphError, OSError) as error:
            self._warn("EVIDENCE_LOST", f"the intermediates of the run could not be kept: {error}")

    def _keep_intermediates(self, run: Run[Any]) -> None:
        kept = [
            IntermediateRecord(i.file_name, self._keep(i.path, i.media_type), retained=True, reason=i.reason)
            for i in run.intermediates
            if i.path.is_file()
        ]
        self._found.intermediates = (*kept, *self._undeclared(run))

    def _undeclared(self, run: Run[Any]) -> Iterator[IntermediateRecord]:
        folder = self._folder / "outputs"
        declared = {known.path for known in (*run.outputs, *run.intermediates)}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path not in declared:
                name = self._writable(str(path.relative_to(folder)))
                self._warn("UNDECLARED_FILE", f"{self.stage.name} left {name} behind without declaring it")
                yield IntermediateRecord(name, _described(path), retained=False, reason=UNDECLARED)

    def _keep(self, path: Path, media_type: str) -> Artifact:
        with self.clock.count("store"):
            artifact = blobs.add_file(self.node.store, path, media_type)
        self.kept[artifact.digest] = path
        return artifact

    def _manifest(
        self, number: int, unfinished: tuple[int, ...], status: Status, meter: Meter, log: LogRecord
    ) -> Manifest:
        step = self.request.step
        return Manifest(
            job=step.job,
            stage=step.stage,
            stage_version=self.stage.version,
            number=step.number,
            shard=step.shard,
            attempt=number,
            status=status,
            action_key=self.action.key,
            times=self.clock.times(self.request.requested),
            inputs=tuple(InputRecord(i.role, i.artifact, i.origin) for i in self.action.inputs),
            outputs=self._found.outputs if status in (Status.SUCCEEDED, Status.REUSED) else (),
            intermediates=self._found.intermediates,
            settings=self.node.redacted(self.action.setting_records),
            models=self.action.models,
            code=self.node.code,
            host=host(self.stage.libraries, self.node.pod),
            resources=meter.read(),
            throughput=self.clock.throughput(self._found.media_seconds),
            warnings=tuple(self._found.warnings),
            errors=tuple(self._found.errors),
            logs=(log,),
            reused=self._found.reused,
            skip_reason=self._found.skip_reason,
            unfinished_attempts=unfinished,
            trace_id=self.request.trace_id,
        )


def _described(path: Path) -> Artifact:
    """A file that is not kept: what it was, without its bytes."""
    return Artifact("", digest_file(path), path.stat().st_size, "application/octet-stream")


def _fingerprints(inputs: dict[str, list[Path]]) -> list[tuple[int, int] | None]:
    """Size and time of last change of every input, None if it is gone: enough to notice that a stage wrote to one."""
    return [_fingerprint(path) for paths in inputs.values() for path in paths]


def _fingerprint(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns
