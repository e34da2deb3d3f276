"""How fast a coordinator answers whose store has thousands of jobs: list, watch and submit over gRPC."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import grpc

from coordinator.job_names import job_name
from coordinator.jobs import Jobs
from coordinator.pauses import set_paused
from coordinator.records import JobRecord
from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc
from services.runtime import wire
from services.runtime.artifact import digest_bytes
from services.runtime.manifest import now
from services.runtime.store import blobs, keys, open_store
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, p95
from tests.cuegraph import COMMAND
from tests.fake_stage import ROOT
from tests.jobs_in_memory import STAGES, START, write_job
from tests.small_coordinator import FILM

MILLISECONDS = 200.0
CALL_SECONDS = 120.0
TEMPLATE = "film"


def measure(folder: Path, *, queued: int = 1000, jobs: int = 10_000, count: int = 40) -> Iterator[Figure]:
    """Of `jobs` jobs the newest `queued` wait, and all others are done."""
    store = open_store((folder / "store").as_uri())
    names = [job_name(START + timedelta(seconds=n), digest_bytes(str(n).encode())) for n in range(jobs)]
    _write_done(folder / "store", names[:-queued])
    _write_queued(folder / "store", names[-queued:])
    for stage in STAGES:
        set_paused(store, stage, paused=True)  # what is queued stays so
    with _served(folder) as stub:
        milliseconds(lambda: _list(stub))  # the first call waits until the coordinator has looked around
        yield from _figures(store, stub, names, count)


def _figures(store: Store, stub: Any, names: list[str], count: int) -> Iterator[Figure]:
    film = wire.artifact_to_proto(blobs.add_file(store, FILM, "audio/flac"))
    older = f"jobs/{names[len(names) // 2]}"
    calls: dict[str, Callable[[int], object]] = {
        "list, 50 newest, which are queued": lambda _: _list(stub),
        "list, 50 in the midst, which are done": lambda _: _list(stub, page_token=older),
        "list, 50 that are queued": lambda _: _list(stub, state=job_service_pb2.JOB_STATE_QUEUED),
        "list, 50 that are done": lambda _: _list(stub, state=job_service_pb2.JOB_STATE_SUCCEEDED),
        "list, those that failed: none": lambda _: _list(stub, state=job_service_pb2.JOB_STATE_FAILED),
        "watch, to the first event": lambda n: _first_event(stub, f"jobs/{names[-1 - n]}"),
        "submit a film of 7 s": lambda n: _submit(stub, film, f"Film {n}"),
    }
    for what, call in calls.items():
        yield p95(what, [milliseconds(partial(call, number)) for number in range(count)], "ms", MILLISECONDS)


def _list(stub: Any, **asked: Any) -> None:
    stub.ListJobs(job_service_pb2.ListJobsRequest(page_size=50, **asked), timeout=CALL_SECONDS)


def _first_event(stub: Any, name: str) -> None:
    stream = stub.WatchJob(job_service_pb2.WatchJobRequest(name=name), timeout=CALL_SECONDS)
    assert next(stream).job.name == name
    stream.cancel()


def _submit(stub: Any, film: Any, title: str) -> None:
    request = job_service_pb2.JobRequest(
        workflow="transcribe", media=film, title=title, source_language_code="en", profile="cpu-small"
    )
    stub.CreateJob(job_service_pb2.CreateJobRequest(request=request), timeout=CALL_SECONDS)


def _write_done(folder: Path, names: list[str]) -> None:
    """Jobs as a folder store has them after their end. All share the manifests of one, and its seal: what is in them
    makes no difference here."""
    memory = MemoryStore()
    write_job(memory, TEMPLATE)
    template = folder.parent / "template"
    for key in memory.list(""):
        path = (template if key.startswith("jobs/") else folder) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(memory.get(key))
    record = Jobs(memory).get(TEMPLATE)
    for name in names:
        job = _write_record(folder, replace(record, job=name))
        for shared in ("stages", "seal.json"):
            (job / shared).symlink_to(template / "jobs" / TEMPLATE / shared)


def _write_queued(folder: Path, names: list[str]) -> None:
    memory = MemoryStore()
    write_job(memory, TEMPLATE)
    record = Jobs(memory).get(TEMPLATE)
    for name in names:
        _write_record(folder, replace(record, job=name, create_time=now()))


def _write_record(folder: Path, record: JobRecord) -> Path:
    """Without making it durable, which takes its time."""
    path = folder / keys.job(record.job)
    path.parent.mkdir(parents=True)
    path.write_bytes(record.to_json())
    return path.parent


@contextmanager
def _served(folder: Path) -> Iterator[Any]:
    """Calls of a coordinator of its own process."""
    command: list[str | Path] = [
        COMMAND,
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--store",
        (folder / "store").as_uri(),
        "--grace",
        "0",
    ]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}", "CUEGRAPH_DATA": str(folder / "data")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as server:
        try:
            assert server.stderr is not None
            address = next(line for line in server.stderr if "serving jobs on" in line).split()[-1]
            with grpc.insecure_channel(address) as channel:
                yield job_service_pb2_grpc.JobServiceStub(channel)
        finally:
            server.kill()
