"""The images that `make images` builds, for tests and measurements."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from services.runtime.registry import STAGES

ROOT = Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 300.0
OWN_IMAGES = ("coordinator", *STAGES)
IMAGES = (*OWN_IMAGES, "seaweedfs", "temporal")


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


def revision(image: str) -> str:
    """The commit that an image says it was made from."""
    label = '{{index .Config.Labels "org.opencontainers.image.revision"}}'
    return run(engine(), "image", "inspect", "--format", label, name_of(image))


def megabytes(image: str) -> float:
    """How large an image is, unpacked, with the layers that it shares."""
    return int(run(engine(), "image", "inspect", "--format", "{{.Size}}", name_of(image))) / 1e6


def digests() -> Mapping[str, str]:
    """The digests that `make images` wrote down, by image."""
    assigned = assignments(ROOT / ".cache/images.env")
    return {name.removeprefix("CUEGRAPH_DIGEST_").lower(): value for name, value in assigned.items()}


def assignments(path: Path) -> dict[str, str]:
    """The variables that a file gives."""
    rows = [line.partition("=") for line in path.read_text("utf-8").splitlines()]
    return {name: value for name, _, value in rows}
