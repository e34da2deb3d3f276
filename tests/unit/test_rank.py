"""What a request says about its turn is checked, kept, and told again by the job."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from coordinator import admission
from coordinator.cli.options import parse_tenants
from coordinator.jobs import JobState
from coordinator.records import JobRecord, MediaRecord
from coordinator.service import job_wire
from coordinator.status import JobStatus, StepStatus
from coordinator.turns import Rank, Tenants
from cuegraph.v1 import artifact_pb2, job_service_pb2
from services.runtime.artifact import Artifact
from services.runtime.errors import InvalidRequest
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import small_job
from tests.small_requests import asked_for

DUE = datetime(2026, 2, 1, 18, tzinfo=UTC)
FILM = Artifact("blobs/sha256/ab/ab", "ab" * 32, 4, "video/mp4")


def urgent() -> JobRecord:
    return replace(small_job(MemoryStore()), tenant="news", priority=7, deadline=DUE)


@pytest.mark.parametrize("tenant", ["", "News", "a/b", "-a", "x" * 64])
def test_an_impossible_tenant_is_refused(tenant: str) -> None:
    with pytest.raises(InvalidRequest):
        admission.resolve(asked_for("transcribe", tenant=tenant))


@pytest.mark.parametrize("priority", [-1, 101])
def test_a_priority_out_of_range_is_refused(priority: int) -> None:
    with pytest.raises(InvalidRequest):
        admission.resolve(asked_for("transcribe", priority=priority))


def test_a_film_for_another_tenant_is_another_job_and_with_another_priority_the_same() -> None:
    def digest(**asked: object) -> str:
        return admission.request_digest(admission.resolve(asked_for("transcribe", **asked)), MediaRecord(FILM, "", ""))

    assert digest() == digest(priority=9, deadline=DUE)
    assert digest() != digest(tenant="news")


def test_a_job_keeps_its_rank() -> None:
    kept = JobRecord.from_json(urgent().to_json())
    assert kept.rank == Rank(kept.create_time, "news", 7, DUE)


def test_a_request_says_when_its_turn_comes() -> None:
    message = job_service_pb2.JobRequest(
        workflow="transcribe", source_language_code="en", media=artifact_pb2.Artifact(digest="ab" * 32), priority=7
    )
    message.deadline.FromDatetime(DUE)
    asked = job_wire.request_from_proto(message)
    assert (asked.tenant, asked.priority, asked.deadline) == ("default", 7, DUE)


def test_a_job_tells_its_rank_and_why_a_step_waits() -> None:
    job = urgent()
    step = StepStatus(job.plan[0], "PENDING", 0.0, waiting="there is no pod of stage first")
    told = job_wire.job_to_proto(JobStatus(job, JobState.RUNNING, (step,), None, None), {})
    assert (told.request.tenant, told.request.priority) == ("news", 7)
    assert told.request.deadline.ToDatetime(UTC) == DUE
    assert told.steps[0].waiting_reason == "there is no pod of stage first"
    assert not told.steps[0].running


def test_weights_and_limits_are_read_by_tenant() -> None:
    assert parse_tenants(["news=2.5"], ["archive=2"]) == Tenants({"news": 2.5}, {"archive": 2})
    assert parse_tenants(None, None) == Tenants()


@pytest.mark.parametrize(
    ("weights", "limits"), [(["news"], []), (["news=0"], []), (["news=x"], []), ([], ["news=0"]), ([], ["news=1.5"])]
)
def test_what_is_no_weight_or_limit_is_refused(weights: list[str], limits: list[str]) -> None:
    with pytest.raises(InvalidRequest):
        parse_tenants(weights, limits)
