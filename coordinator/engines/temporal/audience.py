"""Who hears of which job in this process: the pipeline log, and whoever waits for the job here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.runtime.redaction import Redactor
from services.runtime.store.base import Store

from ...observer import JobObserver, Observers
from ...pipeline_log import PipelineLog


@dataclass
class Heard:
    """Those who hear of one job."""

    log: PipelineLog
    """What this process does for the job, from the first thing it begins to when it has nothing of it under way."""
    watchers: Observers = field(default_factory=Observers)
    """Those who wait for the job."""
    users: int = 0

    def __post_init__(self) -> None:
        self.all: JobObserver = Observers(self.log, self.watchers)


class Audience:
    """All of them, by job."""

    def __init__(self, store: Store, redactor: Redactor) -> None:
        self._store, self._redactor = store, redactor
        self._heard: dict[str, Heard] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, job_id: str, watcher: JobObserver | None = None) -> Iterator[Heard]:
        """Those who hear of the job; while the context lasts, the watcher too."""
        heard = self._enter(job_id)
        if watcher is not None:
            heard.watchers.add(watcher)
        try:
            yield heard
        finally:
            if watcher is not None:
                heard.watchers.remove(watcher)
            self._leave(job_id)

    def _enter(self, job_id: str) -> Heard:
        with self._lock:
            heard = self._heard.setdefault(job_id, Heard(PipelineLog(self._store, job_id, self._redactor)))
            heard.users += 1
            return heard

    def _leave(self, job_id: str) -> None:
        with self._lock:
            self._heard[job_id].users -= 1
            if not self._heard[job_id].users:
                del self._heard[job_id]
