"""Where the time of an attempt goes, and how its manifest says it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from .manifest import Throughput, Times, now

_SHORTEST_SECONDS = 0.001
"""Gaps between loads that are shorter are no computing."""


@dataclass(frozen=True)
class Phase:
    """A stretch of an attempt, from `start` to `end` in seconds since the epoch."""

    name: str
    """`fetch`, `load`, `compute` or `store`."""
    start: float
    end: float


@dataclass
class Clock:
    """Starts when it is made. Times in seconds."""

    started: datetime = field(default_factory=now)
    _counted: list[Phase] = field(default_factory=list)
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
        began, begin = time.time(), time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - begin
            setattr(self, name, getattr(self, name) + seconds)
            self._counted.append(Phase(name, began, began + seconds))

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What was counted, in order of time. Loading happens in the midst of a run and is no computing."""
        loads = [phase for phase in self._counted if phase.name == "load"]
        runs = [phase for phase in self._counted if phase.name == "run"]
        others = [phase for phase in self._counted if phase.name != "run"]
        return tuple(sorted([*others, *_computing(runs, loads)], key=lambda phase: phase.start))

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


def _computing(runs: Iterable[Phase], loads: Iterable[Phase]) -> Iterator[Phase]:
    """What is left of the runs without the loads in them."""
    in_order = sorted(loads, key=lambda load: load.start)
    for run in runs:
        start = run.start
        for load in in_order:
            if run.start <= load.start < run.end:
                yield from _if_long_enough(start, load.start)
                start = max(start, load.end)
        yield from _if_long_enough(start, run.end)


def _if_long_enough(start: float, end: float) -> Iterator[Phase]:
    if end - start >= _SHORTEST_SECONDS:
        yield Phase("compute", start, end)
