"""What the runtime costs: `cuegraph run` beside a plain script that calls the same stages on the same film.

Both are processes of their own and run in turn, so that whatever else the machine does hits both. Before them one
run of `cuegraph` says which settings and models the script must use, and warms the page cache.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pysubs2

from coordinator.app import open_app
from services.runtime.manifest import Manifest, Status
from services.runtime.models import ModelStore
from tests.bench.figures import Figure, median
from tests.bench.films import Ran, run_film
from tests.bench.plain_script import FILM, RECIPE, PlainStep
from tests.bench.processes import run
from tests.film import looped_film

PERCENT = 3.0
LONGEST_SECONDS = 1800.0
"""How long one run may take."""


@dataclass(frozen=True)
class Side:
    """One run of either side, in seconds."""

    wall: float
    cpu: float
    start: float
    """To the beginning of the first stage."""
    load: float
    """Models, and the libraries that they need."""
    end: float
    """From the end of the last stage."""

    @property
    def work(self) -> float:
        """What is left: the stages with all that is done for each."""
        return self.wall - self.start - self.load - self.end


def measure(folder: Path, *, minutes: float = 3.0, rounds: int = 3, workflow: str = "subtitle") -> Iterator[Figure]:
    film = looped_film(folder / "film.mkv", minutes)
    first = run_film(film, folder / "first", seconds=LONGEST_SECONDS, workflow=workflow)
    (folder / "recipe.json").write_bytes(RECIPE.dump_json(recipe(first, open_app().models)))
    plain, full = [], []
    for number in range(rounds):
        plain.append(_plain(film, folder / f"plain-{number}", first))
        full.append(_full(film, folder / f"full-{number}", workflow))
    yield from _compared(plain, full)


def recipe(ran: Ran, models: ModelStore) -> tuple[PlainStep, ...]:
    """What the stages of a job ran with, those that had something to do."""
    worked = [manifest for manifest in ran.manifests.values() if manifest.status is not Status.SKIPPED]
    return tuple(_step(manifest, ran.manifests, models) for manifest in worked)


def _step(manifest: Manifest, made: Mapping[str, Manifest], models: ModelStore) -> PlainStep:
    inputs: dict[str, tuple[str, ...]] = {}
    for given in manifest.inputs:
        name = f"{made[given.origin.manifest].stage}.{given.origin.role}" if given.origin else FILM
        inputs[given.role] = (*inputs.get(given.role, ()), name)
    settings = {name: record.value for name, record in manifest.settings.items()}
    paths = {model.name: models.path(model.name) for model in manifest.models}
    return PlainStep(manifest.stage, settings, paths, inputs)


def _plain(film: Path, folder: Path, first: Ran) -> Side:
    command = (sys.executable, "-m", "tests.bench.plain_script", folder.parent / "recipe.json", film, folder)
    used = run(command, seconds=LONGEST_SECONDS, log=folder.with_suffix(".log"))
    _require_same_subtitles(folder / "subtitles/outputs", next(first.folder.glob("*_subtitles")))
    times = json.loads(used.stdout)
    shutil.rmtree(folder)
    return Side(used.wall_seconds, used.cpu_seconds, times["start"], times["load"], used.ended - times["ended"])


def _full(film: Path, folder: Path, workflow: str) -> Side:
    ran = run_film(film, folder, seconds=LONGEST_SECONDS, workflow=workflow)
    shutil.rmtree(folder)
    return Side(ran.used.wall_seconds, ran.used.cpu_seconds, ran.start_seconds, ran.load_seconds, ran.end_seconds)


def _words(srt: Path) -> list[str]:
    """The words of the cues: engines compute in floating point with several threads, so that times may differ."""
    return [word for cue in pysubs2.load(str(srt)) for word in cue.plaintext.split()]


def _require_same_subtitles(one: Path, other: Path) -> None:
    """Raises RuntimeError if the two sides did different work, which cannot be compared."""
    if _words(one / "subtitles.srt") != _words(other / "subtitles.srt"):
        raise RuntimeError("the plain script and cuegraph made different subtitles of one film")


def _compared(plain: Sequence[Side], full: Sequence[Side]) -> Iterator[Figure]:
    yield _cost("the runtime's cost, wall clock", plain, full, lambda side: side.wall, PERCENT)
    yield _cost("the runtime's cost, CPU", plain, full, lambda side: side.cpu, PERCENT)
    yield _cost("the runtime's cost within and between the stages", plain, full, lambda side: side.work)
    for name, sides in (("plain script", plain), ("cuegraph", full)):
        yield median(f"{name}: wall clock", [side.wall for side in sides], "s")
        yield median(f"{name}: CPU", [side.cpu for side in sides], "s")
        yield median(f"{name}: start, to the first stage", [side.start for side in sides], "s")
        yield median(f"{name}: loading models and libraries", [side.load for side in sides], "s")
        yield median(f"{name}: stages without loading", [side.work for side in sides], "s")
        yield median(f"{name}: end, after the last stage", [side.end for side in sides], "s")


def _cost(
    what: str, plain: Sequence[Side], full: Sequence[Side], of: Callable[[Side], float], at_most: float | None = None
) -> Figure:
    """How much more each run of cuegraph took than the plain run just before it."""
    more = [100 * (of(ours) / of(theirs) - 1) for theirs, ours in zip(plain, full, strict=True)]
    return median(what, more, "%", at_most)
