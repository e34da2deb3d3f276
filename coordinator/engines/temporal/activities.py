"""The activities: what a coordinator does for the workflow of a round, each in a thread, with signs of life."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from services.runtime.active_runs import in_thread
from services.runtime.errors import CuegraphError
from services.runtime.manifest import now
from services.runtime.node import Node

from ... import heartbeat, planner
from ...jobs import Jobs, Outcome
from ...observer import Observers
from ...records import JobRecord, PlannedStep
from ..ends import close, judge, trace
from ..spans import trace_of
from ..steps import Steps, StepTry
from .audience import Audience
from .messages import BEGIN, FINISH, RUN_STEP, WATCH, Begun, RoundAsked, RoundEnd, StepAsked, StepReport

T = TypeVar("T")

_log = logging.getLogger(__name__)

BEAT_SECONDS = 0.4
"""Between two signs of life, which also bring word that something is called off."""


class Activities:
    """What one coordinator can do."""

    def __init__(self, jobs: Jobs, steps: Steps, audience: Audience, node: Node) -> None:
        self._jobs, self._steps, self._audience, self._node = jobs, steps, audience, node
        self.stopping = threading.Event()
        """Set when the coordinator takes no more work: others are to watch over the jobs."""
        self.hands_back = threading.Event()
        """Set when it can wait no longer for what it does: others are to do it."""

    @activity.defn(name=BEGIN)
    async def begin(self, asked: RoundAsked) -> Begun:
        """What is known of the job."""
        return await self._alive(BEGIN, lambda: self._begin(asked))

    @activity.defn(name=WATCH)
    async def watch(self, asked: RoundAsked) -> None:
        """Says in the store that the job is driven, and ends when it is called off there."""
        work = _Work()
        try:
            await self._alive(WATCH, lambda: self._watch(asked, work), work, self.stopping)
        finally:
            work.cancelled.set()

    @activity.defn(name=RUN_STEP)
    async def run_step(self, asked: StepAsked) -> StepReport:
        """Tries a step."""
        work = _StepWork()
        return await self._alive(RUN_STEP, lambda: self._run_step(asked, work), work)

    @activity.defn(name=FINISH)
    async def finish(self, end: RoundEnd) -> Outcome:
        """Judges what was made and writes down how the round ended."""
        return await self._alive(FINISH, lambda: self._finish(end))

    def _begin(self, asked: RoundAsked) -> Begun:
        job = self._jobs.get(asked.job)
        return Begun(job.plan, tuple(self._jobs.commits(job)), self._jobs.outcome(asked.job))

    def _watch(self, asked: RoundAsked, work: _Work) -> None:
        with heartbeat.beating(self._jobs.store, asked.job):
            while not work.cancelled.wait(BEAT_SECONDS):
                if self._jobs.is_cancelled(asked.job, asked.number):
                    return

    def _run_step(self, asked: StepAsked, work: _StepWork) -> StepReport:
        job = self._jobs.get(asked.job)
        trace_id = trace_of(job, asked.number)
        wanted = StepTry(job, asked.step, self._commits_for(job, asked.step), trace_id, asked.tries)
        with self._audience.of(job.job) as heard:
            end = self._steps.attempt(wanted, Observers(heard.all, work), work.cancelled)
            heard.log.save()
        return StepReport(end.committed is not None, end.errors, end.pause_seconds)

    def _commits_for(self, job: JobRecord, step: PlannedStep) -> planner.Commits:
        wanted = set(planner.producers(step))
        return self._jobs.commits(job, [it for it in job.plan if it.place in wanted])

    def _finish(self, end: RoundEnd) -> Outcome:
        job, outcome = self._jobs.get(end.job), Outcome(end.state, now(), end.errors)
        with self._audience.of(job.job) as heard:
            judge(self._jobs, job, end.number, self._jobs.commits(job, end.done), heard.all)
            heard.log.job_finished(job, outcome)
            heard.log.save()
        close(self._jobs, job, end.number, outcome)
        trace(self._jobs, job, end.number, outcome, self._node.telemetry)
        return outcome

    async def _alive(
        self,
        name: str,
        function: Callable[[], T],
        work: _Work | None = None,
        handed_back: threading.Event | None = None,
    ) -> T:
        """Calls the function in a thread, gives signs of life meanwhile, and relays that the workflow calls it off.

        When this coordinator cannot or may no longer do it, the thread is left to itself: what it commits counts, and
        a stage elsewhere goes on for whoever asks next.
        """
        work, handed_back = work or _Work(), handed_back or self.hands_back
        working = in_thread(name, function)
        while not working.done():
            try:
                await asyncio.wait({working}, timeout=BEAT_SECONDS)
            except asyncio.CancelledError:
                if not _is_called_off():
                    raise
                work.cancelled.set()
            if handed_back.is_set() and not working.done():
                category = ApplicationErrorCategory.BENIGN
                raise ApplicationError("the coordinator stops; another goes on", type="STOPPED", category=category)
            activity.heartbeat(*work.how_far)
        return self._result(working)

    def _result(self, working: asyncio.Future[T]) -> T:
        """What came of it. Raises ApplicationError, which has no secrets: it stays in Temporal's history."""
        try:
            return working.result()
        except CuegraphError as error:
            message = self._node.redactor.text(str(error))
            raise ApplicationError(message, type=error.code, non_retryable=not error.retryable) from None
        except Exception as error:  # noqa: BLE001  as above, whatever it is
            _log.exception("a fault of the coordinator's own")
            message = self._node.redactor.text(
                f"{type(error).__name__}: {error}; please report it with the coordinator's log"
            )
            raise ApplicationError(message, type="INTERNAL", non_retryable=True) from None


def _is_called_off() -> bool:
    """Whether the workflow wants it to end, and not the server that has given it away, or the end of this process."""
    details = activity.cancellation_details()
    return details is not None and details.cancel_requested


class _Work:
    """What goes on in a thread."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.how_far: tuple[float, ...] = ()
        """Seconds of media done and, if it is known, of how many."""


class _StepWork(_Work, Observers):
    """A step at work."""

    def __init__(self) -> None:
        _Work.__init__(self)
        Observers.__init__(self)

    def step_progress(self, _: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        self.how_far = (done_seconds,) if total_seconds is None else (done_seconds, total_seconds)
