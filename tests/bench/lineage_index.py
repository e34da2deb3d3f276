"""How fast questions over thousands of jobs are answered: the index built, brought up to date, and asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from coordinator.lineage.index.index import Index
from coordinator.lineage.where_used import where_used
from coordinator.lineage.who_made import who_made
from services.runtime.store import open_store
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, median
from tests.bench.lineage_store import MODEL_IN_FEW, NODES_PER_JOB, content, write_store
from tests.bench.memory import PeakMemory
from tests.bench.processes import run

BUILD_SECONDS = 60.0
MEMORY_MIB = 1024.0
MILLISECONDS = 50.0
LIMIT_SECONDS = 900.0
_BUILD = """
import sys
from pathlib import Path
from coordinator.lineage.index.index import Index
from services.runtime.store import open_store
Index(open_store(sys.argv[1]), Path(sys.argv[2])).refresh()
"""


def measure(folder: Path, *, jobs: int = 10_000, count: int = 5) -> Iterator[Figure]:
    store, path = folder / "store", folder / "index.sqlite"
    write_store(store, jobs)
    yield from _built(store, path, jobs)
    opened = open_store(store.as_uri())
    index = Index(opened, path)
    yield _asked("bring the index up to date, nothing new", index.refresh, count)
    questions: dict[str, Callable[[], object]] = {
        "where-used, a film of two jobs": lambda: where_used(index, content(jobs // 2, "film")),
        "where-used, a term of two jobs": lambda: where_used(index, f"name {jobs // 4:06d}-03"),
        "where-used, a model of every hundredth job": lambda: where_used(index, MODEL_IN_FEW),
    }
    for what, question in questions.items():
        yield _asked(what, question, count)
    yield _asked("where-used, a model of all other jobs", lambda: where_used(index, "whisper-base"), count, None)
    manifest = next(opened.list("jobs/")).split("/")[1]
    file = store / "jobs" / manifest / "stages/12_subtitles/pt/manifest.json"
    yield _asked("who-made, a manifest", lambda: who_made(index, opened, file), count)
    index.close()


def _built(store: Path, path: Path, jobs: int) -> Iterator[Figure]:
    """In a process of its own, which tells what it used."""
    peaks: list[PeakMemory] = []
    command = [sys.executable, "-c", _BUILD, store.as_uri(), str(path)]
    used = run(
        command,
        seconds=LIMIT_SECONDS,
        log=path.with_suffix(".log"),
        watch=lambda process: peaks.append(PeakMemory(process)),
    )
    what = f"index of {jobs:,} jobs, {jobs * NODES_PER_JOB:,} nodes"
    yield Figure(f"{what}, built", used.wall_seconds, "s", BUILD_SECONDS, note="wall clock")
    yield Figure(f"{what}, processor time", used.cpu_seconds, "s", note="one thread")
    yield Figure(f"{what}, memory at most", peaks[0].peak_bytes / 2**20, "MiB", MEMORY_MIB)
    yield Figure(f"{what}, size of its file", path.stat().st_size / 2**20, "MiB")


def _asked(what: str, question: Callable[[], object], count: int, at_most: float | None = MILLISECONDS) -> Figure:
    return median(what, [milliseconds(question) for _ in range(count)], "ms", at_most)
