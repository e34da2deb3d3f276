"""The system that deploy/compose.yaml makes of the images, and a film sent through it, for tests and measurements."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import yaml

from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc, step_pb2
from services.runtime import wire
from services.runtime.client import RemoteStage
from services.runtime.manifest import Manifest, from_json
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.s3 import S3Access
from tests.cluster.built_images import COMMAND_SECONDS, OWN_IMAGES, ROOT, assignments, engine, name_of, run
from tests.patience import until

COMPOSE = ROOT / "deploy/compose.yaml"
STORE = "s3://cuegraph/films"
STORE_ADDRESS = "http://127.0.0.1:8333"
COORDINATOR = "127.0.0.1:50050"
NETWORK = "cuegraph_default"
IN_CONTAINERS = {
    "CUEGRAPH_STORE": STORE,
    "AWS_ENDPOINT_URL": "http://seaweedfs:8333",
    "AWS_REGION": "us-east-1",
    "OMP_NUM_THREADS": "2",
}
"""What processes on the network of the containers are told."""
START_SECONDS = 300.0
"""How long containers may take until all of them serve, models loaded."""
FILM_SECONDS = 900.0


def services() -> Sequence[str]:
    """The services of the compose file that answer gRPC health."""
    return [name for name in yaml.safe_load(COMPOSE.read_text("utf-8"))["services"] if name in OWN_IMAGES]


@contextlib.contextmanager
def system_up() -> Iterator[dict[str, float]]:
    """`make up`, until everything serves; afterwards `make down`.

    Gives the seconds from the beginning to the first answer that a service is SERVING, by service.
    """
    begin = time.monotonic()
    run("deploy/compose.sh", "up")
    try:
        yield _served_after(begin)
    finally:
        run("deploy/compose.sh", "down")


def _served_after(begin: float) -> dict[str, float]:
    waiting, served = set(services()), dict[str, float]()
    while waiting:
        served |= {name: time.monotonic() - begin for name in sorted(waiting) if serves(address_of(name))}
        waiting -= served.keys()
        assert time.monotonic() < begin + START_SECONDS, f"not serving: {sorted(waiting)}"
        time.sleep(0.25 if waiting else 0.0)
    return served


def serves(address: str) -> bool:
    return RemoteStage(address, "").is_serving()


def address_of(service: str, port: int = 50051) -> str:
    """Where this host reaches a service on the network of the containers; nobody is there while it starts again."""
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return f"{run(engine(), 'inspect', '--format', template, container(service)) or '127.0.0.1'}:{port}"


def is_healthy(service: str) -> bool:
    """What the container's own health check says."""
    check = [engine(), "exec", container(service), "python", "/opt/cuegraph/share/healthcheck.py"]
    return subprocess.run(check, check=False, capture_output=True, timeout=COMMAND_SECONDS).returncode == 0


def container(service: str) -> str:
    """The container of a service, which may be starting again; each program for compose files names it in its way."""
    names = run(engine(), "ps", "--all", "--format", "{{.Names}}").splitlines()
    found = [name for name in names if name.replace("-", "_") == f"cuegraph_{service}_1"]
    assert found, f"there is no container of {service}; there are {names}"
    return found[0]


@contextlib.contextmanager
def served_together(*stages: str) -> Iterator[str]:
    """One container more, of the first stage's image: it serves all of these and keeps one engine. Gives its name."""
    name = "together"
    variables = {**store_keys(), **IN_CONTAINERS, "CUEGRAPH_ENGINES": "1"}
    options = [word for variable, value in variables.items() for word in ("--env", f"{variable}={value}")]
    run(
        engine(), "run", "--detach", "--name", f"cuegraph_{name}_1", "--network", NETWORK, "--read-only",
        "--tmpfs", "/tmp", "--volume", "/data", *options, name_of(stages[0]),
        "stage", "serve", *stages, "--listen=0.0.0.0:50051", "--metrics=0.0.0.0:9464",
    )  # fmt: skip
    try:
        until(lambda: serves(address_of(name)))
        yield name
    finally:
        run(engine(), "rm", "--force", "--volumes", container(name))


def access() -> S3Access:
    """The way to the store of the system, with the keys that `make up` invented."""
    invented = store_keys()
    return S3Access(STORE_ADDRESS, "us-east-1", invented["AWS_ACCESS_KEY_ID"], invented["AWS_SECRET_ACCESS_KEY"])


def store_keys() -> dict[str, str]:
    """The keys of the store, by the variables that hold them."""
    return assignments(ROOT / ".cache/compose.env")


def subtitled(store: Store, film: Path) -> job_service_pb2.Job:
    """The job of a film in English that is subtitled in its own language and in Portuguese, when it has ended.

    Voices are separated as well, which the profile for small machines leaves out, and nothing is taken over from the
    films that the store has already.
    """
    media = wire.artifact_to_proto(blobs.add_file(store, film, "video/x-matroska"))
    asked = job_service_pb2.JobRequest(
        workflow="subtitle", media=media, title=film.stem, source_language_code="en", profile="cpu-small",
        target_language_codes=["pt"], settings={"separation.engine": step_pb2.Setting(value_json='"spleeter"')},
        no_cache=True,
    )  # fmt: skip
    with grpc.insecure_channel(COORDINATOR) as channel:
        jobs: Any = job_service_pb2_grpc.JobServiceStub(channel)
        created = jobs.CreateJob(job_service_pb2.CreateJobRequest(request=asked)).job
        *_, last = jobs.WatchJob(job_service_pb2.WatchJobRequest(name=created.name), timeout=FILM_SECONDS)
    done: job_service_pb2.Job = last.job
    return done


def manifests(store: Store, job: str) -> list[Manifest]:
    """What the stages have committed for a job."""
    prefix = keys.stages(job.removeprefix("jobs/"))
    committed = [key for key in store.list(prefix) if key.endswith("/manifest.json") and "/attempts/" not in key]
    assert committed
    return [from_json(store.get(key)) for key in committed]
