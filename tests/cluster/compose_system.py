"""The images and the system that deploy/compose.yaml makes of them, for tests."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from services.runtime.client import RemoteStage
from services.runtime.registry import STAGES
from services.runtime.store.s3 import S3Access

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "deploy/compose.yaml"
STORE = "s3://cuegraph/films"
COORDINATOR = "127.0.0.1:50050"
START_SECONDS = 300.0
"""How long containers may take until all of them serve, models loaded."""
COMMAND_SECONDS = 300.0
OWN_IMAGES = ("coordinator", *STAGES)


def engine() -> str:
    """The program that runs containers here."""
    return "podman" if shutil.which("podman") else "docker"


def run(*command: str, seconds: float = COMMAND_SECONDS) -> str:
    """What a command prints; it must end well and in time."""
    done = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout.strip()


def name_of(image: str) -> str:
    """The name under which `make images` keeps an image."""
    return f"localhost/cuegraph/{image}:dev"


def inside(image: str, *command: str) -> str:
    """What a command prints in a container as small in rights as they are in production."""
    return run(
        engine(), "run", "--rm", "--read-only", "--cap-drop=ALL", "--network=none", "--entrypoint", command[0],
        name_of(image), *command[1:],
    )  # fmt: skip


def digests() -> Mapping[str, str]:
    """The digests that `make images` wrote down, by image."""
    assigned = _assignments(ROOT / ".cache/images.env")
    return {name.removeprefix("CUEGRAPH_DIGEST_").lower(): value for name, value in assigned.items()}


def access() -> S3Access:
    """The way to the store of the system, with the keys that `make up` invented."""
    keys = _assignments(ROOT / ".cache/compose.env")
    return S3Access("http://127.0.0.1:8333", "us-east-1", keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])


def _assignments(path: Path) -> dict[str, str]:
    rows = [line.partition("=") for line in path.read_text("utf-8").splitlines()]
    return {name: value for name, _, value in rows}


def services() -> Sequence[str]:
    """The services of the compose file that answer gRPC health."""
    return [name for name in yaml.safe_load(COMPOSE.read_text("utf-8"))["services"] if name in OWN_IMAGES]


@contextlib.contextmanager
def system_up() -> Iterator[None]:
    """`make up`, until everything serves; afterwards `make down`."""
    run("deploy/compose.sh", "up")
    try:
        _await_services()
        yield
    finally:
        run("deploy/compose.sh", "down")


def _await_services() -> None:
    deadline = time.monotonic() + START_SECONDS
    waiting = set(services())
    while waiting:
        waiting = {name for name in waiting if not is_healthy(name)}
        assert time.monotonic() < deadline, f"not serving: {sorted(waiting)}"
        time.sleep(1.0 if waiting else 0.0)


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


def serves(address: str) -> bool:
    return RemoteStage(address, "").is_serving()
