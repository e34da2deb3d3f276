"""Every metric there is: its name, what it says, its labels. Pure; `exposition` shows them.

Seconds and factors of attempts are those of their manifests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600)
"""Upper bounds, from a look at the cache to a long film on a small machine."""
FACTORS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
"""Upper bounds of compute seconds per media second; 1 is as fast as the film runs."""


@dataclass(frozen=True)
class Metric:
    """One metric, as Prometheus sees it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    """What it says, with its unit."""
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram."""


Values = Mapping[Any, float]
"""What a metric stands at, by the tuple of the values of its labels."""


def _seconds(name: str, text: str) -> Metric:
    return Metric(f"cuegraph_stage_{name}_seconds", "histogram", text, ("stage",), SECONDS)


QUEUE_SECONDS = _seconds("queue", "From the request to the start of an attempt.")
RUN_SECONDS = _seconds("run", "From the start of an attempt that did work to its end.")
FETCH_SECONDS = _seconds("fetch", "Fetching the inputs of an attempt from the store.")
LOAD_SECONDS = _seconds("load", "Loading models in an attempt.")
COMPUTE_SECONDS = _seconds("compute", "The work itself, without loading.")
STORE_SECONDS = _seconds("store", "Writing the outputs of an attempt to the store.")
REAL_TIME_FACTOR = Metric(
    "cuegraph_stage_real_time_factor", "histogram", "Compute seconds per second of media.", ("stage",), FACTORS
)
MEDIA_SECONDS = Metric("cuegraph_stage_media_seconds_total", "counter", "Seconds of media gone through.", ("stage",))
ATTEMPTS = Metric(
    "cuegraph_stage_attempts_total", "counter", "Attempts that ended, by the status of their manifest.",
    ("stage", "status"),
)  # fmt: skip
CACHE_HITS = Metric(
    "cuegraph_stage_cache_hits_total", "counter", "Attempts that took over what an equal one had made.", ("stage",)
)
FAILURES = Metric(
    "cuegraph_stage_failures_total", "counter", "Errors that failed an attempt, or refused a run.", ("stage", "code")
)
RUNS = Metric("cuegraph_stage_runs", "gauge", "Runs in flight.", ("stage",))
SLOTS = Metric("cuegraph_stage_slots", "gauge", "Runs that the process takes at once.", ("stage",))
ENGINES = Metric("cuegraph_engines_loaded", "gauge", "Engines that the process holds in memory.")

JOBS = Metric("cuegraph_jobs", "gauge", "Jobs of the store by state.", ("state",))
BACKLOG_STEPS = Metric(
    "cuegraph_backlog_steps", "gauge", "Steps of unfinished jobs that have all they need.", ("stage", "state")
)
BACKLOG_MEDIA_SECONDS = Metric(
    "cuegraph_backlog_media_seconds", "gauge",
    "Seconds of media of those steps; a film of unknown length counts as a step only.", ("stage", "state"),
)  # fmt: skip
SURVEY_AGE_SECONDS = Metric(
    "cuegraph_survey_age_seconds", "gauge", "How long ago the store was last looked through for all of this."
)

OF_ATTEMPTS = (
    QUEUE_SECONDS, RUN_SECONDS, FETCH_SECONDS, LOAD_SECONDS, COMPUTE_SECONDS, STORE_SECONDS, REAL_TIME_FACTOR,
    MEDIA_SECONDS, ATTEMPTS, CACHE_HITS, FAILURES,
)  # fmt: skip
"""What is counted as attempts end; the others are read when somebody looks."""
ALL = (
    *OF_ATTEMPTS, RUNS, SLOTS, ENGINES,
    JOBS, BACKLOG_STEPS, BACKLOG_MEDIA_SECONDS, SURVEY_AGE_SECONDS,
)  # fmt: skip
