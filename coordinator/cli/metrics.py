"""What the servers show to Prometheus where `--metrics` asks for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from services.runtime import metrics
from services.runtime.exposition import Readings, RunMetrics, Values, exposed, registry_of
from services.runtime.local import LocalStage
from services.runtime.metrics import Metric
from services.runtime.node import Node

from ..app import App
from ..backlog import Backlog, Survey
from .output import tell


@contextmanager
def stage_metrics(listen: str, stages: Sequence[LocalStage], node: Node) -> Iterator[None]:
    """Shows, if there is an address, what the stages of this process do. Raises InvalidRequest."""
    if not listen:
        yield
        return
    registry = registry_of([Readings(lambda: of_stages(stages, len(node.engines)))])
    with _shown(listen, node, registry, [stage.name for stage in stages]):
        yield


@contextmanager
def job_metrics(listen: str, app: App) -> Iterator[None]:
    """Shows, if there is an address, what the jobs of the store still have to do. Raises InvalidRequest."""
    if not listen:
        yield
        return
    backlog = Backlog(app.jobs)
    with backlog.watched(), _shown(listen, app.node, registry_of([Readings(lambda: of_survey(backlog.last))])):
        yield


def of_stages(stages: Sequence[LocalStage], engines: int) -> Mapping[Metric, Values]:
    """What the stages of a process stand at."""
    return {
        metrics.RUNS: {(stage.name,): stage.under_way for stage in stages},
        metrics.SLOTS: {(stage.name,): stage.capacity for stage in stages},
        metrics.ENGINES: {(): engines},
    }


def of_survey(survey: Survey | None) -> Mapping[Metric, Values]:
    """What a look through the store found; nothing before there was one."""
    if survey is None:
        return {}
    return {
        metrics.JOBS: {(state,): count for state, count in survey.jobs.items()},
        metrics.BACKLOG_STEPS: survey.steps(),
        metrics.BACKLOG_MEDIA_SECONDS: survey.media_seconds(),
        metrics.SURVEY_AGE_SECONDS: {(): time.monotonic() - survey.taken},
    }


@contextmanager
def _shown(listen: str, node: Node, registry: CollectorRegistry, stages: Sequence[str] = ()) -> Iterator[None]:
    node.telemetry.add(RunMetrics(registry, stages))
    with exposed(listen, registry) as address:
        tell(f"metrics on http://{address}/metrics")
        yield
