"""From `make images` to a film done in containers; how large images are, and how soon stages serve."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from services.runtime.registry import STAGES
from services.runtime.store import open_store
from tests.bench.figures import Figure
from tests.cluster.built_images import IMAGES, ROOT, engine, megabytes, name_of, run
from tests.cluster.compose_system import (
    STORE,
    access,
    address_of,
    container,
    serves,
    subtitled,
    system_up,
)
from tests.film import sample_film

BUILD_SECONDS = 3600.0
CHANGED = "services/runtime/registry.py"
"""A file that is in every image but the store's and Temporal's."""
POLL_SECONDS = 0.05


def measure(folder: Path) -> Iterator[Figure]:
    """Builds with what the builder has in its cache: without images it is a build from the base."""
    built, cached = _built(ROOT, tag="dev")
    yield Figure("make images", built, "s", note=f"{len(IMAGES)} images; {cached} steps from the cache")
    begin = time.monotonic()
    with system_up() as served:
        up = time.monotonic() - begin
        yield Figure("make up, until everything serves", up, "s")
        film = _film_seconds(folder)
        yield Figure("the sample film through all stages", film, "s", note="its own language and Portuguese")
        yield Figure("from make images to the film done", built + up + film, "s")
        yield from _starts(served, begin)
    yield from (Figure(f"image {image}", megabytes(image), "MB") for image in IMAGES)
    yield from _rebuilt(folder / "changed")


def _built(tree: Path, tag: str, images: Sequence[str] = ()) -> tuple[float, int]:
    """Seconds of a build, and how many of its steps came out of the builder's cache."""
    begin = time.monotonic()
    done = subprocess.run(
        ["deploy/images.sh", *images], cwd=tree, env={**os.environ, "TAG": tag}, check=True, capture_output=True,
        text=True, timeout=BUILD_SECONDS,
    )  # fmt: skip
    return time.monotonic() - begin, (done.stdout + done.stderr).lower().count("using cache")


def _film_seconds(folder: Path) -> float:
    film = sample_film(folder / "film.mkv").path
    store = open_store(STORE, access())
    begin = time.monotonic()
    job = subtitled(store, film)
    assert job.deliverables, job.errors
    return time.monotonic() - begin


def _starts(served: Mapping[str, float], begin: float) -> Iterator[Figure]:
    """Of every container at once, when models are taken out of packages; then one at a time."""
    began = datetime.now(UTC).timestamp() - (time.monotonic() - begin)
    first = {name: began + seconds - _started(name) for name, seconds in served.items()}
    for name in ("coordinator", *STAGES):
        note = f"{first[name]:.1f} s for the first time, with all the others"
        yield Figure(f"{name}: start to SERVING", _restart_seconds(name), "s", note=note)


def _started(service: str) -> float:
    """When its container was started, in seconds since 1970."""
    (described,) = json.loads(run(engine(), "inspect", container(service)))
    return datetime.fromisoformat(described["State"]["StartedAt"]).timestamp()


def _restart_seconds(service: str) -> float:
    run(engine(), "stop", container(service))
    begin = time.monotonic()
    run(engine(), "start", container(service))
    address = address_of(service)
    while not serves(address):
        time.sleep(POLL_SECONDS)
    return time.monotonic() - begin


def _rebuilt(tree: Path) -> Iterator[Figure]:
    """After a change of one line of code, in a copy of the project."""
    run("git", "clone", "-q", str(ROOT), str(tree))
    with (tree / CHANGED).open("a", encoding="utf-8") as code:
        code.write("# changed\n")
    one, _ = _built(tree, "changed", ["asr"])
    others, cached = _built(tree, "changed")
    run(engine(), "rmi", *(name_of(image).replace(":dev", ":changed") for image in IMAGES))
    yield Figure("rebuilt after a change of code: asr", one, "s")
    yield Figure("rebuilt after a change of code: all images", one + others, "s", note=f"{cached} steps from the cache")
