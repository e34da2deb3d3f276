"""A film through the system that the compose file makes of the images.

Not part of `make test`: `make test-images` builds the images and names this file.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import jiwer
import pysubs2
import pytest

from cuegraph.v1 import job_service_pb2, lineage_service_pb2, lineage_service_pb2_grpc
from services.runtime import wire
from services.runtime.manifest import Status
from services.runtime.media import probe
from services.runtime.registry import STAGES
from services.runtime.store import blobs, open_store
from services.runtime.store.base import Store
from tests.cluster.built_images import digests, engine, revision, run
from tests.cluster.compose_system import (
    COORDINATOR,
    FILM_SECONDS,
    STORE,
    STORE_ADDRESS,
    access,
    address_of,
    container,
    is_healthy,
    manifests,
    served_together,
    serves,
    services,
    store_keys,
    subtitled,
    system_up,
)
from tests.cuegraph import cuegraph
from tests.film import Film, sample_film
from tests.readings import normalised


@pytest.fixture(scope="module")
def system() -> Iterator[None]:
    with system_up():
        yield


@pytest.fixture(scope="module")
def store(system: None) -> Store:
    return open_store(STORE, access())


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    return sample_film(tmp_path_factory.mktemp("film") / "film.mkv")


@pytest.fixture(scope="module")
def job(store: Store, film: Film) -> job_service_pb2.Job:
    return subtitled(store, film.path)


@pytest.mark.timeout(FILM_SECONDS + 600)
def test_a_film_goes_through_all_the_containers(job: job_service_pb2.Job, store: Store) -> None:
    assert job.state == job_service_pb2.JOB_STATE_SUCCEEDED, job.errors
    assert {manifest.stage for manifest in manifests(store, job.name)} == set(STAGES)


def test_its_subtitles_say_what_is_said(job: job_service_pb2.Job, store: Store, film: Film) -> None:
    assert jiwer.wer(" ".join(film.words), normalised(words_of(fetched(job, store, "srt", "en")))) <= 0.03


def test_its_subtitles_are_translated(job: job_service_pb2.Job, store: Store) -> None:
    assert "que" in normalised(words_of(fetched(job, store, "srt", "pt"))).split()


def test_the_film_that_comes_out_has_both(job: job_service_pb2.Job, store: Store, tmp_path: Path) -> None:
    (made,) = (it for it in job.deliverables if it.role == "mkv")
    blobs.fetch(store, wire.artifact_from_proto(made.artifact), tmp_path / "film.mkv")
    assert len(probe(tmp_path / "film.mkv").of_kind("subtitle")) == 2


def fetched(job: job_service_pb2.Job, store: Store, role: str, language: str) -> bytes:
    """A deliverable, downloaded from the store and held against its digest."""
    (made,) = (it for it in job.deliverables if it.role == role and it.language_code == language)
    return blobs.read(store, wire.artifact_from_proto(made.artifact))


def words_of(srt: bytes) -> str:
    cues = pysubs2.SSAFile.from_string(srt.decode("utf-8"), "srt")
    assert len(cues) >= 5
    return " ".join(cue.plaintext for cue in cues)


def test_every_manifest_names_the_commit_and_the_image(job: job_service_pb2.Job, store: Store) -> None:
    known = digests()
    for manifest in manifests(store, job.name):
        assert manifest.status in (Status.SUCCEEDED, Status.SKIPPED)
        assert manifest.code.commit == revision(manifest.stage)
        assert manifest.code.image_digest == known[manifest.stage]


def test_every_stage_ran_in_a_container_of_its_own(job: job_service_pb2.Job, store: Store) -> None:
    nodes = {manifest.stage: manifest.host.node for manifest in manifests(store, job.name)}
    assert len(set(nodes.values())) == len(nodes)


def test_the_lineage_of_the_film_is_right(job: job_service_pb2.Job) -> None:
    with grpc.insecure_channel(COORDINATOR) as channel:
        lineage: Any = lineage_service_pb2_grpc.LineageServiceStub(channel)
        verdict = lineage.VerifyJob(lineage_service_pb2.VerifyJobRequest(name=job.name))
    assert list(verdict.findings) == []
    assert verdict.sealed


def test_temporal_drove_the_job(job: job_service_pb2.Job) -> None:
    listing = ["workflow", "list", "--address=127.0.0.1:7233", "--output=json"]
    rounds = json.loads(run(engine(), "exec", container("temporal"), "temporal", *listing))
    ended = {it["execution"]["workflowId"]: it["status"] for it in rounds}
    assert ended[f"{job.name.removeprefix('jobs/')}-1"] == "WORKFLOW_EXECUTION_STATUS_COMPLETED"


def test_every_container_shows_its_metrics(job: job_service_pb2.Job, store: Store) -> None:
    ran = {it.stage for it in manifests(store, job.name) if it.status is Status.SUCCEEDED}
    for stage in sorted(ran):
        assert f'cuegraph_stage_attempts_total{{stage="{stage}",status="SUCCEEDED"}}' in metrics_of(stage)
    assert 'cuegraph_jobs{state="SUCCEEDED"}' in metrics_of("coordinator")


def metrics_of(service: str) -> str:
    with urllib.request.urlopen(f"http://{address_of(service, 9464)}/metrics", timeout=60) as answer:
        text: str = answer.read().decode("utf-8")
        return text


@pytest.mark.timeout(FILM_SECONDS)
def test_stages_share_a_container_and_load_their_models_in_turn(store: Store, tmp_path: Path) -> None:
    film = sample_film(tmp_path / "sound.mka", pause_seconds=1.0, pictures=None).path
    with served_together("asr", "vad") as together:
        places = {stage: address_of(together if stage in ("asr", "vad") else stage) for stage in STAGES}
        stages = [word for stage, address in places.items() for word in ("--stage", f"{stage}={address}")]
        done = cuegraph(
            "run", film, "--workflow", "transcribe", "--source", "en", "--profile", "cpu-small", "--no-cache", "--json",
            *stages,
            env={**store_keys(), "CUEGRAPH_STORE": STORE, "AWS_ENDPOINT_URL": STORE_ADDRESS, "AWS_REGION": "us-east-1"},
        )  # fmt: skip
        assert done.code == 0, done.stderr
        assert "cuegraph_engines_loaded 1.0" in metrics_of(together)
    nodes = {it.stage: it.host.node for it in manifests(store, done.json["job"]) if it.status is Status.SUCCEEDED}
    assert nodes["asr"] == nodes["vad"] != nodes["demux"]


@pytest.mark.parametrize("service", services())
def test_a_container_logs_objects(service: str, job: job_service_pb2.Job) -> None:
    """But for the line that says on which address it serves."""
    logged = subprocess.run(
        [engine(), "logs", container(service)], check=True, capture_output=True, text=True, timeout=60
    )
    lines = [line for line in logged.stderr.splitlines() if not line.startswith("serving ")]
    assert all({"time", "level", "message"} <= json.loads(line).keys() for line in lines)


@pytest.mark.parametrize("service", services())
def test_the_health_check_of_a_container_finds_it_serving(service: str, system: None) -> None:
    assert is_healthy(service)


def test_the_root_of_a_container_cannot_be_written(system: None) -> None:
    for service in services():
        command = [engine(), "exec", container(service), "touch", "/opt/cuegraph/written"]
        assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode != 0


def test_clients_of_this_host_reach_the_coordinator(system: None) -> None:
    assert serves(COORDINATOR)
