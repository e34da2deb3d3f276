"""How fast every byte of a store is verified, beside what plain `sha256sum` needs for the same files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from coordinator.lineage.verify import verify, verify_all
from coordinator.records import JobRecord
from services.runtime.store import keys, open_store
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, median
from tests.jobs_in_memory import STAGES, JobWriter

AT_MOST = 1.1
"""Of the time of sha256sum: the rest is reading and checking the records."""


def measure(folder: Path, *, jobs: int = 16, mebibytes: int = 128, count: int = 3) -> Iterator[Figure]:
    """`mebibytes` is the size of the film of each job."""
    root = folder / "store"
    _write(root, jobs, mebibytes << 20)
    size = sum(path.stat().st_size for path in _blobs(root)) / 1e9
    many, one = list(_blobs(root)), [root / keys.blob(_film(root, "job-00"))]
    store = open_store(root.as_uri())
    yield from _beside(
        f"{jobs} jobs of {size:.1f} GB", many, lambda: _require_all_hold(store), count, len(os.sched_getaffinity(0))
    )
    yield from _beside(f"one job of {mebibytes} MiB", one, lambda: verify(store, "job-00"), count, 1)


def _write(root: Path, jobs: int, film_bytes: int) -> None:
    store = FileStore(root)
    for number in range(jobs):
        writer = JobWriter(store, f"job-{number:02d}", film_bytes=os.urandom(film_bytes))
        writer.write(STAGES, {})
        writer.seal()


def _beside(
    what: str, files: list[Path], verified: Callable[[], object], count: int, processes: int
) -> Iterator[Figure]:
    """Both in turns, with all files in memory and with none, so that what else the machine does befalls both alike."""
    for where, prepare in (("from memory", _read), ("from disk", _forget)):
        plain, ours = [], []
        for _ in range(count):
            prepare(files)
            plain.append(milliseconds(lambda: _sha256sum(files, processes)) / 1000)
            prepare(files)
            ours.append(milliseconds(verified) / 1000)
        by = f"{processes} processes of sha256sum" if processes > 1 else "sha256sum"
        yield median(f"{by}, {what} {where}", plain, "s")
        yield median(f"verify, {what} {where}", ours, "s")
        ratios = [mine / theirs for mine, theirs in zip(ours, plain, strict=True)]
        yield median(f"verify in times of {by}, {what} {where}", ratios, "", AT_MOST)


def _sha256sum(files: list[Path], processes: int) -> None:
    command = ["xargs", "-0", "-n", "1", "-P", str(processes), "sha256sum"]
    subprocess.run(command, input=b"\0".join(map(os.fsencode, files)), check=True, stdout=subprocess.DEVNULL)


def _require_all_hold(store: Store) -> None:
    assert all(report.ok for report in verify_all(store))


def _blobs(root: Path) -> Iterator[Path]:
    return (path for path in sorted((root / "blobs").rglob("*")) if path.is_file())


def _film(root: Path, job: str) -> str:
    record = (root / keys.job(job)).read_bytes()
    return JobRecord.from_json(record).media.artifact.digest


def _read(files: list[Path]) -> None:
    for path in files:
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass


def _forget(files: list[Path]) -> None:
    """Has the kernel drop what it holds of the files."""
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
