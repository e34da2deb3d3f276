"""The sample film through six stage processes over SeaweedFS gives what a run in one process gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pysubs2
import pytest

from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc, lineage_service_pb2, lineage_service_pb2_grpc
from services.runtime import wire
from services.runtime.registry import STAGES
from services.runtime.store import blobs, open_store
from services.runtime.store.s3 import S3Access
from tests.film import sample_film
from tests.store_servers import BUCKET

CUEGRAPH = Path(sys.executable).with_name("cuegraph")
PATIENCE_SECONDS = 240.0
STORE = f"s3://{BUCKET}/remote-film"
TOLERANCE_MILLISECONDS = 100
"""Engines compute in floating point with several threads: the same words are promised, not the same bytes."""


@pytest.fixture
def environment(tmp_path: Path, seaweed_access: S3Access) -> Mapping[str, str]:
    """What all processes are told: models and working files in a folder of the test, and where the bucket is."""
    return {
        **os.environ,
        "CUEGRAPH_DATA": str(tmp_path / "data"),
        "AWS_ENDPOINT_URL": seaweed_access.endpoint,
        "AWS_REGION": seaweed_access.region,
        "AWS_ACCESS_KEY_ID": seaweed_access.access_key,
        "AWS_SECRET_ACCESS_KEY": seaweed_access.secret_key,
        "OMP_NUM_THREADS": "2",
    }


@contextmanager
def serving(log: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[str]:
    """A `cuegraph` process that serves, and its address. It must end well when it is told."""
    command = [str(CUEGRAPH), *arguments, "--listen", "127.0.0.1:0", "--store", STORE]
    with log.open("w") as stderr:
        process = subprocess.Popen(command, env=environment, stderr=stderr, stdout=subprocess.DEVNULL)
    try:
        yield address_in(log, process)
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0, log.read_text()
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(int(PATIENCE_SECONDS * 20)):
        found = re.search(r"^serving .* on (\S+)$", log.read_text(), re.MULTILINE)
        if found:
            return found[1]
        assert process.poll() is None, log.read_text()
        threading.Event().wait(0.05)
    raise AssertionError(f"no address: {log.read_text()}")


def run_here(film: Path, folder: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The job as one process does it over a store in a folder: what `--json` prints."""
    command = [str(CUEGRAPH), "run", str(film), "--workflow", "subtitle", "--profile", "cpu-small", "--json"]
    command += ["--store", str(folder / "store"), "--out", str(folder / "out")]
    done = subprocess.run(
        command, env=environment, check=False, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run_remotely(address: str, film: Path, access: S3Access) -> job_service_pb2.Job:
    """The job as a client of JobService gets it; its lineage is verified."""
    media = wire.artifact_to_proto(blobs.add_file(open_store(STORE, access), film, "video/x-matroska"))
    asked = job_service_pb2.JobRequest(
        workflow="subtitle", media=media, title=film.stem, source_language_code="en", profile="cpu-small"
    )
    with grpc.insecure_channel(address) as channel:
        jobs: Any = job_service_pb2_grpc.JobServiceStub(channel)
        created = jobs.CreateJob(job_service_pb2.CreateJobRequest(request=asked, request_id="the-film")).job
        watched = jobs.WatchJob(job_service_pb2.WatchJobRequest(name=created.name), timeout=PATIENCE_SECONDS)
        *_, last = watched
        lineage: Any = lineage_service_pb2_grpc.LineageServiceStub(channel)
        verdict = lineage.VerifyJob(lineage_service_pb2.VerifyJobRequest(name=created.name))
    assert [it for it in verdict.findings if it.code != "CODE_DIRTY"] == []  # a working tree may be changed
    assert verdict.sealed
    job: job_service_pb2.Job = last.job
    return job


def test_six_processes_make_what_one_makes(
    tmp_path: Path, environment: Mapping[str, str], seaweed_access: S3Access
) -> None:
    film = sample_film(tmp_path / "film.mkv").path
    here = run_here(film, tmp_path, environment)
    with ExitStack() as stack:
        addresses = {
            name: stack.enter_context(serving(tmp_path / f"{name}.log", environment, "stage", "serve", name))
            for name in STAGES
        }
        stages = [word for name, address in addresses.items() for word in ("--stage", f"{name}={address}")]
        coordinator = stack.enter_context(serving(tmp_path / "serve.log", environment, "serve", *stages))
        job = run_remotely(coordinator, film, seaweed_access)
    assert job.state == job_service_pb2.JOB_STATE_SUCCEEDED, job.errors
    made = {one.role: wire.artifact_from_proto(one.artifact) for one in job.deliverables}
    expected = {one["role"]: Path(one["path"]) for one in here["deliverables"]}
    assert made.keys() == expected.keys()
    store = open_store(STORE, seaweed_access)
    assert blobs.read(store, made["txt"]).split() == expected["txt"].read_bytes().split()
    for role in ("srt", "vtt", "ass"):
        assert_same_cues(blobs.read(store, made[role]).decode(), expected[role].read_text())


def assert_same_cues(one: str, other: str) -> None:
    """The same words from the same beginning to the same end, as another reader of subtitles sees them."""
    cues, others = pysubs2.SSAFile.from_string(one), pysubs2.SSAFile.from_string(other)
    assert [word for cue in cues for word in cue.plaintext.split()] == [
        w for cue in others for w in cue.plaintext.split()
    ]
    assert len(cues) > 3
    assert abs(cues[0].start - others[0].start) <= TOLERANCE_MILLISECONDS
    assert abs(cues[-1].end - others[-1].end) <= TOLERANCE_MILLISECONDS
