"""One try at a step: how it is requested, judged and told, whatever engine asks for it."""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass, replace

from services.runtime.errors import Cancelled, CuegraphError, StageBusy, StageUnavailable
from services.runtime.manifest import Manifest, Notice, Status, from_json, now
from services.runtime.node import Node
from services.runtime.registry import load_stage
from services.runtime.request import Observer, StageRequest, StageResult
from services.runtime.skipping import skip
from services.runtime.store import blobs
from services.runtime.store.base import Store
from services.runtime.store.keys import UNSHARDED, Step

from .. import planner, waiting
from ..observer import JobObserver
from ..pipeline_log import log_record
from ..records import JobRecord, PlannedStep
from ..turns import scope_of
from . import spans
from .engine import Pools

ATTEMPTS = 3
"""How often a step is tried whose error says that it may be retried."""
BACKOFF_SECONDS = 1.0
"""Before the second try; doubled, with jitter, before each later one."""


@dataclass(frozen=True)
class StepTry:
    """A try at a step of a job."""

    job: JobRecord
    step: PlannedStep
    commits: planner.Commits
    """Those of the step's producers, at the least."""
    trace_id: str
    tries: int = 0
    """How often it was tried before in this round."""


@dataclass(frozen=True)
class StepEnd:
    """What came of a try."""

    committed: planner.Committed | None = None
    """None if the step is not done."""
    errors: tuple[Notice, ...] = ()
    """Why it is not; nothing in them is secret."""
    pause_seconds: float | None = None
    """How long to wait before the next try; None if there is to be none."""


class Steps:
    """Does steps of jobs."""

    def __init__(self, pools: Pools, node: Node) -> None:
        self._pools, self._node = pools, node

    def attempt(self, wanted: StepTry, observer: JobObserver, cancelled: threading.Event) -> StepEnd:
        """Does a step, or says why it could not be done. Setting `cancelled` calls it off."""
        began = time.time()
        end = self._attempt(wanted, observer, cancelled)
        place, lasted = wanted.step.of(wanted.job.job), (began, time.time())
        self._node.telemetry.trace(lambda: [spans.of_try(wanted.trace_id, place, wanted.tries, lasted, end.errors)])
        return end

    def _attempt(self, wanted: StepTry, observer: JobObserver, cancelled: threading.Event) -> StepEnd:
        if wanted.tries == 0:
            observer.step_started(wanted.step)
        try:
            result = self._result(wanted, observer, cancelled)
            manifest = from_json(blobs.read(self._node.store, result.manifest))
        except CuegraphError as error:
            return self._failed(wanted, observer, error)
        except Exception as error:  # noqa: BLE001  a fault of ours ends the job with a word, not as if nobody had driven it
            kind = f"{type(error).__name__}: {error}"
            fault = CuegraphError(f"{wanted.step.stage} could not be driven: {kind}; please report it with this log")
            return self._failed(wanted, observer, fault, error)
        return self._judged(wanted, observer, planner.Committed(manifest, result.manifest), cancelled)

    def _judged(
        self, wanted: StepTry, observer: JobObserver, made: planner.Committed, cancelled: threading.Event
    ) -> StepEnd:
        """What a run that left a manifest comes to."""
        problem = _passing_problem(made.manifest, cancelled)
        pause = _pause(wanted, problem, observer) if problem else None
        if pause is None:
            observer.step_finished(wanted.step, made.manifest)
        if made.manifest.status.is_done:
            return StepEnd(made)
        errors = tuple(self._writable(wanted.step, error) for error in made.manifest.errors)
        return StepEnd(errors=errors, pause_seconds=pause)

    def _failed(
        self, wanted: StepTry, observer: JobObserver, error: CuegraphError, unforeseen: Exception | None = None
    ) -> StepEnd:
        """What a run that could not be begun, or whose end could not be learned, comes to."""
        pause = _pause(wanted, error, observer) if error.retryable else None
        if pause is None:
            observer.step_log(wanted.step, log_record(logging.ERROR, f"{error.code}: {error}", unforeseen))
        notice = Notice(error.code, str(error), now(), type(unforeseen or error).__name__)
        return StepEnd(errors=(self._writable(wanted.step, notice),), pause_seconds=pause)

    def _writable(self, step: PlannedStep, error: Notice) -> Notice:
        """The error without secrets, which names its shard if there is one: other shards may have gone well."""
        message = self._node.redactor.text(error.message)
        return replace(error, message=message if step.shard == UNSHARDED else f"{step.title}: {message}")

    def _result(self, wanted: StepTry, observer: JobObserver, cancelled: threading.Event) -> StageResult:
        """Runs the step, unless there is a reason to skip it. Raises CuegraphError."""
        hears = _StepObserver(wanted.step.of(wanted.job.job), wanted.step, observer, self._node.store)
        reason = planner.skip_reason(wanted.step, wanted.commits)
        if reason:
            return skip(load_stage(wanted.step.stage), reason, self._request(wanted), self._node, hears)
        return self._run(wanted, observer, hears, cancelled)

    def _run(self, wanted: StepTry, observer: JobObserver, hears: Observer, cancelled: threading.Event) -> StageResult:
        """Runs the step once its stage takes it: a busy stage has not failed. Raises CuegraphError."""
        client = self._pools.client(wanted.step.stage)
        while True:
            try:
                # A new request each time: an equal one would be answered with the end of the last try.
                return client.run(self._request(wanted), hears, cancelled)
            except StageBusy as busy:
                if cancelled.wait(_tell_pause(wanted.step, busy, 0, observer)):
                    raise Cancelled(f"{wanted.step.title} was called off before its turn came") from busy

    def _request(self, wanted: StepTry) -> StageRequest:
        """What is asked of the stage, as part of the span of this try if there is to be one."""
        asked = _request(wanted)
        if self._node.telemetry.spans is None:
            return asked
        return replace(asked, parent_span_id=spans.id_of_try(wanted.trace_id, asked.step, wanted.tries))


def _passing_problem(manifest: Manifest, cancelled: threading.Event) -> CuegraphError | None:
    """What went wrong in a run and may go well the next time."""
    if manifest.status is Status.CANCELLED and not cancelled.is_set():
        return StageUnavailable("the stage was stopped in the midst of the run")
    if manifest.status is not Status.FAILED:
        return None
    errors = [CuegraphError.from_code(error.code, error.message) for error in manifest.errors]
    return next((error for error in errors if error.retryable), None)


def _pause(wanted: StepTry, problem: CuegraphError, observer: JobObserver) -> float | None:
    """Seconds before the next try; None if this was the last."""
    if wanted.tries + 1 >= ATTEMPTS:
        return None
    return _tell_pause(wanted.step, problem, wanted.tries, observer)


def _tell_pause(step: PlannedStep, problem: CuegraphError, tries: int, observer: JobObserver) -> float:
    seconds: float = BACKOFF_SECONDS * 2**tries * random.uniform(0.5, 1.5)  # noqa: S311  jitter, no secret
    message = f"{problem.code}: {problem}; trying again in {seconds:.1f} s"
    observer.step_log(step, log_record(logging.WARNING, message))
    return seconds


def _request(wanted: StepTry) -> StageRequest:
    job, step = wanted.job, wanted.step
    return StageRequest(
        step=step.of(job.job),
        inputs=planner.inputs_of(job, step, wanted.commits),
        settings=planner.settings_of(job, step),
        use_cache=step.stage not in job.anew,
        debug=job.debug,
        trace_id=wanted.trace_id,
        cache_scope=scope_of(job.tenant),
    )


class _StepObserver:
    """Tells those who watch the job what one of its steps reports."""

    def __init__(self, place: Step, step: PlannedStep, observer: JobObserver, store: Store) -> None:
        self._place, self._step = place, step
        self._observer, self._store = observer, store

    def waiting(self, reason: str) -> None:
        """See HearsOfWaiting: those hear it who watch the job, and those who look it up."""
        if reason:
            waiting.note(self._store, self._place, reason)
        self._observer.step_waiting(self._step, reason)

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        self._observer.step_progress(self._step, done_seconds, total_seconds)

    def log(self, record: logging.LogRecord) -> None:
        self._observer.step_log(self._step, record)
