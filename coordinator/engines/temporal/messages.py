"""What the workflow of a round and its activities tell each other: little, as Temporal's history keeps all of it."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.manifest import Notice

from ...jobs import JobState, Outcome
from ...records import PlannedStep

JOBS_QUEUE = "cuegraph-jobs"
"""Task queue of the workflows and of what they do beside steps."""
WORKFLOW = "JobRound"
BEGIN, WATCH, RUN_STEP, FINISH = "begin", "watch", "run_step", "finish"


def stage_queue(stage: str) -> str:
    """Task queue of a stage: its length is the stage's backlog."""
    return f"cuegraph-stage-{stage}"


def workflow_id(job_id: str, number: int) -> str:
    """One workflow per round of a job."""
    return f"{job_id}-{number}"


@dataclass(frozen=True)
class RoundAsked:
    """Asks for a round of a job to be driven."""

    job: str
    number: int
    heartbeat_seconds: float
    """After so long without a sign of life what a coordinator was doing is given to another."""


@dataclass(frozen=True)
class Begun:
    """What is known of the job when its round begins."""

    plan: tuple[PlannedStep, ...]
    done: tuple[PlannedStep, ...]
    """The steps that are committed."""
    ended: Outcome | None = None
    """How the round ended, if it has."""


@dataclass(frozen=True)
class StepAsked:
    """Asks for a step to be tried."""

    job: str
    number: int
    """Of the round."""
    step: PlannedStep
    tries: int = 0
    """How often it was tried before in this round."""


@dataclass(frozen=True)
class StepReport:
    """What came of a try at a step."""

    is_done: bool = False
    """Whether it is committed."""
    errors: tuple[Notice, ...] = ()
    """Why it is not."""
    pause_seconds: float | None = None
    """How long to wait before the next try; None if there is to be none."""


@dataclass(frozen=True)
class RoundEnd:
    """What became of the steps of a round."""

    job: str
    number: int
    state: JobState
    done: tuple[PlannedStep, ...]
    """The steps that are committed, those too that were done with what there was."""
    errors: tuple[Notice, ...]
