"""The local engine: drives a job with threads of this process, and goes on where another left off."""

from __future__ import annotations

import logging
import random
import threading
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Protocol

from services.runtime.errors import CuegraphError, StageBusy, StageUnavailable
from services.runtime.manifest import Notice, Status, from_json, now
from services.runtime.node import Node
from services.runtime.registry import load_stage
from services.runtime.request import Observer, StageClient, StageRequest, StageResult
from services.runtime.skipping import skip
from services.runtime.store import blobs
from services.runtime.store.keys import UNSHARDED

from .. import heartbeat, planner
from ..jobs import Jobs, JobState, Outcome
from ..observer import JobObserver, Observers
from ..pipeline_log import PipelineLog, log_record
from ..quality.gate import judge_job
from ..records import JobRecord, PlannedStep

ATTEMPTS = 3
"""How often a step is tried whose error says that it may be retried."""
BACKOFF_SECONDS = 1.0
"""Before the second try; doubled, with jitter, before each later one."""
_POLL_SECONDS = 0.5
"""How often the store is asked whether the job was called off."""


class Pools(Protocol):
    """Where the stages are."""

    def client(self, stage: str) -> StageClient:
        """Raises UnknownName for a stage nobody knows."""


class LocalEngine:
    """Drives jobs, one call each, in the caller's thread and some of its own."""

    def __init__(self, jobs: Jobs, pools: Pools, node: Node) -> None:
        self._jobs = jobs
        self._pools = pools
        self._node = node

    def drive(self, job_id: str, observer: JobObserver, cancelled: threading.Event | None = None) -> Outcome:
        """Does what is left of a job and says how it ended. Setting `cancelled` calls it off.

        Raises UnknownName for a job that is not there and StoreError if the store is lost for good.
        """
        job = self._jobs.get(job_id)
        log = PipelineLog(self._jobs.store, job_id, self._node.redactor)
        heard = Observers(log, observer)
        heard.job_started(job)
        with heartbeat.beating(self._jobs.store, job_id):
            round_number = self._jobs.round(job_id)
            called_off = cancelled or threading.Event()
            drive = _Drive(job, round_number, self._jobs, self._pools, self._node, heard, log, called_off)
            outcome = self._redacted(drive.run())
            self._judge(drive, heard)
            heard.job_finished(job, outcome)
            log.save()
            if outcome.state is JobState.SUCCEEDED:
                self._jobs.seal(job)
            self._jobs.end(job_id, round_number, outcome)
        return outcome

    def _judge(self, drive: _Drive, heard: Observers) -> None:
        """Says whether what was made is fit for use. That it cannot be judged is told, and ends no job."""
        try:
            quality = judge_job(self._jobs.store, drive.commits)
        except CuegraphError as error:
            heard.step_log(None, log_record(logging.WARNING, f"the quality cannot be judged: {error.code}: {error}"))
            return
        if not quality.measures and not quality.reasons:
            return  # nothing was made that could be judged
        self._jobs.keep_quality(drive.job.job, drive.round, quality)
        level = logging.INFO if quality.verdict == "good" else logging.WARNING
        heard.step_log(None, log_record(level, f"quality: {quality.verdict}"))
        for reason in quality.reasons:
            heard.step_log(None, log_record(level, f"quality: {reason.code} of {reason.track}: {reason.message}"))

    def _redacted(self, outcome: Outcome) -> Outcome:
        errors = (replace(error, message=self._node.redactor.text(error.message)) for error in outcome.errors)
        return replace(outcome, errors=tuple(errors))


class _Drive:
    """One round of driving one job."""

    def __init__(  # noqa: PLR0913, PLR0917  made in one place
        self,
        job: JobRecord,
        round_number: int,
        jobs: Jobs,
        pools: Pools,
        node: Node,
        observer: JobObserver,
        log: PipelineLog,
        cancelled: threading.Event,
    ) -> None:
        self.job, self._jobs, self._pools, self._node = job, jobs, pools, node
        self._observer, self._log, self._cancelled = observer, log, cancelled
        self.round = round_number
        self._trace_id = uuid.uuid4().hex
        self.commits: planner.Commits = jobs.commits(job)
        self._under_way: dict[Future[planner.Committed | None], PlannedStep] = {}
        self._failed: list[PlannedStep] = []
        self._errors: list[Notice] = []

    def run(self) -> Outcome:
        for step, committed in self.commits.items():
            self._observer.step_finished(step, committed.manifest)
        with ThreadPoolExecutor(max_workers=len(self.job.plan), thread_name_prefix="step") as threads:
            while self._start_ready(threads) or self._under_way:
                self._await_one()
        if planner.is_done(self.job, self.commits):
            return Outcome(JobState.SUCCEEDED, now())
        state = JobState.CANCELLED if self._cancelled.is_set() else JobState.FAILED
        return Outcome(state, now(), tuple(self._errors))

    def _start_ready(self, threads: ThreadPoolExecutor) -> bool:
        """Starts what may run now; nothing more once the job was called off or a step failed that has no shards."""
        if self._cancelled.is_set() or any(step.shard == UNSHARDED for step in self._failed):
            return False
        steps = planner.ready(self.job, self.commits, self._under_way.values(), self._failed)
        if not steps and not self._under_way:
            steps = planner.partly_ready(self.job, self.commits, self._failed, self.round)
        for step in steps:
            self._under_way[threads.submit(self._run_step, step)] = step
        return bool(steps)

    def _await_one(self) -> None:
        """Waits for a step to end, looking now and then whether the job was called off."""
        done, _ = wait(self._under_way, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            step, committed = self._under_way.pop(future), future.result()
            if committed is None:
                self._failed.append(step)
            else:
                # A new table: the threads of other steps may be reading the old one.
                self.commits = {**self.commits, step: committed}
        if not self._cancelled.is_set() and self._jobs.is_cancelled(self.job.job, self.round):
            self._cancelled.set()

    def _run_step(self, step: PlannedStep) -> planner.Committed | None:
        """Does a step, or keeps why it could not be done."""
        self._observer.step_started(step)
        try:
            result = self._result(step)
            manifest = from_json(blobs.read(self._jobs.store, result.manifest))
        except CuegraphError as error:
            self._fail(step, error)
            return None
        except Exception as error:  # noqa: BLE001  a fault of ours ends the job with a word, not as if nobody had driven it
            fault = f"{step.stage} could not be driven: {type(error).__name__}: {error}; please report it with this log"
            self._fail(step, CuegraphError(fault), error)
            return None
        if not result.status.is_done:
            self._errors.extend(_of_shard(step, error) for error in manifest.errors)
        self._observer.step_finished(step, manifest)
        self._log.save()
        return planner.Committed(manifest, result.manifest) if result.status.is_done else None

    def _fail(self, step: PlannedStep, error: CuegraphError, unforeseen: Exception | None = None) -> None:
        self._observer.step_log(step, log_record(logging.ERROR, f"{error.code}: {error}", unforeseen))
        notice = Notice(error.code, str(error), now(), type(unforeseen or error).__name__)
        self._errors.append(_of_shard(step, notice))

    def _result(self, step: PlannedStep) -> StageResult:
        """Runs the step, unless there is a reason to skip it. Raises CuegraphError."""
        observer, reason = _StepObserver(step, self._observer), planner.skip_reason(step, self.commits)
        if reason:
            return skip(load_stage(step.stage), reason, self._request(step), self._node, observer)
        return self._run(step, observer)

    def _run(self, step: PlannedStep, observer: Observer) -> StageResult:
        """Runs the step, again if its error says that this may help. Raises CuegraphError."""
        client = self._pools.client(step.stage)
        tries = 0
        while True:
            try:
                # A new request each time: an equal one would be answered with the end of the last try.
                result = client.run(self._request(step), observer, self._cancelled)
                problem = self._retryable_error(result)
                if problem is None:
                    return result
            except CuegraphError as error:
                if not error.retryable:
                    raise
                problem, result = error, None
            # A busy stage has not failed: the step waits for its turn.
            tries += not isinstance(problem, StageBusy)
            if tries == ATTEMPTS or self._paused(step, problem, tries):
                if result is None:
                    raise problem
                return result

    def _paused(self, step: PlannedStep, problem: CuegraphError, tries: int) -> bool:
        """Waits before the next try; True if the job was called off meanwhile."""
        seconds = BACKOFF_SECONDS * 2 ** max(0, tries - 1) * random.uniform(0.5, 1.5)  # noqa: S311  jitter, no secret
        message = f"{problem.code}: {problem}; trying again in {seconds:.1f} s"
        self._observer.step_log(step, log_record(logging.WARNING, message))
        return self._cancelled.wait(seconds)

    def _retryable_error(self, result: StageResult) -> CuegraphError | None:
        if result.status is Status.CANCELLED and not self._cancelled.is_set():
            return StageUnavailable("the stage was stopped in the midst of the run")
        if result.status is not Status.FAILED:
            return None
        manifest = from_json(blobs.read(self._jobs.store, result.manifest))
        errors = [CuegraphError.from_code(error.code, error.message) for error in manifest.errors]
        return next((error for error in errors if error.retryable), None)

    def _request(self, step: PlannedStep) -> StageRequest:
        return StageRequest(
            step=step.of(self.job.job),
            inputs=planner.inputs_of(self.job, step, self.commits),
            settings=planner.settings_of(self.job, step),
            use_cache=step.stage not in self.job.anew,
            debug=self.job.debug,
            trace_id=self._trace_id,
        )


def _of_shard(step: PlannedStep, error: Notice) -> Notice:
    """The error, which names its shard if there is one: other shards may have gone well."""
    if step.shard == UNSHARDED:
        return error
    return replace(error, message=f"{step.title}: {error.message}")


class _StepObserver:
    """Tells those who watch the job what one of its steps reports."""

    def __init__(self, step: PlannedStep, observer: JobObserver) -> None:
        self._step = step
        self._observer = observer

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        self._observer.step_progress(self._step, done_seconds, total_seconds)

    def log(self, record: logging.LogRecord) -> None:
        self._observer.step_log(self._step, record)
