"""What the servers show to Prometheus where `--metrics` asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from services.runtime import metrics
from services.runtime.local import LocalStage
from services.runtime.metrics import Metric, Values
from services.runtime.node import Node

from ..app import App
from ..backlog import Backlog, Survey
from .output import tell


def stage_metrics(listen: str, stages: Sequence[LocalStage], node: Node) -> AbstractContextManager[None]:
    """Shows, if there is an address, what the stages of this process do. Raises InvalidRequest on entering."""
    if not listen:
        return nullcontext()
    return _shown(listen, node, lambda: of_stages(stages, len(node.engines)), [stage.name for stage in stages])


@contextmanager
def job_metrics(listen: str, app: App) -> Iterator[None]:
    """Shows, if there is an address, what the jobs of the store still have to do. Raises InvalidRequest."""
    if not listen:
        yield
        return
    backlog = Backlog(app.jobs)
    with backlog.watched(), _shown(listen, app.node, lambda: of_survey(backlog.last)):
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
def _shown(
    listen: str, node: Node, read: Callable[[], Mapping[Metric, Values]], stages: Sequence[str] = ()
) -> Iterator[None]:
    from services.runtime.exposition import RunMetrics, exposed, registry_of  # noqa: PLC0415  nobody else pays for it

    registry = registry_of(read)
    node.telemetry.add(RunMetrics(registry, stages))
    with exposed(listen, registry) as address:
        tell(f"metrics on http://{address}/metrics")
        yield
