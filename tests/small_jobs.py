"""Small jobs for tests of what drives a job: text instead of films, stages of a few lines."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from coordinator.jobs import Jobs, Outcome
from coordinator.records import Deliverable, JobRecord, MediaRecord, PlannedInput, PlannedStep
from services.runtime.errors import StageError
from services.runtime.local import LocalStage
from services.runtime.manifest import CodeRecord, Manifest, SettingRecord, now
from services.runtime.node import Node
from services.runtime.request import StageClient
from services.runtime.stage import Input, Output, Run, Stage
from services.runtime.store import blobs
from services.runtime.store.base import Store
from tests.small_stages import UpperSettings

Work = Callable[[Run[UpperSettings]], None]


def join(run: Run[UpperSettings]) -> None:
    """Writes what came in, one input after the other, in brackets."""
    texts = [path.read_text() for role in ("text", "more") for path in run.inputs(role)]
    run.output("text", "text.txt").write_text(f"[{'+'.join(texts)}]")


def stage_named(stage_name: str, work: Work = join) -> Stage[UpperSettings]:
    """A stage of that name that does that work."""

    class Named(Stage[UpperSettings]):
        name = stage_name
        version = "1"
        inputs = (Input("text"), Input("more", optional=True, many=True))
        outputs = (Output("text", "text/plain"),)

        def run(self, run: Run[UpperSettings]) -> None:
            work(run)

    return Named()


class StagesHere:
    """Pools of stages in this process, by name."""

    def __init__(self, node: Node, work: Mapping[str, Work]) -> None:
        self._clients: dict[str, StageClient] = {
            name: LocalStage(stage_named(name, does), node) for name, does in work.items()
        }

    def client(self, stage: str) -> StageClient:
        return self._clients[stage]


DIAMOND = (
    PlannedStep(1, "first", inputs=(PlannedInput("text", "", ""),)),
    PlannedStep(2, "left", inputs=(PlannedInput("text", "first", "text"),)),
    PlannedStep(3, "right", inputs=(PlannedInput("text", "first", "text"),)),
    PlannedStep(4, "last", inputs=(PlannedInput("text", "left", "text"), PlannedInput("more", "right", "text"))),
)


def sharded(stage: str, targets: tuple[str, ...]) -> tuple[PlannedStep, ...]:
    """A plan with one shard of `stage` for each target, which are put together, if need be with those there are."""
    made = (PlannedInput("text", "first", "text"),)
    return (
        DIAMOND[0],
        *(PlannedStep(2, stage, language, inputs=made, shard_setting="suffix") for language in targets),
        PlannedStep(
            3,
            "last",
            inputs=(*made, *(PlannedInput("more", stage, "text", language) for language in targets)),
            partial=True,
        ),
    )


def say(run: Run[UpperSettings]) -> None:
    """Writes the suffix: of a shard, its target."""
    run.output("text", "text.txt").write_text(run.settings.suffix)


def say_all_but_es(run: Run[UpperSettings]) -> None:
    if run.settings.suffix == "es":
        raise StageError("no Spanish today")
    say(run)


def small_job(
    store: Store,
    name: str = "job1",
    plan: tuple[PlannedStep, ...] = DIAMOND,
    settings: Mapping[str, SettingRecord] | None = None,
) -> JobRecord:
    """A job in the store, ready to be driven. `settings` are by `stage.setting`."""
    media = MediaRecord(blobs.add_bytes(store, b"film", "text/plain"), "A film", "a film.txt")
    job = JobRecord(
        job=name,
        workflow="small",
        media=media,
        source_language="en",
        profile="cpu-small",
        plan=plan,
        deliverables=(Deliverable(plan[-1].stage, "text", ".txt"),),
        request_digest="0" * 64,
        create_time=now(),
        code=CodeRecord("0"),
        settings=dict(settings or {}),
    )
    Jobs(store).create(job)
    return job


@dataclass
class Watched:
    """An observer of a job that keeps what it hears."""

    started: list[str] = field(default_factory=list)
    finished: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def job_started(self, job: JobRecord) -> None:
        self.lines.append(f"job {job.job}")

    def step_started(self, step: PlannedStep) -> None:
        self.started.append(step.stage)

    def step_waiting(self, step: PlannedStep, reason: str) -> None:
        self.lines.append(f"{step.stage} waits: {reason}")

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        self.lines.append(f"{step.stage} {done_seconds}")

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        self.finished.append((step.stage, str(manifest.status)))

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
