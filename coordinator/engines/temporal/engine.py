"""The Temporal engine: has rounds of jobs driven by workflows, and does its share of what they ask for."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection, Coroutine
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import Priority, WorkflowIDConflictPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError

from services.runtime.errors import Cancelled, CuegraphError, RemoteError
from services.runtime.node import Node
from services.runtime.registry import STAGES
from services.runtime.settings import TemporalAccess

from ...jobs import Jobs, Outcome
from ...observer import JobObserver
from ...records import JobRecord
from ...turns import Rank
from ..engine import Pools
from ..steps import Steps
from .activities import Activities
from .audience import Audience
from .connection import connect
from .messages import JOBS_QUEUE, WORKFLOW, RoundAsked, workflow_id
from .queues import Queues

T = TypeVar("T")

HEARTBEAT_SECONDS = 15.0
"""After so long without a sign of life what a coordinator was doing is given to another."""
_DECISION_SECONDS = 10.0
"""After so long what a workflow was to decide is given to another coordinator; it takes milliseconds."""
_LOOK_SECONDS = 0.2
"""How often whoever waits for a job looks whether it was called off here."""
_RETRY_SECONDS = 1.0
"""Before Temporal is tried again that could not be reached."""
_FAREWELL_SECONDS = 5.0
"""How long handing back what has not ended may take."""

_log = logging.getLogger(__name__)


class TemporalEngine:
    """One of any number of coordinators on one namespace and one store."""

    def __init__(  # noqa: PLR0913  made in one place
        self,
        jobs: Jobs,
        pools: Pools,
        node: Node,
        access: TemporalAccess,
        *,
        stages: Collection[str] = tuple(STAGES),
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        """`stages` are those whose steps it does."""
        self._jobs, self._pools, self._access, self._stages = jobs, pools, access, stages
        self._heartbeat_seconds = heartbeat_seconds
        self._audience = Audience(jobs.store, node.redactor)
        self._activities = Activities(jobs, Steps(pools, node), self._audience, node)
        self._loop = asyncio.new_event_loop()
        self._client: asyncio.Future[Client] = self._loop.create_future()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="temporal", daemon=True)
        self._queues: Queues | None = None

    def start(self) -> None:
        """Takes work from now on, as soon as Temporal can be reached."""
        self._thread.start()

    def drive(self, job_id: str, observer: JobObserver, cancelled: threading.Event | None = None) -> Outcome:
        """See Engine.drive. The observer hears all of the job, but of its steps only those that are done here.

        The job goes on without whoever waits for it. Raises Cancelled if this coordinator stops before the job has
        ended, RemoteError if Temporal refuses it.
        """
        job = self._jobs.get(job_id)
        asked = RoundAsked(job_id, self._jobs.round(job_id), self._heartbeat_seconds)
        with self._audience.of(job_id, observer) as heard:
            self._tell_what_is_done(job, heard.all)
            priority = _priority(self._jobs.rank(job_id))
            outcome = self._in_loop(self._follow(asked, priority, cancelled or threading.Event()))
            heard.watchers.job_finished(job, outcome)
        return outcome

    def stop(self, grace_seconds: float) -> None:
        """Takes no more work, lets what is under way here end for so long, and hands back what has not."""
        self._stopped.set()
        self._activities.stopping.set()
        if self._thread.is_alive():
            self._in_loop(self._shut_down(grace_seconds))
            self._thread.join(_FAREWELL_SECONDS)

    def _tell_what_is_done(self, job: JobRecord, observer: JobObserver) -> None:
        observer.job_started(job)
        for step, committed in self._jobs.commits(job).items():
            observer.step_finished(step, committed.manifest)

    def _in_loop(self, call: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._serving = self._loop.create_task(self._serve())
        with closing(self._loop), suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._serving)

    async def _serve(self) -> None:
        """Serves the queues, again if Temporal refuses to go on."""
        while True:
            try:
                client = await self._connected()
                self._queues = Queues(client, self._activities, self._pools, self._stages)
                await self._queues.serve()
            except Exception:  # noqa: BLE001  a coordinator that takes no more work would leave every job waiting
                _log.exception("Temporal at %s cannot be worked with", self._access.address)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _connected(self) -> Client:
        while not self._client.done():
            try:
                client = await connect(self._access)
            except (RPCError, RuntimeError) as error:
                _log.warning("Temporal at %s cannot be reached: %s", self._access.address, error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._client.set_result(client)
        return self._client.result()

    async def _shut_down(self, grace_seconds: float) -> None:
        if self._queues is not None:
            leaving = asyncio.ensure_future(self._queues.shut_down())
            await asyncio.wait({leaving}, timeout=grace_seconds)
            self._activities.hands_back.set()
            await asyncio.wait({leaving}, timeout=_FAREWELL_SECONDS)
        self._serving.cancel()

    async def _follow(self, asked: RoundAsked, priority: Priority, cancelled: threading.Event) -> Outcome:
        """Begins the round, or joins it if it is under way, and waits for its end."""
        while True:
            try:
                handle = await self._begun(asked, priority)
                return await self._ended(handle, cancelled)
            except RPCError as error:
                _log.warning("job %s: Temporal does not answer; trying again: %s", asked.job, error)
                await asyncio.sleep(_RETRY_SECONDS)
            except WorkflowFailureError as error:
                raise _own_error(error) from error

    async def _begun(self, asked: RoundAsked, priority: Priority) -> WorkflowHandle[Any, Outcome]:
        client = await asyncio.shield(self._client)
        return await client.start_workflow(
            WORKFLOW,
            asked,
            id=workflow_id(asked.job, asked.number),
            task_queue=JOBS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            result_type=Outcome,
            priority=priority,
            task_timeout=timedelta(seconds=min(_DECISION_SECONDS, asked.heartbeat_seconds)),
            rpc_timeout=timedelta(seconds=10),
        )

    async def _ended(self, handle: WorkflowHandle[Any, Outcome], cancelled: threading.Event) -> Outcome:
        result, is_told = asyncio.ensure_future(handle.result()), False
        try:
            while not result.done():
                await asyncio.wait({result}, timeout=_LOOK_SECONDS)
                if self._stopped.is_set():
                    raise Cancelled("this coordinator stops; the job goes on with any other")
                if cancelled.is_set() and not is_told:
                    await handle.cancel()
                    is_told = True
            return await result
        finally:
            result.cancel()


def _priority(rank: Rank) -> Priority:
    """The job's place in Temporal's queues, which know five priorities, 1 the most urgent. Tenants share alike."""
    return Priority(priority_key=3 - max(-2, min(2, rank.priority)), fairness_key=rank.tenant[:64])


def _own_error(error: WorkflowFailureError) -> CuegraphError:
    """Why a round could not even begin, as the activity that failed said it."""
    cause = error.cause.cause if isinstance(error.cause, ActivityError) else error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return CuegraphError.from_code(cause.type, cause.message)
    return RemoteError(f"Temporal ended the round: {cause}; see the workflow in its web interface")
