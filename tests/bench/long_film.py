"""What a long film needs, from the film to the film with subtitles on `cpu-small`: memory and time, by length.

The films are the sample film again and again. Memory is the sum over all processes, sampled twice a second.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.films import Ran, run_film
from tests.bench.memory import PeakMemory
from tests.film import looped_film

MINUTES = (10.0, 30.0, 120.0)
MOST_GIB = 4.0
GROWTH_PERCENT = 10.0
"""More memory than this at the longest film, beside the shortest, would be growth."""
LONGEST_FACTOR = 3.0
"""A run is given up after so many times the film's length, and at least LEAST_SECONDS."""
LEAST_SECONDS = 900.0


@dataclass(frozen=True)
class _Measured:
    minutes: float
    ran: Ran
    peak_bytes: int

    @property
    def peak_gib(self) -> float:
        return self.peak_bytes / 2**30


def measure(folder: Path, *, minutes: Sequence[float] = MINUTES) -> Iterator[Figure]:
    measured = []
    for length in sorted(minutes):
        one = _measure(folder, length)
        yield from _figures(one)
        measured.append(one)
    if len(measured) > 1:
        yield _growth(measured[0], measured[-1])


def _measure(folder: Path, minutes: float) -> _Measured:
    film = looped_film(folder / f"film-{minutes:g}.mkv", minutes)
    watched: list[PeakMemory] = []
    seconds = max(LEAST_SECONDS, LONGEST_FACTOR * minutes * 60)
    place = folder / f"run-{minutes:g}"
    ran = run_film(film, place, seconds=seconds, watch=lambda pid: watched.append(PeakMemory(pid)))
    film.unlink()
    shutil.rmtree(place)
    return _Measured(minutes, ran, watched[0].peak_bytes)


def _figures(one: _Measured) -> Iterator[Figure]:
    what, film_seconds = f"{one.minutes:g} min", one.minutes * 60
    yield Figure(f"{what}: peak memory of all processes", one.peak_gib, "GiB", MOST_GIB)
    yield Figure(f"{what}: wall clock", one.ran.used.wall_seconds / 60, "min")
    yield Figure(f"{what}: real-time factor", one.ran.used.wall_seconds / film_seconds, "x")
    for manifest in one.ran.manifests.values():
        seconds = (manifest.times.finished - manifest.times.started).total_seconds()
        peak = manifest.resources.peak_memory_bytes / 2**20 if manifest.resources else 0
        note = f"{seconds:.1f} s, of which {manifest.times.store_seconds:.1f} s storing; its peak {peak:.0f} MiB"
        yield Figure(f"{what}: {manifest.stage}, real-time factor", seconds / film_seconds, "x", note=note)


def _growth(short: _Measured, long: _Measured) -> Figure:
    more = 100 * (long.peak_bytes / short.peak_bytes - 1)
    return Figure(f"memory at {long.minutes:g} min beside {short.minutes:g} min", more, "%", GROWTH_PERCENT)
