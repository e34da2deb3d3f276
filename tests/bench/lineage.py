"""How fast lineage is verified and traced: many small jobs in a folder, and one with the cues of a long film."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from coordinator.lineage.depth import QUICK
from coordinator.lineage.excerpts.cue import trace_in
from coordinator.lineage.reading import read_job
from coordinator.lineage.trace import Tracer
from coordinator.lineage.verify import verify_all
from services.runtime.store import open_store
from services.runtime.store.memory import MemoryStore
from tests.bench import lineage_index
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, median
from tests.cuegraph import COMMAND
from tests.fake_stage import ROOT
from tests.jobs_in_memory import LINES, STAGES, JobWriter

VERIFY_SECONDS = 10.0
TRACE_MILLISECONDS = 50.0
LINE = "It was a bright day, and the river ran slowly."
# A process that has traced nothing yet; its imports do not count, as they are those of any command.
_COLD = """
import sys, time
from coordinator.lineage.excerpts.cue import trace_in
from services.runtime.store import open_store
begin = time.perf_counter()
trace_in(open_store(sys.argv[1]), sys.argv[2], "1")
print(1000 * (time.perf_counter() - begin))
"""


def measure(
    folder: Path, *, jobs: int = 1000, cues: int = 1500, many: int = 10_000, count: int = 5
) -> Iterator[Figure]:
    """`cues` is how many the one long job has: a film of two hours has some 1,500."""
    small, long = folder / "small", folder / "long"
    _write(small, [f"job-{number:04d}" for number in range(jobs)], LINES)
    _write(long, ["film"], [LINE] * cues)
    yield from _verified(small, jobs, count)
    yield from _traced(small, "job-0000", f"job of {len(LINES)} cues", count)
    yield from _traced(long, "film", f"job of {cues:,} cues", count)
    yield from lineage_index.measure(folder / "many", jobs=many, count=count)


def _write(folder: Path, jobs: Iterable[str], lines: Sequence[str]) -> None:
    """Writes complete jobs as a folder store has them, without making each file durable."""
    memory = MemoryStore()
    for job in jobs:
        writer = JobWriter(memory, job, lines=lines)
        writer.write(STAGES, {})
        writer.seal()
    for key in memory.list(""):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(memory.get(key))


def _verified(folder: Path, jobs: int, count: int) -> Iterator[Figure]:
    command = [str(COMMAND), "lineage", "verify", "--all", "--quick", "--store", folder.as_uri()]
    seconds = [milliseconds(lambda: _require_all_hold(folder)) / 1000 for _ in range(count)]
    yield median(f"verify {jobs:,} jobs", seconds, "s", VERIFY_SECONDS)
    seconds = [milliseconds(lambda: subprocess.run(command, check=True, capture_output=True)) / 1000 for _ in range(2)]
    yield median(
        "the same as a command of its own", seconds, "s", VERIFY_SECONDS, "`cuegraph lineage verify --all --quick`"
    )


def _require_all_hold(folder: Path) -> None:
    """To verify what does not hold would be other work."""
    assert all(report.ok for report in verify_all(open_store(folder.as_uri()), QUICK))


def _traced(folder: Path, job: str, which: str, count: int) -> Iterator[Figure]:
    store = open_store(folder.as_uri())
    cold = [_cold_milliseconds(folder, job) for _ in range(count)]
    yield median(f"trace a cue, {which}, cold", cold, "ms", TRACE_MILLISECONDS, "first of its process, imports aside")
    warm = [milliseconds(lambda: trace_in(store, job, "1")) for _ in range(count + 1)][1:]
    yield median(f"trace a cue, {which}, warm", warm, "ms", TRACE_MILLISECONDS)
    tracer = Tracer(read_job(store, job))
    again = [milliseconds(lambda: tracer.trace("2")) for _ in range(count)]
    yield median(f"trace a cue, {which}, job at hand", again, "ms", TRACE_MILLISECONDS)


def _cold_milliseconds(folder: Path, job: str) -> float:
    command = [sys.executable, "-c", _COLD, folder.as_uri(), job]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)
