"""The run events: one run for the job, one for every attempt that ended, in the order in which they happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from services.runtime.manifest import CodeRecord, Status

from ....jobs import JobState
from ..history import Attempt, File, History
from ..identifiers import program, run_id
from . import facets
from .facets import NAMESPACE

Event = dict[str, Any]

_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_ENDS = {Status.FAILED: "FAIL", Status.CANCELLED: "ABORT"}
_JOB_ENDS = {JobState.SUCCEEDED: "COMPLETE", JobState.FAILED: "FAIL", JobState.CANCELLED: "ABORT"}


def as_openlineage(history: History) -> str:
    """One event a line, as OpenLineage's own file transport writes them."""
    lines = (json.dumps(event, ensure_ascii=False, sort_keys=True) for event in events(history))
    return "".join(f"{line}\n" for line in lines)


def events(history: History) -> list[Event]:
    """Every event with its run's facets. A job that has not ended has a START and no end."""
    steps = [event for attempt in history.attempts for event in _of_attempt(history, attempt)]
    in_time = sorted(steps, key=lambda event: str(event["eventTime"]))
    return [_job_start(history), *in_time, *_job_end(history)]


def _job_start(history: History) -> Event:
    record = history.record
    return _event(record.code, "START", record.create_time, _job_run(history), _job(history))


def _job_end(history: History) -> Iterator[Event]:
    ending = history.ending
    if ending is None or ending.state not in _JOB_ENDS:
        return
    producer = program(history.record.code)
    run = _job_run(history)
    if ending.errors:
        run["facets"]["errorMessage"] = facets.error_message(producer, ending.errors)
    given = [facets.dataset_of(file) | {"type": "DATASET"} for file in history.given]
    yield {
        **_event(history.record.code, _JOB_ENDS[ending.state], ending.finished, run, _job(history)),
        "inputs": [facets.input_dataset(producer, file.role, file) for file in history.given],
        "outputs": [facets.output_dataset(producer, file, given) for _, file in history.delivered],
    }


def _of_attempt(history: History, attempt: Attempt) -> tuple[Event, Event]:
    manifest = attempt.manifest
    run, job = _step_run(history, attempt), _step_job(history, attempt)
    start = _event(manifest.code, "START", manifest.times.started, run, job)
    kind = _ENDS.get(manifest.status, "COMPLETE")
    end = _event(manifest.code, kind, manifest.times.finished, _ended(run, attempt), job)
    return {**start, "inputs": _inputs(attempt)}, {**end, "inputs": _inputs(attempt), "outputs": _outputs(attempt)}


def _event(code: CodeRecord, kind: str, time: datetime, run: Event, job: Event) -> Event:
    return {
        "eventType": kind,
        "eventTime": time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "producer": program(code),
        "schemaURL": _SCHEMA,
        "run": run,
        "job": job,
        "inputs": [],
        "outputs": [],
    }


def _job_run(history: History) -> dict[str, Any]:
    record = history.record
    producer = program(record.code)
    described = {
        "processing_engine": facets.engine(producer, record.code.version),
        "executionParameters": facets.parameters(producer, record.settings),
    }
    return {"runId": run_id(record.create_time, history.digest), "facets": described}


def _job(history: History) -> dict[str, Any]:
    producer = program(history.record.code)
    described = {"jobType": facets.job_type(producer, "WORKFLOW")}
    return {"namespace": NAMESPACE, "name": history.record.workflow, "facets": described}


def _step_run(history: History, attempt: Attempt) -> dict[str, Any]:
    manifest = attempt.manifest
    producer = program(manifest.code)
    described = {
        "parent": _parent(history, producer),
        "processing_engine": facets.engine(producer, manifest.code.version),
        "executionParameters": facets.parameters(producer, manifest.settings),
        "cuegraph_attempt": facets.attempt_facet(producer, attempt),
    }
    return {"runId": run_id(manifest.times.started, attempt.digest), "facets": described}


def _ended(run: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
    """The run with what went wrong in it."""
    errors = attempt.manifest.errors
    if not errors:
        return run
    message = facets.error_message(program(attempt.manifest.code), errors)
    return {**run, "facets": {**run["facets"], "errorMessage": message}}


def _parent(history: History, producer: str) -> facets.Facet:
    run, job = {"runId": _job_run(history)["runId"]}, {"namespace": NAMESPACE, "name": history.record.workflow}
    return facets.facet(
        producer, "ParentRunFacet", "1-2-0", run=run, job=job, root={"run": dict(run), "job": dict(job)}
    )


def _step_job(history: History, attempt: Attempt) -> dict[str, Any]:
    producer = program(attempt.manifest.code)
    name = f"{history.record.workflow}.{attempt.place.replace('/', '.')}"
    return {
        "namespace": NAMESPACE,
        "name": name,
        "facets": {"jobType": facets.job_type(producer, "STAGE")},
    }


def _inputs(attempt: Attempt) -> list[dict[str, Any]]:
    producer = program(attempt.manifest.code)
    files = [facets.input_dataset(producer, role, file) for role, file in attempt.inputs]
    return files + [facets.model_dataset(producer, model) for model in attempt.manifest.models]


def _outputs(attempt: Attempt) -> list[dict[str, Any]]:
    """Every output was made of every input: a manifest says no less, and what is inside files is theirs to say."""
    producer = program(attempt.manifest.code)
    sources = [_source(facets.dataset_of(file), "DIRECT", description=role) for role, file in attempt.inputs]
    sources += [_source(facets.model_name(model), "INDIRECT", description="model") for model in attempt.manifest.models]
    return [facets.output_dataset(producer, file, [*sources, *_taken_over(attempt, file)]) for file in attempt.outputs]


def _taken_over(attempt: Attempt, file: File) -> Iterator[dict[str, Any]]:
    """The output of an earlier attempt that this one is."""
    original = attempt.original_of(file)
    if original:
        yield _source(facets.dataset_of(original), "DIRECT", subtype="IDENTITY", description="taken over")


def _source(dataset: dict[str, str], kind: str, **said: str) -> dict[str, Any]:
    return {**dataset, "type": "DATASET", "transformations": [{"type": kind, **said}]}
