"""How long steps take, by what earlier runs of their stages took. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from services.runtime.manifest import Manifest, Status

from ..facts import JobFacts
from .foreseen import ForeseenStep

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Run:
    """One earlier run of a stage."""

    job: str
    stage: str
    shard: str
    compute_seconds: float
    load_seconds: float
    """Loading models: does not grow with the film."""
    media_seconds: float | None
    """None where the stage told of no media."""


@dataclass(frozen=True)
class Estimate:
    """How long a step would take."""

    seconds: float
    runs: int
    """How many earlier runs speak for it."""
    of_this_film: bool
    """Whether they were on this very film; else they are of others, in proportion to their length."""


@dataclass(frozen=True)
class Total:
    """Time, and what it costs."""

    seconds: float
    cost: float | None
    """In the currency of the price; None if no price was given."""
    without_evidence: tuple[str, ...]
    """Steps of which nobody knows how long they take: not counted."""


def runs_of(facts: JobFacts) -> Iterator[Run]:
    """The runs behind the steps of a job: its own, and the originals of what it took over."""
    for found in facts.commits.values():
        manifest = found.content
        if manifest is not None and manifest.reused is not None:
            original = facts.originals.get(manifest.reused.uri)
            manifest = original.content if original else None
        if manifest is not None and manifest.status in (Status.SUCCEEDED, Status.SKIPPED):
            yield _run(manifest)


def estimates(
    steps: Iterable[ForeseenStep], own: Iterable[Run], others: Iterable[Run], media_seconds: float | None
) -> dict[tuple[str, str], Estimate]:
    """How long each step would take that may run; those without evidence are left out.

    `own` are the runs behind the job, `others` those of other films, `media_seconds` is how long this film lasts.
    """
    mine, rest = _by_stage(own), _by_stage(others)
    found = {}
    for step in steps:
        if not step.would_run:
            continue
        runs = [run for run in mine.get(step.stage, ()) if run.shard == step.shard] or mine.get(step.stage, [])
        estimate = _of_this_film(runs) or _of_others(rest.get(step.stage, []), media_seconds)
        if estimate is not None:
            found[step.place] = estimate
    return found


def total(
    steps: Iterable[ForeseenStep], known: Mapping[tuple[str, str], Estimate], price_per_hour: float | None
) -> Total:
    """Of these steps together, one after the other."""
    listed = list(steps)
    seconds = sum(known[step.place].seconds for step in listed if step.place in known)
    cost = None if price_per_hour is None else seconds / SECONDS_PER_HOUR * price_per_hour
    return Total(seconds, cost, tuple(step.title for step in listed if step.place not in known))


def film_seconds(runs: Iterable[Run], recorded: float | None) -> float | None:
    """How long the film, or the part of it that was asked for, lasts: as much as any stage went through."""
    return max((run.media_seconds for run in runs if run.media_seconds), default=recorded)


def _run(manifest: Manifest) -> Run:
    times, throughput = manifest.times, manifest.throughput
    media = throughput.media_seconds if throughput else None
    return Run(manifest.job, manifest.stage, manifest.shard, times.compute_seconds, times.load_seconds, media)


def _by_stage(runs: Iterable[Run]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.stage, []).append(run)
    return found


def _of_this_film(runs: list[Run]) -> Estimate | None:
    if not runs:
        return None
    return Estimate(median(run.compute_seconds + run.load_seconds for run in runs), len(runs), of_this_film=True)


def _of_others(runs: list[Run], media_seconds: float | None) -> Estimate | None:
    """By the median of their compute seconds per second of media; a stage that told of no media as it was."""
    if not runs:
        return None
    paced = [run.compute_seconds / run.media_seconds for run in runs if run.media_seconds]
    if paced and media_seconds is not None:
        seconds = median(paced) * media_seconds + median(run.load_seconds for run in runs)
        return Estimate(seconds, len(paced), of_this_film=False)
    if paced:
        return None
    return Estimate(median(run.compute_seconds + run.load_seconds for run in runs), len(runs), of_this_film=False)
