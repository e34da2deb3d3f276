"""A job of every kind there is, each driven to its end by the local engine in a store of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs
from coordinator.records import PlannedInput, PlannedStep
from services.runtime.errors import StageError
from services.runtime.stage import Run
from services.runtime.store.base import Store
from tests.small_jobs import StagesHere, Watched, Work, join, say, say_all_but_es, sharded, small_job
from tests.small_stages import UpperSettings, node_of

TEXT = (PlannedInput("text", "", ""),)
SKIPPED = (PlannedStep(1, "vad", skip="vad.model is none"), PlannedStep(2, "last", inputs=TEXT))
NAMES = ("first", "left", "right", "last", "vad")


def drive(
    store: Store, folder: Path, cancelled: threading.Event | None = None, job: str = "job1", **work: Work
) -> None:
    """One round of the job, with stages that join their inputs or do the work that is given."""
    node = node_of(store, folder)
    stages = StagesHere(node, {name: work.get(name, join) for name in NAMES})
    LocalEngine(Jobs(store), stages, node).drive(job, Watched(), cancelled)


def fail(_: Run[UpperSettings]) -> None:
    raise StageError("not today")


def succeeded(store: Store, folder: Path) -> None:
    small_job(store)
    drive(store, folder)


def failed(store: Store, folder: Path) -> None:
    small_job(store)
    drive(store, folder, left=fail)


def cancelled(store: Store, folder: Path) -> None:
    """In its first step: called off later, it may or may not have finished one that runs beside."""
    small_job(store)
    event = threading.Event()

    def be_called_off(run: Run[UpperSettings]) -> None:
        event.set()
        run.progress.check()

    drive(store, folder, event, first=be_called_off)


def retried(store: Store, folder: Path) -> None:
    failed(store, folder)
    Jobs(store).retry("job1")
    drive(store, folder)


def reused(store: Store, folder: Path) -> None:
    """All steps of `job1` take over those of an earlier one."""
    earlier = small_job(store, "earlier")
    drive(store, folder, job="earlier")
    Jobs(store).create(replace(earlier, job="job1"))
    drive(store, folder)


def skipped(store: Store, folder: Path) -> None:
    small_job(store, plan=SKIPPED)
    drive(store, folder)


def partly_failed(store: Store, folder: Path) -> None:
    """One target failed, and the others were put together without it."""
    small_job(store, plan=sharded("left", ("pt", "es")))
    drive(store, folder, left=say_all_but_es)


def partly_failed_and_retried(store: Store, folder: Path) -> None:
    partly_failed(store, folder)
    Jobs(store).retry("job1")
    drive(store, folder, left=say)


KINDS: dict[str, Callable[[Store, Path], None]] = {
    made.__name__: made
    for made in (
        succeeded,
        failed,
        cancelled,
        retried,
        reused,
        skipped,
        partly_failed,
        partly_failed_and_retried,
    )
}
"""What makes `job1` of each kind."""
