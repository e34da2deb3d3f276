"""The runs that are under way in a server: each in a thread of its own, heard by any number of listeners."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from cuegraph.v1 import stage_service_pb2

from . import wire
from .errors import StageBusy, StageCrashed, StageUnavailable
from .request import StageClient, StageRequest, StageResult
from .store.keys import Step

T = TypeVar("T")
Event = stage_service_pb2.RunStageResponse

UNREAD_EVENTS = 10_000
"""How far a listener may fall behind before it misses log lines."""
UNHEARD_RUNS = 100
"""How many ends that nobody heard are kept for those who ask again."""


def in_thread(name: str, function: Callable[[], T]) -> asyncio.Future[T]:
    """Calls `function` in a new thread. Unlike an executor's, it does not hold up the end of the process."""
    outcome: concurrent.futures.Future[T] = concurrent.futures.Future()
    outcome.set_running_or_notify_cancel()

    def call() -> None:
        try:
            outcome.set_result(function())
        except Exception as error:  # noqa: BLE001  whoever awaits the outcome gets it
            outcome.set_exception(error)
        except BaseException as error:  # noqa: BLE001  it must not end the event loop
            outcome.set_exception(StageCrashed(f"{name} tried to end the process with {error!r}"))

    threading.Thread(target=call, name=name, daemon=True).start()
    return asyncio.wrap_future(outcome)


class Listener:
    """What one stream still has to send. Progress that was overtaken is left out."""

    def __init__(self) -> None:
        self._unread: deque[Event] = deque()
        self._missed = 0
        self._ended = False
        self._changed = asyncio.Event()

    def hear(self, event: Event) -> None:
        if self._unread and self._unread[-1].HasField("progress") and event.HasField("progress"):
            self._unread[-1] = event
        elif len(self._unread) < UNREAD_EVENTS:
            self._unread.append(event)
        else:
            self._missed += 1
        self._changed.set()

    def end(self) -> None:
        self._ended = True
        self._changed.set()

    async def events(self) -> AsyncIterator[Event]:
        """What happens, until the run has ended."""
        while self._unread or self._missed or not self._ended:
            self._changed.clear()
            while self._unread:
                yield self._unread.popleft()
            if self._missed:
                yield self._missed_event()
            elif not self._ended:
                await self._changed.wait()

    def _missed_event(self) -> Event:
        text = f"{self._missed} events came too fast to be sent; the stage's own log has every line"
        self._missed = 0
        record = logging.LogRecord(__name__, logging.WARNING, "", 0, text, (), None)
        return Event(log_line=wire.log_line_to_proto(record))


class ActiveRun:
    """One run. `progress` and `log` are called from its thread, everything else from the event loop's."""

    def __init__(self, stage: StageClient, request: StageRequest) -> None:
        self.request = request
        self.cancelled = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._listeners: set[Listener] = set()
        self._last_progress: Event | None = None
        self.result: asyncio.Future[StageResult] = in_thread(
            request.step.prefix, lambda: stage.run(request, self, self.cancelled)
        )
        self.result.add_done_callback(lambda _: self._end())

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        event = Event(progress=wire.progress_to_proto(done_seconds, total_seconds))
        self._loop.call_soon_threadsafe(self._tell, event)

    def log(self, record: logging.LogRecord) -> None:
        event = Event(log_line=wire.log_line_to_proto(record))
        self._loop.call_soon_threadsafe(self._tell, event)

    @contextmanager
    def listener(self) -> Iterator[Listener]:
        """Hears the last progress, then all that happens from now on."""
        listener = Listener()
        if self._last_progress is not None:
            listener.hear(self._last_progress)
        if self.result.done():
            listener.end()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    def _tell(self, event: Event) -> None:
        if event.HasField("progress"):
            self._last_progress = event
        for listener in self._listeners:
            listener.hear(event)

    def _end(self) -> None:
        for listener in self._listeners:
            listener.end()


class ActiveRuns:
    """The runs of one stage. An end that nobody heard is kept for whoever sends the same request again."""

    def __init__(self, stage: StageClient, capacity: int) -> None:
        self._stage = stage
        self._capacity = capacity
        self._active: dict[Step, ActiveRun] = {}
        self._unheard: dict[Step, ActiveRun] = {}
        self._closed_because = ""

    def join(self, request: StageRequest) -> tuple[ActiveRun, bool]:
        """The run of that step, and whether it was there before. Raises StageUnavailable, StageBusy."""
        known = self._active.get(request.step) or self._same(request)
        return (known, True) if known else (self._start(request), False)

    def cancel(self, step: Step) -> bool:
        """Calls off the run of that step and says whether there was one."""
        run = self._active.get(step)
        if run is not None:
            run.cancelled.set()
        return run is not None

    def heard(self, run: ActiveRun) -> None:
        """Somebody got the result: it need not be kept."""
        if self._unheard.get(run.request.step) is run:
            del self._unheard[run.request.step]

    def open(self) -> None:
        """Takes new runs from now on."""
        self._closed_because = ""

    def close(self, reason: str) -> None:
        """Takes no new runs from now on; those under way go on and can be joined."""
        self._closed_because = reason

    @property
    def results(self) -> list[asyncio.Future[StageResult]]:
        """Of the runs under way."""
        return [run.result for run in self._active.values()]

    def cancel_all(self) -> None:
        for step in self._active:
            self.cancel(step)

    def _same(self, request: StageRequest) -> ActiveRun | None:
        run = self._unheard.get(request.step)
        return run if run is not None and run.request == request else None

    def _start(self, request: StageRequest) -> ActiveRun:
        if self._closed_because:
            raise StageUnavailable(f"stage {request.step.stage!r} {self._closed_because}; try again later")
        if len(self._active) >= self._capacity:
            raise StageBusy(f"stage {request.step.stage!r} runs {self._capacity} at once; try another or later")
        run = self._active[request.step] = ActiveRun(self._stage, request)
        run.result.add_done_callback(lambda _: self._retire(run))
        return run

    def _retire(self, run: ActiveRun) -> None:
        run.result.exception()  # marks it as seen: nobody may be left to ask for it
        step = run.request.step
        del self._active[step]
        self._unheard.pop(step, None)
        self._unheard[step] = run
        while len(self._unheard) > UNHEARD_RUNS:
            del self._unheard[next(iter(self._unheard))]
