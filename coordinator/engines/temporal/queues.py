"""The queues that a coordinator serves: rounds of jobs, and each stage's steps, as many at once as its pool takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import FixedSizeSlotSupplier, Worker, WorkerTuner

from ..engine import Pools
from .activities import BEAT_SECONDS, Activities
from .messages import JOBS_QUEUE, stage_queue
from .slots import PoolSlots
from .workflow import JobRound

MOST_JOBS = 1_000
"""How many rounds a coordinator watches over at once."""
_STICKY = timedelta(seconds=3)
"""How long a workflow waits for the coordinator that knows it already before any other may go on with it."""
_UNTIL_HANDED_BACK = timedelta(days=1)
"""Activities decide by themselves when they are handed back."""


class Queues:
    """What one coordinator takes out of Temporal's task queues."""

    def __init__(self, client: Client, activities: Activities, pools: Pools, stages: Collection[str]) -> None:
        self._client, self._activities, self._pools, self._stages = client, activities, pools, stages
        self._workers: list[Worker] = []

    async def serve(self) -> None:
        """Takes work until it is shut down. Raises RuntimeError if Temporal refuses it for good."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._jobs().run())
            for stage in self._stages:
                group.create_task(self._serve_stage(stage))

    async def shut_down(self) -> None:
        """Takes no more work, and returns when that under way has ended."""
        await asyncio.gather(*(worker.shutdown() for worker in self._workers))

    def _jobs(self) -> Worker:
        does = self._activities
        return self._worker(
            JOBS_QUEUE,
            [does.begin, does.watch, does.run_step, does.finish],
            workflows=[JobRound],
            max_concurrent_activities=MOST_JOBS,
            sticky_queue_schedule_to_start_timeout=_STICKY,
        )

    async def _serve_stage(self, stage: str) -> None:
        slots = PoolSlots(stage, lambda: self._pools.client(stage).describe().capacity)
        following = asyncio.create_task(slots.follow())
        try:
            await self._worker(stage_queue(stage), [self._activities.run_step], tuner=_tuner(slots)).run()
        finally:
            following.cancel()

    def _worker(self, queue: str, activities: list[Callable[..., Any]], **more: Any) -> Worker:
        worker = Worker(
            self._client,
            task_queue=queue,
            activities=activities,
            max_heartbeat_throttle_interval=timedelta(seconds=BEAT_SECONDS),  # word of a cancellation comes with these
            graceful_shutdown_timeout=_UNTIL_HANDED_BACK,
            **more,
        )
        self._workers.append(worker)
        return worker


def _tuner(steps: PoolSlots) -> WorkerTuner:
    unused = FixedSizeSlotSupplier(1)
    return WorkerTuner.create_composite(
        workflow_supplier=unused, activity_supplier=steps, local_activity_supplier=unused, nexus_supplier=unused
    )
