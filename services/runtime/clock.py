"""Where the time of an attempt goes, and how its manifest says it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from .manifest import Throughput, Times, now


@dataclass
class Clock:
    """Starts when it is made. Times in seconds."""

    started: datetime = field(default_factory=now)
    fetch: float = 0.0
    load: float = 0.0
    run: float = 0.0
    """The stage itself, loading included."""
    store: float = 0.0

    @property
    def compute(self) -> float:
        return max(0.0, self.run - self.load)

    @contextmanager
    def count(self, name: str) -> Iterator[None]:
        begin = time.monotonic()
        try:
            yield
        finally:
            setattr(self, name, getattr(self, name) + time.monotonic() - begin)

    def times(self, requested: datetime) -> Times:
        """Up to now."""
        queued = (self.started - requested).total_seconds()
        return Times(
            requested=requested,
            started=self.started,
            finished=now(),
            queued_seconds=max(0.0, round(queued, 3)),
            fetch_seconds=round(self.fetch, 3),
            load_seconds=round(self.load, 3),
            compute_seconds=round(self.compute, 3),
            store_seconds=round(self.store, 3),
        )

    def throughput(self, media_seconds: float) -> Throughput | None:
        """None if no media was gone through."""
        if media_seconds <= 0:
            return None
        return Throughput(round(media_seconds, 3), round(self.compute / media_seconds, 4))
