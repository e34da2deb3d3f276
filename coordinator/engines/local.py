"""The local engine: drives a job with threads of this process, and goes on where another left off."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from services.runtime.manifest import now
from services.runtime.node import Node

from .. import heartbeat, planner
from ..jobs import Jobs, Outcome
from ..observer import JobObserver, Observers
from ..pipeline_log import PipelineLog
from ..records import JobRecord, PlannedStep
from .ends import close, judge, trace
from .engine import Pools
from .rounds import Round
from .spans import trace_of
from .steps import StepEnd, Steps, StepTry

_POLL_SECONDS = 0.5
"""How often the store is asked whether the job was called off."""


class LocalEngine:
    """Drives jobs, one call each, in the caller's thread and some of its own."""

    def __init__(self, jobs: Jobs, pools: Pools, node: Node) -> None:
        self._jobs = jobs
        self._steps = Steps(pools, node)
        self._redactor, self._telemetry = node.redactor, node.telemetry

    def start(self) -> None:
        """Nothing comes from elsewhere: it works when it is called."""

    def stop(self, grace_seconds: float) -> None:
        """Whoever called it waits for what it does."""

    def drive(self, job_id: str, observer: JobObserver, cancelled: threading.Event | None = None) -> Outcome:
        """See Engine.drive."""
        job = self._jobs.get(job_id)
        log = PipelineLog(self._jobs.store, job_id, self._redactor)
        heard = Observers(log, observer)
        heard.job_started(job)
        with heartbeat.beating(self._jobs.store, job_id):
            number = self._jobs.round(job_id)
            drive = _Drive(job, number, self._jobs, self._steps, heard, log, cancelled or threading.Event())
            outcome = drive.run()
            judge(self._jobs, job, number, drive.commits, heard)
            heard.job_finished(job, outcome)
            log.save()
            close(self._jobs, job, number, outcome)
            trace(self._jobs, job, number, outcome, self._telemetry)
        return outcome


class _Drive:
    """One round of driving one job."""

    def __init__(  # noqa: PLR0913, PLR0917  made in one place
        self,
        job: JobRecord,
        number: int,
        jobs: Jobs,
        steps: Steps,
        observer: JobObserver,
        log: PipelineLog,
        cancelled: threading.Event,
    ) -> None:
        self._job, self._number, self._jobs, self._steps = job, number, jobs, steps
        self._observer, self._log, self._cancelled = observer, log, cancelled
        self._trace_id = trace_of(job, number)
        self.commits: planner.Commits = jobs.commits(job)
        self._round = Round(job, number, self.commits)
        self._under_way: dict[Future[StepEnd], PlannedStep] = {}

    def run(self) -> Outcome:
        for step, committed in self.commits.items():
            self._observer.step_finished(step, committed.manifest)
        with ThreadPoolExecutor(max_workers=len(self._job.plan), thread_name_prefix="step") as threads:
            while self._start_ready(threads) or self._under_way:
                self._await_one()
        return Outcome(self._round.state(is_called_off=self._cancelled.is_set()), now(), self._round.errors)

    def _start_ready(self, threads: ThreadPoolExecutor) -> bool:
        """Starts what may run now; nothing more once the job was called off."""
        steps = [] if self._cancelled.is_set() else self._round.begin()
        for step in steps:
            self._under_way[threads.submit(self._run_step, step)] = step
        return bool(steps)

    def _await_one(self) -> None:
        """Waits for a step to end, looking now and then whether the job was called off."""
        done, _ = wait(self._under_way, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            self._end(self._under_way.pop(future), future.result())
        if not self._cancelled.is_set() and self._jobs.is_cancelled(self._job.job, self._number):
            self._cancelled.set()

    def _end(self, step: PlannedStep, end: StepEnd) -> None:
        if end.committed is not None:
            # A new table: the threads of other steps may be reading the old one.
            self.commits = {**self.commits, step: end.committed}
        self._round.end(step, is_done=end.committed is not None, errors=end.errors)

    def _run_step(self, step: PlannedStep) -> StepEnd:
        """Tries a step until it is done, or no try is left, or the job is called off."""
        tries = 0
        while True:
            wanted = StepTry(self._job, step, self.commits, self._trace_id, tries)
            end = self._steps.attempt(wanted, self._observer, self._cancelled)
            self._log.save()
            if end.pause_seconds is None or self._cancelled.wait(end.pause_seconds):
                return end
            tries += 1
