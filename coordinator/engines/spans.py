"""The spans of jobs and of the tries at their steps. Pure: whichever process ends a part can tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.runtime.manifest import Notice
from services.runtime.store.keys import Step
from services.runtime.traces import Span, id_of_span, id_of_trace

from ..jobs import Outcome
from ..records import JobRecord


def trace_of(job: JobRecord, number: int) -> str:
    """The trace of a round of a job, 32 hex: the same in every process that drives it."""
    return id_of_trace(job.job, job.create_time.isoformat(), str(number))


def of_round(job: JobRecord, number: int, asked: datetime, outcome: Outcome) -> Span:
    """A round of a job, from the moment it was asked for."""
    trace_id = trace_of(job, number)
    return Span(
        name=f"job {job.workflow}",
        trace_id=trace_id,
        span_id=_id_of_round(trace_id),
        parent_id="",
        start=asked.timestamp(),
        end=outcome.finished.timestamp(),
        attributes={"cuegraph.job": job.job, "cuegraph.round": number, "cuegraph.state": str(outcome.state)},
        error=_text(outcome.errors),
    )


def id_of_try(trace_id: str, step: Step, tries: int) -> str:
    """The span of the try at a step after so many others, 16 hex."""
    return id_of_span(trace_id, step.prefix, "try", tries)


def of_try(trace_id: str, step: Step, tries: int, lasted: tuple[float, float], errors: Iterable[Notice]) -> Span:
    """A try at a step as its coordinator saw it, waiting for its turn included.

    It lasted from the one to the other, in seconds since the epoch.
    """
    return Span(
        name=f"step {step.stage}",
        trace_id=trace_id,
        span_id=id_of_try(trace_id, step, tries),
        parent_id=_id_of_round(trace_id),
        start=lasted[0],
        end=lasted[1],
        attributes={
            "cuegraph.job": step.job,
            "cuegraph.stage": step.stage,
            "cuegraph.shard": step.shard,
            "cuegraph.tries": tries,
        },
        error=_text(errors),
    )


def _id_of_round(trace_id: str) -> str:
    return id_of_span(trace_id, "round")


def _text(errors: Iterable[Notice]) -> str:
    return "; ".join(f"{error.code}: {error.message}" for error in errors)
