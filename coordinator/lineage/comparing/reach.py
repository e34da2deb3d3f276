"""How far a change would reach over every job of a store, by a few facts of each: rougher than a foresight. Pure.

A step is touched if its own part of the action would differ. What was made out of what it wrote may change too. Whether
the cache has the changed action already is not looked up: a foresight for one job does that.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, TypeVar

from ..index.entries import IndexedStep, StepBrief
from .paces import SECONDS_PER_HOUR
from .steps import title

S = TypeVar("S", IndexedStep, StepBrief)


@dataclass(frozen=True)
class JobReach:
    """One job that the change would touch."""

    job: str
    title: str
    certain: tuple[str, ...]
    """The steps that would be asked for otherwise, each by its title."""
    possible: tuple[str, ...]
    """Those that were made out of them."""
    certain_seconds: float
    possible_seconds: float
    """Of both together."""
    terms: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """How often its results have a changed term, as the steps reported it; none that they do not have."""


@dataclass(frozen=True)
class Reach:
    """Every job that the change would touch."""

    jobs: tuple[JobReach, ...]
    """In order of name."""
    price_per_hour: float | None

    @property
    def certain_seconds(self) -> float:
        return sum(job.certain_seconds for job in self.jobs)

    @property
    def possible_seconds(self) -> float:
        return sum(job.possible_seconds for job in self.jobs)

    def cost(self, seconds: float) -> float | None:
        """In the currency of the price; None if no price was given."""
        return None if self.price_per_hour is None else seconds / SECONDS_PER_HOUR * self.price_per_hour

    def to_json(self) -> dict[str, Any]:
        totals = {"certain": self.certain_seconds, "possible": self.possible_seconds}
        return {
            "schema": "cuegraph.reach/1",
            "jobs": [dataclasses.asdict(job) for job in self.jobs],
            "totals": {name: {"seconds": it, "cost": self.cost(it)} for name, it in totals.items()},
        }


def set_otherwise(steps: Iterable[IndexedStep], setting: str, value: Any) -> Iterator[IndexedStep]:
    """The steps of one stage, as the index has them, in which a setting has another value."""

    @functools.cache  # thousands of steps share a handful of settings
    def differs(settings: str) -> bool:
        return bool(json.loads(settings).get(setting) != value)

    return (step for step in steps if differs(step.settings))


def reach(
    touched: Collection[IndexedStep],
    made_from: Callable[[Iterable[str]], Iterable[StepBrief]],
    terms: Mapping[str, Mapping[str, int]],
    price_per_hour: float | None,
) -> Reach:
    """What these steps bring with them, job by job. `made_from` gives, for digests of manifests, the steps that were
    made out of them, however far on. `terms` says how often the results of a job have a term, by job and term.
    """
    first = {step.manifest for step in touched}
    jobs = {step.job for step in touched}
    onward = [step for step in made_from(first) if step.job in jobs and step.manifest not in first]
    usual = _usual_seconds((*touched, *onward))
    certain, possible = _by_job(touched), _by_job(onward)
    found = (_job(certain[job], possible.get(job, []), usual, terms.get(job, {})) for job in sorted(jobs))
    return Reach(tuple(found), price_per_hour)


def _job(
    certain: list[IndexedStep], possible: list[StepBrief], usual: Mapping[str, float], terms: Mapping[str, int]
) -> JobReach:
    sure, unsure = (sum(_seconds(step, usual) for step in steps) for steps in (certain, possible))
    return JobReach(
        certain[0].job,
        certain[0].title,
        tuple(title(step.stage, step.shard) for step in certain),
        tuple(title(step.stage, step.shard) for step in possible),
        sure,
        sure + unsure,
        terms,
    )


def _by_job(steps: Iterable[S]) -> dict[str, list[S]]:
    found: dict[str, list[S]] = {}
    for step in steps:
        found.setdefault(step.job, []).append(step)
    return found


def _usual_seconds(steps: Iterable[IndexedStep | StepBrief]) -> dict[str, float]:
    """By stage, of those that ran: what was taken over took no time, and would take some."""
    ran: dict[str, list[float]] = {}
    for step in steps:
        if step.status == "SUCCEEDED":
            ran.setdefault(step.stage, []).append(step.compute_seconds)
    return {stage: median(seconds) for stage, seconds in ran.items()}


def _seconds(step: IndexedStep | StepBrief, usual: Mapping[str, float]) -> float:
    return step.compute_seconds if step.status == "SUCCEEDED" else usual.get(step.stage, 0.0)
