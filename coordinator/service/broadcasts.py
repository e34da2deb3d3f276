"""Broadcasts: what the jobs that this process drives report, told to those who watch them in the event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

from cuegraph.v1 import job_service_pb2, step_pb2
from services.runtime import wire
from services.runtime.manifest import Manifest

from ..jobs import Outcome
from ..records import JobRecord, PlannedStep

Event = job_service_pb2.WatchJobResponse

UNREAD_EVENTS = 10_000
"""How far a listener may fall behind before it misses the oldest events. The pipeline log has every line."""


class Broadcasts:
    """Who listens to which job, and which steps this process has under way."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._under_way: dict[str, dict[PlannedStep, step_pb2.Progress]] = {}
        self._lock = threading.Lock()

    def observer(self, job_id: str) -> Broadcast:
        """What the engine reports to while it drives the job."""
        return Broadcast(self, job_id)

    def under_way(self, job_id: str) -> dict[PlannedStep, step_pb2.Progress]:
        """The steps of the job that run, as far as this process knows, and how far they have come."""
        with self._lock:
            return dict(self._under_way.get(job_id, {}))

    @contextmanager
    def listener(self, job_id: str) -> Iterator[Listener]:
        """Hears what happens to the job from now on. To be entered in the event loop."""
        listener = Listener()
        with self._lock:
            self._listeners.setdefault(job_id, set()).add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners[job_id].remove(listener)

    def tell(self, job_id: str, event: Event | None = None) -> None:
        """Tells what happened; without an event, that the job is worth looking at."""
        with self._lock:
            for listener in self._listeners.get(job_id, ()):
                listener.tell(event)

    def progressed(self, job_id: str, step: PlannedStep, progress: step_pb2.Progress) -> None:
        with self._lock:
            self._under_way.setdefault(job_id, {})[step] = progress

    def ended(self, job_id: str, step: PlannedStep | None = None) -> None:
        """The step, or all of the job, is no longer under way here."""
        with self._lock:
            if step is None:
                self._under_way.pop(job_id, None)
            else:
                self._under_way.get(job_id, {}).pop(step, None)
        self.tell(job_id)


class Broadcast:
    """Observes one job. Called from the engine's threads."""

    def __init__(self, broadcasts: Broadcasts, job_id: str) -> None:
        self._broadcasts = broadcasts
        self._job_id = job_id

    def job_started(self, job: JobRecord) -> None:  # noqa: ARG002  the form of an observer
        self._broadcasts.tell(self._job_id)

    def step_started(self, step: PlannedStep) -> None:
        self._broadcasts.progressed(self._job_id, step, step_pb2.Progress())
        self._broadcasts.tell(self._job_id)

    def step_waiting(self, step: PlannedStep, reason: str) -> None:  # noqa: ARG002  the store says why
        self._broadcasts.tell(self._job_id)

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        progress = wire.progress_to_proto(done_seconds, total_seconds)
        self._broadcasts.progressed(self._job_id, step, progress)
        event = job_service_pb2.StepProgress(step=wire.step_to_proto(step.of(self._job_id)), progress=progress)
        self._broadcasts.tell(self._job_id, Event(step_progress=event))

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:  # noqa: ARG002  as above
        self._broadcasts.tell(self._job_id, Event(log_line=wire.log_line_to_proto(record)))

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:  # noqa: ARG002  as above
        self._broadcasts.ended(self._job_id, step)

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None:
        """The outcome is yet to be written: whoever drives the job tells when it is."""


class Listener:
    """What one stream still has to send. Made and read in the event loop, told from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._unread: deque[Event] = deque(maxlen=UNREAD_EVENTS)
        self._has_job_changed = False
        self._woken = asyncio.Event()

    def tell(self, event: Event | None) -> None:
        self._loop.call_soon_threadsafe(self._hear, event)

    async def until_change(self, seconds: float) -> AsyncIterator[Event]:
        """What happens until the job itself is worth looking at again, after `seconds` at the latest."""
        deadline = self._loop.time() + seconds
        while not self._has_job_changed and (left := deadline - self._loop.time()) > 0:
            while self._unread:
                yield self._unread.popleft()
            await self._wait(left)
        self._has_job_changed = False
        while self._unread:
            yield self._unread.popleft()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()

    def _hear(self, event: Event | None) -> None:
        if event is None:
            self._has_job_changed = True
        elif self._unread and _overtakes(event, self._unread[-1]):
            self._unread[-1] = event
        else:
            self._unread.append(event)
        self._woken.set()


def _overtakes(event: Event, before: Event) -> bool:
    """Whether both tell how far the same step has come."""
    both = event.HasField("step_progress") and before.HasField("step_progress")
    return both and event.step_progress.step == before.step_progress.step
