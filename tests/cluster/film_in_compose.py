"""The images as they are built, and a film through the system that the compose file makes of them.

Not part of `make test`: `make test-images` builds the images and names this file.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc, lineage_service_pb2, lineage_service_pb2_grpc
from services.runtime import wire
from services.runtime.manifest import Manifest, Status, from_json
from services.runtime.store import blobs, keys, open_store
from services.runtime.store.base import Store
from tests.cluster.compose_system import (
    COORDINATOR,
    OWN_IMAGES,
    ROOT,
    STORE,
    access,
    container,
    digests,
    engine,
    inside,
    name_of,
    run,
    serves,
    services,
    system_up,
)
from tests.film import sample_film
from tests.layout.test_image_locks import foreign_imports

FILM_SECONDS = 900.0
SBOM = "/opt/cuegraph/share/sbom.cdx.json"


@pytest.mark.parametrize("image", OWN_IMAGES)
def test_nobody_in_an_image_is_root_and_nothing_in_it_builds(image: str) -> None:
    found = inside(image, "sh", "-c", "id -u; for tool in pip pip3 gcc cc make; do command -v $tool; done; true")
    assert found == "10001"


@pytest.mark.parametrize("image", OWN_IMAGES)
def test_an_image_tells_everything_that_is_in_it(image: str) -> None:
    """A version may end in how it was built, as torch's in `+cpu`, which the lock leaves open."""
    components = json.loads(inside(image, "cat", SBOM))["components"]
    listed = {f"{one['name']}=={one['version'].partition('+')[0]}" for one in components}
    lock = (ROOT / f"deploy/locks/{image}.txt").read_text("utf-8").splitlines()[1:]
    assert {line.partition(" ")[0] for line in lock} <= listed


@pytest.mark.parametrize("image", OWN_IMAGES)
def test_an_image_says_what_it_was_made_from(image: str) -> None:
    (described,) = json.loads(run(engine(), "image", "inspect", name_of(image)))
    labels, variables = described["Config"]["Labels"], described["Config"]["Env"]
    assert labels["org.opencontainers.image.title"] == f"cuegraph-{image}"
    assert len(labels["org.opencontainers.image.revision"].removesuffix("-dirty")) == 40
    assert f"CUEGRAPH_COMMIT={labels['org.opencontainers.image.revision']}" in variables
    assert {"HF_HUB_OFFLINE=1", "PYANNOTE_METRICS_ENABLED=false"} <= set(variables)


@pytest.mark.parametrize("image", OWN_IMAGES)
def test_nothing_of_the_machine_that_built_an_image_is_in_it(image: str) -> None:
    """What was mounted for the build leaves at most the empty places where it was mounted."""
    mounted = "cat /etc/pip.conf 2>/dev/null; find /opt -mindepth 2 -not -path '/opt/cuegraph/*'"
    assert inside(image, "sh", "-c", mounted) == ""


@pytest.mark.parametrize("stage", [image for image in OWN_IMAGES if image != "coordinator"])
def test_everything_that_a_stage_imports_is_in_its_image(stage: str) -> None:
    names = ["coordinator.cli.main", f"services.{stage}.stage", *foreign_imports(stage)]
    inside(stage, "python", "-c", "import " + ", ".join(names))


@pytest.fixture(scope="module")
def system() -> Iterator[None]:
    with system_up():
        yield


@pytest.fixture(scope="module")
def store(system: None) -> Store:
    return open_store(STORE, access())


@pytest.fixture(scope="module")
def job(store: Store, tmp_path_factory: pytest.TempPathFactory) -> job_service_pb2.Job:
    """The sample film, subtitled in its own language and in Portuguese by the containers."""
    film = sample_film(tmp_path_factory.mktemp("film") / "film.mkv").path
    media = wire.artifact_to_proto(blobs.add_file(store, film, "video/x-matroska"))
    asked = job_service_pb2.JobRequest(
        workflow="subtitle", media=media, title=film.stem, source_language_code="en", profile="cpu-small",
        target_language_codes=["pt"],
    )  # fmt: skip
    with grpc.insecure_channel(COORDINATOR) as channel:
        jobs: Any = job_service_pb2_grpc.JobServiceStub(channel)
        created = jobs.CreateJob(job_service_pb2.CreateJobRequest(request=asked)).job
        *_, last = jobs.WatchJob(job_service_pb2.WatchJobRequest(name=created.name), timeout=FILM_SECONDS)
    done: job_service_pb2.Job = last.job
    return done


@pytest.mark.timeout(FILM_SECONDS + 600)
def test_a_film_gets_its_subtitles_from_the_containers(job: job_service_pb2.Job) -> None:
    assert job.state == job_service_pb2.JOB_STATE_SUCCEEDED, job.errors
    assert {"srt", "vtt", "ass", "mkv"} <= {made.role for made in job.deliverables}


def test_every_manifest_names_the_commit_and_the_image(job: job_service_pb2.Job, store: Store) -> None:
    known = digests()
    for manifest in manifests(store, job):
        assert manifest.status in (Status.SUCCEEDED, Status.SKIPPED)
        assert manifest.code.commit == revision(manifest.stage)
        assert manifest.code.image_digest == known[manifest.stage]


def manifests(store: Store, job: job_service_pb2.Job) -> list[Manifest]:
    prefix = keys.stages(job.name.removeprefix("jobs/"))
    committed = [key for key in store.list(prefix) if key.endswith("/manifest.json") and "/attempts/" not in key]
    assert committed
    return [from_json(store.get(key)) for key in committed]


def revision(image: str) -> str:
    return run(
        engine(), "image", "inspect", "--format", '{{index .Config.Labels "org.opencontainers.image.revision"}}',
        name_of(image),
    )  # fmt: skip


def test_every_stage_ran_in_a_container_of_its_own(job: job_service_pb2.Job, store: Store) -> None:
    nodes = {manifest.stage: manifest.host.node for manifest in manifests(store, job)}
    assert len(set(nodes.values())) == len(nodes)


def test_the_lineage_of_the_film_is_right(job: job_service_pb2.Job) -> None:
    with grpc.insecure_channel(COORDINATOR) as channel:
        lineage: Any = lineage_service_pb2_grpc.LineageServiceStub(channel)
        verdict = lineage.VerifyJob(lineage_service_pb2.VerifyJobRequest(name=job.name))
    assert list(verdict.findings) == []
    assert verdict.sealed


def test_the_root_of_a_container_cannot_be_written(system: None) -> None:
    for service in services():
        command = [engine(), "exec", container(service), "touch", "/opt/cuegraph/written"]
        assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode != 0


def test_clients_of_this_host_reach_the_coordinator(system: None) -> None:
    assert serves(COORDINATOR)
