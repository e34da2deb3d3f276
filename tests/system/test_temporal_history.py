"""What Temporal keeps of a job is small, holds no secret, and leads a workflow to the same decisions again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from coordinator.engines import steps
from coordinator.engines.temporal.engine import TemporalEngine
from coordinator.engines.temporal.messages import workflow_id
from coordinator.engines.temporal.workflow import JobRound
from coordinator.jobs import Jobs, JobState
from services.runtime.errors import ServiceUnavailable
from services.runtime.redaction import Redactor
from services.runtime.settings import TemporalAccess
from services.runtime.stage import Run
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import DIAMOND, StagesHere, Watched, join, small_job
from tests.small_stages import UpperSettings, node_of
from tests.temporal_server import PATIENCE_SECONDS, TemporalServer

STAGES = tuple(step.stage for step in DIAMOND)
MOST_BYTES_OF_A_STEP = 10_000


def fail(run: Run[UpperSettings]) -> None:
    raise ServiceUnavailable("it does not answer to correct-horse")


async def history_of(access: TemporalAccess, job_id: str) -> WorkflowHistory:
    client = await Client.connect(access.address, namespace=access.namespace)
    return await client.get_workflow_handle(workflow_id(job_id, 1)).fetch_history()


def test_a_job_whose_step_fails_leaves_a_small_history_without_secrets_that_can_be_replayed(
    tmp_path: Path, temporal: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BACKOFF_SECONDS", 0.001)
    access = temporal.new_namespace()
    node = replace(node_of(MemoryStore(), tmp_path), redactor=Redactor(["correct-horse"]))
    small_job(node.store)
    stages = StagesHere(node, dict.fromkeys(STAGES, join) | {"right": fail})
    engine = TemporalEngine(Jobs(node.store), stages, node, access, stages=STAGES)
    engine.start()
    outcome = engine.drive("job1", Watched())
    engine.stop(PATIENCE_SECONDS)
    assert (outcome.state, [error.code for error in outcome.errors]) == (JobState.FAILED, ["SERVICE_UNAVAILABLE"])
    history = asyncio.run(history_of(access, "job1"))
    assert "it does not answer to" in outcome.errors[0].message
    kept = b"".join(event.SerializeToString() for event in history.events)
    assert b"it does not answer to" in kept
    assert b"correct-horse" not in kept
    assert len(kept) < MOST_BYTES_OF_A_STEP * len(DIAMOND)
    replayer = Replayer(workflows=[JobRound], data_converter=pydantic_data_converter)
    asyncio.run(replayer.replay_workflow(history))
