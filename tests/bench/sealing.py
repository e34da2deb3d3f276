"""What sealing adds to a job of thirteen stages: collecting, signing, and putting the seal into the list of seals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from coordinator.jobs import JobState
from coordinator.records import JobRecord
from coordinator.sealing.sealing import seal_round
from services.runtime import commits
from services.runtime.registry import STAGES
from services.runtime.store import keys, open_store
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, median
from tests.jobs_in_memory import JobWriter, with_action_key
from tests.sealed_jobs import COORDINATOR, notary
from tests.store_servers import BUCKET, seaweed


def measure(folder: Path, *, count: int = 25) -> Iterator[Figure]:
    yield from _sealed("file", FileStore(folder / "store"), count)
    server = folder / "seaweed"
    server.mkdir()
    with seaweed(server) as access:
        yield from _sealed("SeaweedFS", open_store(f"s3://{BUCKET}", access), count)


def _sealed(name: str, store: Store, count: int) -> Iterator[Figure]:
    """The first one loads what signs, as a process does before its first step; it does not count."""
    jobs = [_job_of_thirteen(store, f"job{number}") for number in range(count + 1)]
    times = [milliseconds(lambda job=job: _seal(store, job)) for job in jobs][1:]  # type: ignore[misc]
    alone = [milliseconds(lambda n=n: store.create(f"bench/{n}", b"x" * 12_000)) for n in range(count)]  # type: ignore[misc]
    one, sealed = median(f"one object created ({name})", alone, "ms"), median(f"sealing ({name})", times, "ms", 100.0)
    yield one
    yield sealed
    yield Figure(f"sealing beside one object ({name})", sealed.value / one.value, "x")


def _seal(store: Store, job: JobRecord) -> None:
    seal_round(store, job, 1, JobState.SUCCEEDED, notary(COORDINATOR))


def _job_of_thirteen(store: Store, name: str) -> JobRecord:
    writer = JobWriter(store, name)
    record = writer.record(STAGES)
    store.create(keys.job(name), record.to_json())
    store.put(keys.pipeline_log(name, "20260314T092653.000000Z"), b"a line of the log\n" * 200)
    for number, stage in enumerate(STAGES, 1):
        done = with_action_key(replace(writer.manifest(number, "demux"), stage=stage))
        store.create(done.step.attempt(1, "started"), b"{}\n")
        commits.commit(store, done)
    return record
