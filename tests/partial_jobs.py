"""A job into Portuguese and Spanish, of which Spanish failed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs
from coordinator.records import PlannedInput, PlannedStep
from services.runtime.stage import Run
from services.runtime.store.base import Store
from tests.small_jobs import StagesHere, Watched, join, small_job
from tests.small_stages import UpperSettings, node_of

_TEXT = (PlannedInput("text", "", ""),)
PLAN = (
    PlannedStep(1, "first", inputs=_TEXT),
    *(PlannedStep(2, "translate", shard, inputs=_TEXT, shard_setting="suffix") for shard in ("pt", "es")),
)


def job_without_spanish(store: Store, folder: Path, **changes: Any) -> Jobs:
    """The jobs of the store, in which `job1` was driven to its end."""
    job = replace(small_job(store, "without", plan=PLAN), job="job1", target_languages=("pt", "es"), **changes)
    jobs, node = Jobs(store), node_of(store, folder)
    jobs.create(job)
    stages = StagesHere(node, {"first": join, "translate": _say_all_but_es})
    LocalEngine(jobs, stages, node).drive("job1", Watched())
    return jobs


def _say_all_but_es(run: Run[UpperSettings]) -> None:
    if run.settings.suffix == "es":
        raise RuntimeError("no Spanish today")
    run.output("text", "text.txt").write_text(run.settings.suffix)
