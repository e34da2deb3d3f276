"""The worker: drives the jobs of a store that nobody drives, oldest first, some at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

from services.runtime.errors import CuegraphError, InvalidDocument, StoreError

from ..engines.local import LocalEngine
from ..jobs import Jobs, JobState
from .broadcasts import Broadcasts

RESCAN_SECONDS = 10.0
"""How often the store is asked for jobs that others left: those of a coordinator that was killed, for one."""

_log = logging.getLogger(__name__)


class Worker:
    """Takes jobs out of the store as slots become free. What it has not ended when it stops stays in the store."""

    def __init__(self, jobs: Jobs, engine: LocalEngine, broadcasts: Broadcasts, slots: int) -> None:
        self._jobs, self._engine, self._broadcasts, self._slots = jobs, engine, broadcasts, slots
        self._driven: dict[str, threading.Thread] = {}
        self._succeeded: set[str] = set()
        self._given_up: set[str] = set()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Goes on with what is unfinished in the store."""
        self._thread.start()

    def wake(self, job_id: str) -> None:
        """There is a new job, or one to be gone on with."""
        self._given_up.discard(job_id)
        self._woken.set()

    def stop(self, grace_seconds: float) -> list[str]:
        """Begins nothing more and waits for the jobs under way. Returns the names of those that did not end."""
        deadline = time.monotonic() + grace_seconds
        self._stopping.set()
        self._woken.set()
        self._thread.join(grace_seconds)
        for thread in list(self._driven.values()):
            thread.join(max(0.0, deadline - time.monotonic()))
        return sorted(self._driven)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self._begin_what_is_due()
            except StoreError as error:
                _log.warning("cannot look for jobs; trying again in %g s: %s: %s", RESCAN_SECONDS, error.code, error)
            except Exception:  # noqa: BLE001  a worker that ends would leave every later job QUEUED, without a word
                _log.exception("cannot look for jobs; trying again in %g s", RESCAN_SECONDS)
            self._woken.wait(RESCAN_SECONDS)

    def _begin_what_is_due(self) -> None:
        for job_id in self._due():
            if self._stopping.is_set() or len(self._driven) >= self._slots:
                return
            thread = threading.Thread(target=self._drive, args=(job_id,), name=f"drive {job_id}", daemon=True)
            self._driven[job_id] = thread
            thread.start()

    def _due(self) -> Iterator[str]:
        """The jobs that nobody drives, oldest first."""
        for name in reversed(self._jobs.names()):
            if name in self._driven or name in self._succeeded or name in self._given_up:
                continue
            state = self._state(name)
            if state is JobState.SUCCEEDED:
                self._succeeded.add(name)  # for good: it need not be asked for again
            elif state is JobState.QUEUED:
                yield name

    def _state(self, job_id: str) -> JobState | None:
        """None for a job whose state cannot be told, which is then left alone. Raises StoreError."""
        try:
            return self._jobs.state(job_id)
        except InvalidDocument as error:
            self._say_why(job_id, error)
            return None

    def _drive(self, job_id: str) -> None:
        _log.info("driving job %s", job_id)
        try:
            outcome = self._engine.drive(job_id, self._broadcasts.observer(job_id))
            _log.info("job %s: %s", job_id, outcome.state)
        except Exception as error:  # noqa: BLE001  one job must not end the others
            self._say_why(job_id, error)
        finally:
            del self._driven[job_id]
            self._broadcasts.ended(job_id)
            self._woken.set()

    def _say_why(self, job_id: str, error: Exception) -> None:
        """A job that cannot be driven is left alone until somebody asks for it again; a lost store may come back."""
        if isinstance(error, CuegraphError) and error.retryable:
            _log.warning("job %s cannot go on for now: %s: %s", job_id, error.code, error)
            return
        self._given_up.add(job_id)
        _log.error("job %s cannot be driven: %s", job_id, error, exc_info=error)
