"""A job of every kind that there is to export, in a memory store: how each came out, and what it was about."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs
from coordinator.lineage.exports.material import Material
from coordinator.records import Deliverable, FileRecord, PlannedInput, PlannedStep
from services.runtime.errors import CuegraphError, StageError
from services.runtime.manifest import SettingRecord
from services.runtime.stage import Run
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter
from tests.small_jobs import StagesHere, Watched, Work, join, say, say_all_but_es, sharded, small_job
from tests.small_stages import UpperSettings, node_of

HOSTILE = (
    'a "quoted" \\ name; with %22 & <b>html</b> #frag?query',
    "first line\nsecond\r\n\ttabbed",
    "</script><script>alert(1)</script>",
    "\u2028\u2029\u202eltr\u0007\u001b[31m",
    "मौसम 🌧️ ذ",
    "x" * 300,
)
"""Names that strangers give."""
_STAGES = ("first", "left", "right", "last", "translate")
_SETTINGS = {"left.repeat": SettingRecord(2, "command line")}


def drive(
    store: Store, folder: Path, name: str = "job1", cancelled: threading.Event | None = None, **work: Work
) -> None:
    """Drives the job to the end of a round, whatever that is."""
    node = node_of(store, folder)
    stages = StagesHere(node, {stage: work.get(stage, join) for stage in _STAGES})
    with suppress(CuegraphError):
        LocalEngine(Jobs(store), stages, node).drive(name, Watched(), cancelled)


def _fail(run: Run[UpperSettings]) -> None:
    raise StageError('cannot: "quoted" \\ <b>\nsecond line \u202e')


def succeeded(folder: Path) -> Material:
    store = MemoryStore()
    small_job(store, settings=_SETTINGS)
    drive(store, folder)
    return Material.of(store, "job1")


def failed(folder: Path) -> Material:
    store = MemoryStore()
    small_job(store)
    drive(store, folder, right=_fail)
    return Material.of(store, "job1")


def retried(folder: Path) -> Material:
    store = MemoryStore()
    small_job(store)
    drive(store, folder, right=_fail)
    Jobs(store).retry("job1")
    drive(store, folder)
    return Material.of(store, "job1")


def reused(folder: Path) -> Material:
    store = MemoryStore()
    for name in ("job1", "job2"):
        small_job(store, name)
        drive(store, folder, name)
    return Material.of(store, "job2")


def cancelled(folder: Path) -> Material:
    store, called_off = MemoryStore(), threading.Event()
    small_job(store)

    def be_called_off(run: Run[UpperSettings]) -> None:
        called_off.set()
        run.progress.check()

    drive(store, folder, cancelled=called_off, first=be_called_off)
    return Material.of(store, "job1")


def in_shards(folder: Path) -> Material:
    store = MemoryStore()
    small_job(store, plan=sharded("translate", ("pt", "es")))
    drive(store, folder, translate=say)
    return Material.of(store, "job1")


def partly_failed(folder: Path) -> Material:
    store = MemoryStore()
    small_job(store, plan=sharded("translate", ("pt", "es")))
    drive(store, folder, translate=say_all_but_es)
    return Material.of(store, "job1")


def skipped(folder: Path) -> Material:
    store = MemoryStore()
    inputs = (PlannedInput("text", "", ""), PlannedInput("more", "left", "text"))
    small_job(store, plan=(PlannedStep(1, "left", skip="nobody asked for it"), PlannedStep(2, "last", inputs=inputs)))
    drive(store, folder)
    return Material.of(store, "job1")


def film_called(name: str) -> Material:
    """A film of that title and file name, with subtitles that were asked for, a glossary, models and documents."""
    writer = JobWriter(MemoryStore(), title=name, file_name=name)
    glossary = FileRecord("job_glossary", blobs.add_bytes(writer.store, b"term\n", "text/plain"), name)
    wanted = (Deliverable("subtitles", "subtitles_srt", ".srt"), Deliverable("mux", "film", ".mkv"))
    record = replace(writer.record(STAGES), deliverables=wanted, files=(glossary,))
    writer.store.create(keys.job("film"), record.to_json())
    for number, stage in enumerate(STAGES, 1):
        writer.step(number, stage)
    writer.seal()
    return Material.of(writer.store, "film")


def film(folder: Path) -> Material:
    return film_called("A Bright Day")


KINDS: Mapping[str, Callable[[Path], Material]] = {
    "succeeded": succeeded,
    "failed": failed,
    "retried": retried,
    "reused": reused,
    "cancelled": cancelled,
    "in shards": in_shards,
    "partly failed": partly_failed,
    "skipped": skipped,
    "film": film,
}
