"""The backlog: what the jobs of a store still have to do, by stage, as the store tells it whoever drives them."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.runtime import commits
from services.runtime.errors import CuegraphError, InvalidDocument
from services.runtime.registry import STAGES

from . import planner
from .jobs import Jobs, JobState
from .records import JobRecord, PlannedStep

SURVEY_SECONDS = 15.0
"""How long to rest between two looks through the store."""
QUEUED, RUNNING = "queued", "running"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DueStep:
    """A step of an unfinished job that has all it needs."""

    stage: str
    state: str
    """`running` if an attempt is under way, else `queued`."""
    media_seconds: float | None
    """How much media it has to go through; None if nobody knows."""


@dataclass(frozen=True)
class Survey:
    """What one look through the store found."""

    jobs: Mapping[JobState, int]
    due: tuple[DueStep, ...]
    taken: float = field(default_factory=time.monotonic)
    """When, by the monotonic clock."""

    def steps(self) -> dict[tuple[str, str], float]:
        """How many steps are due, by stage and state."""
        return _sums((step, 1.0) for step in self.due)

    def media_seconds(self) -> dict[tuple[str, str], float]:
        """How much media they go through, as far as that is known, by stage and state."""
        return _sums((step, step.media_seconds or 0.0) for step in self.due)


class Backlog:
    """Looks through the store again and again, in a thread of its own: whoever asks gets what was found last."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._succeeded: set[str] = set()
        self._unfinished: dict[str, _Unfinished] = {}
        self.last: Survey | None = None
        """None before the first look has ended: nothing known is not nothing to do."""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Looks while the context lasts."""
        stopped = threading.Event()
        thread = threading.Thread(target=self._look, args=(stopped,), name="backlog", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()

    def survey(self) -> Survey:
        """Looks once. Raises StoreError."""
        counts: Counter[JobState] = Counter()
        due: list[DueStep] = []
        for name in self._jobs.names():
            try:
                state = self._state(name)
                due += self._due(name, state)
                counts[state] += 1
            except InvalidDocument as error:
                _log.debug("job %s cannot be read and counts nowhere: %s", name, error)
        return Survey({state: counts[state] for state in JobState}, tuple(due))

    def _look(self, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                self.last = self.survey()
            except CuegraphError as error:
                _log.warning("cannot look through the store for the backlog: %s: %s", error.code, error)
            except Exception:  # noqa: BLE001  figures that stay as they were for ever would look like calm
                _log.exception("cannot look through the store for the backlog")
            stopped.wait(SURVEY_SECONDS)

    def _state(self, name: str) -> JobState:
        if name in self._succeeded:
            return JobState.SUCCEEDED
        state = self._jobs.state(name)
        if state is JobState.SUCCEEDED:
            self._succeeded.add(name)  # for good: others may be tried again
        return state

    def _due(self, name: str, state: JobState) -> list[DueStep]:
        if state.is_final:
            self._unfinished.pop(name, None)
            return []
        if name not in self._unfinished:
            self._unfinished[name] = _Unfinished(self._jobs, self._jobs.get(name))
        return self._unfinished[name].due(is_driven=state is JobState.RUNNING)


class _Unfinished:
    """A job, and what was seen to be done of it, which stays so."""

    def __init__(self, jobs: Jobs, job: JobRecord) -> None:
        self._store, self._job = jobs.store, job
        self._media_seconds = media_seconds(job)
        self._done: set[PlannedStep] = set()

    def due(self, *, is_driven: bool) -> list[DueStep]:
        """The steps that have all they need and are not done; one that is skipped keeps no stage busy."""
        while done := {step for step in self._ready() if self._is_done(step)}:
            self._done |= done
        return [
            DueStep(step.stage, RUNNING if is_driven and self._has_begun(step) else QUEUED, self._media_seconds)
            for step in self._ready()
            if not step.skip
        ]

    def _ready(self) -> list[PlannedStep]:
        return planner.ready(self._job, self._done)

    def _is_done(self, step: PlannedStep) -> bool:
        return self._store.size(step.of(self._job.job).commit) is not None

    def _has_begun(self, step: PlannedStep) -> bool:
        """Whether an attempt has begun and not ended; one that was killed looks the same until the next is made."""
        asked = step.of(self._job.job)
        return bool(commits.unfinished(self._store, asked, commits.attempts(self._store, asked)))


def media_seconds(job: JobRecord) -> float | None:
    """How much media the job is about; None if nobody knows."""
    end = job.media.duration_seconds if job.clip_end is None else job.clip_end
    return None if end is None else max(0.0, end - (job.clip_start or 0.0))


def _sums(parts: Iterable[tuple[DueStep, float]]) -> dict[tuple[str, str], float]:
    """By stage and state; nought, and no gap, where there is nothing: whoever scales by it must see the difference."""
    sums = {(stage, state): 0.0 for stage in STAGES for state in (QUEUED, RUNNING)}
    for step, amount in parts:
        place = step.stage, step.state
        sums[place] = sums.get(place, 0.0) + amount
    return sums
