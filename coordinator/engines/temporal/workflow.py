"""The workflow of a round: asks the planner which steps may begin and has each done as an activity. Deterministic."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from services.runtime.manifest import Notice

    from ...jobs import Outcome
    from ...records import PlannedStep
    from ..rounds import Round
    from .messages import (
        BEGIN,
        FINISH,
        JOBS_QUEUE,
        RUN_STEP,
        WATCH,
        WORKFLOW,
        Begun,
        RoundAsked,
        RoundEnd,
        StepAsked,
        StepReport,
        stage_queue,
    )

T = TypeVar("T")

_LONGEST = timedelta(days=30)
"""No step takes longer. One whose coordinator is gone is noticed by its silence, long before."""
_UNTIL_DONE = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=1.0)
"""For what was lost with its coordinator, which is no fault of the job. What failed says so itself, and how often.

Several may be lost in a row without anything being wrong: a frozen coordinator still holds what it had asked for.
"""


@workflow.defn(name=WORKFLOW)
class JobRound:
    """One round of driving one job. Knows of commits only what activities tell: that they are there."""

    def __init__(self) -> None:
        self._heartbeat = timedelta()
        self._is_called_off = False
        self._under_way: dict[asyncio.Task[StepReport], PlannedStep] = {}

    @workflow.run
    async def run(self, asked: RoundAsked) -> Outcome:
        """Returns how the round ended. Cancelling the workflow calls the job off, which is an end like others."""
        self._heartbeat = timedelta(seconds=asked.heartbeat_seconds)
        driving = asyncio.create_task(self._drive(asked))
        while True:
            try:
                return await asyncio.shield(driving)
            except asyncio.CancelledError:
                if driving.done():  # all of it is cancelled when a coordinator forgets a round that others go on with
                    raise
                self._call_off()

    async def _drive(self, asked: RoundAsked) -> Outcome:
        begun = await self._do(BEGIN, asked, Begun)
        if begun.ended is not None:
            return begun.ended
        watching = asyncio.create_task(self._watch(asked))
        kept = Round(begun, asked.number, begun.done)
        await self._run_steps(asked, kept)
        state = kept.state(is_called_off=self._is_called_off)
        outcome = await self._do(FINISH, RoundEnd(asked.job, asked.number, state, kept.done, kept.errors), Outcome)
        watching.cancel()
        await watching
        return outcome

    async def _watch(self, asked: RoundAsked) -> None:
        """Has a coordinator say that the job is driven, and look whether it is called off."""
        try:
            await self._do(WATCH, asked, type(None))
        except ActivityError as error:
            # At the end of the round as a rule, which its coordinator may not live to see. It decides nothing then.
            if not is_cancelled_exception(error):
                workflow.logger.warning("nobody watched over the end of the round: %s", error.cause)
        else:
            self._call_off()

    def _call_off(self) -> None:
        self._is_called_off = True
        for task in self._under_way:
            task.cancel()

    async def _run_steps(self, asked: RoundAsked, kept: Round) -> None:
        while True:
            for step in () if self._is_called_off else kept.begin():
                task = asyncio.create_task(self._run_step(StepAsked(asked.job, asked.number, step)))
                self._under_way[task] = step
            if not self._under_way:
                return
            done, _ = await workflow.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                report = task.result()
                kept.end(self._under_way.pop(task), is_done=report.is_done, errors=report.errors)

    async def _run_step(self, asked: StepAsked) -> StepReport:
        """Has a step tried until it is done, or no try is left, or the job is called off."""
        report = StepReport()
        try:
            while True:
                report = await self._do(RUN_STEP, asked, StepReport, _queue(asked.step))
                if report.pause_seconds is None:
                    return report
                await asyncio.sleep(report.pause_seconds)
                asked = replace(asked, tries=asked.tries + 1)
        except asyncio.CancelledError:
            return report  # while it waited for its next try
        except ActivityError as error:
            # Called off before a coordinator took it, or a fault that nobody foresaw.
            return StepReport() if is_cancelled_exception(error) else StepReport(errors=(_notice(error),))

    async def _do(self, activity: str, argument: Any, result: type[T], queue: str = JOBS_QUEUE) -> T:
        """Has an activity done by whichever coordinator takes it; one that is lost on the way is done again."""
        done: T = await workflow.execute_activity(
            activity,
            argument,
            result_type=result,
            task_queue=queue,
            start_to_close_timeout=_LONGEST,
            heartbeat_timeout=self._heartbeat,
            retry_policy=_UNTIL_DONE,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        return done


def _queue(step: PlannedStep) -> str:
    """A step that is skipped whatever comes needs no stage, and must not wait for one."""
    return JOBS_QUEUE if step.skip else stage_queue(step.stage)


def _notice(error: ActivityError) -> Notice:
    cause = error.cause
    code = cause.type if isinstance(cause, ApplicationError) and cause.type else "INTERNAL"
    return Notice(code, str(cause), workflow.now(), type(cause).__name__)
