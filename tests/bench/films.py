"""Runs a film through `cuegraph run` in a process of its own, on `cpu-small`, into an empty store."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.runtime.artifact import digest_bytes
from services.runtime.manifest import Manifest, from_json
from tests.bench.processes import Used, run
from tests.cuegraph import COMMAND


@dataclass(frozen=True)
class Ran:
    """One job, from nothing to its folder."""

    used: Used
    folder: Path
    """The job's folder."""
    manifests: dict[str, Manifest]
    """By digest, in order of step."""

    @property
    def start_seconds(self) -> float:
        """From the start of the process to the first stage: imports, and taking the film in."""
        return min(manifest.times.started.timestamp() for manifest in self.manifests.values()) - self.used.began

    @property
    def end_seconds(self) -> float:
        """From the end of the last stage to that of the process: the job's folder, and the interpreter's own end."""
        return self.used.ended - max(manifest.times.finished.timestamp() for manifest in self.manifests.values())

    @property
    def load_seconds(self) -> float:
        return sum(manifest.times.load_seconds for manifest in self.manifests.values())


def run_film(
    film: Path,
    folder: Path,
    *,
    seconds: float,
    workflow: str = "subtitle",
    watch: Callable[[int], None] = lambda _: None,
) -> Ran:
    """Raises RuntimeError if the job does not succeed within so many seconds."""
    folder.mkdir()
    options = ("--workflow", workflow, "--source", "en", "--profile", "cpu-small", "--json")
    places = ("--store", (folder / "store").as_uri(), "--out", folder / "out")
    used = run((COMMAND, "run", film, *options, *places), seconds=seconds, log=folder / "run.log", watch=watch)
    job = Path(json.loads(used.stdout)["out"])
    written = [path.read_bytes() for path in sorted(job.glob("*/manifest.json"))]
    return Ran(used, job, {digest_bytes(data): from_json(data) for data in written})
