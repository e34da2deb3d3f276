"""Jobs in the contract's terms: pure conversions between the coordinator's types and the messages of JobService."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from cuegraph.v1 import job_service_pb2, step_pb2
from services.runtime import wire
from services.runtime.errors import InvalidRequest, InvalidSetting
from services.runtime.manifest import Notice
from services.runtime.settings import Layer

from ..admission import JobRequest
from ..folder import deliverables
from ..jobs import JobState
from ..records import JobRecord, PlannedStep
from ..status import RUNNING, JobStatus, StepStatus

CLIENT = "request"
"""Source of a setting that a client gave without saying where it had it from."""
FILLED_IN = ("environment", "pipeline", "profile:")
"""How the sources begin of settings that nobody asked for by name."""

UnderWay = Mapping[PlannedStep, step_pb2.Progress]


def job_id(name: str) -> str:
    """`film` of `jobs/film`. Raises InvalidRequest."""
    folder, slash, job = name.partition("/")
    if folder != "jobs" or not slash or not job:
        raise InvalidRequest(f"{name!r} is no name of a job; write it as jobs/JOB")
    return job


def request_from_proto(message: job_service_pb2.JobRequest) -> JobRequest:
    """Raises InvalidRequest or InvalidSetting if something is missing or cannot be read."""
    for required in ("workflow", "source_language_code"):
        if not getattr(message, required):
            raise InvalidRequest(f"a request for a job needs {required}")
    if not message.HasField("media"):
        raise InvalidRequest("a request for a job needs media: the film as an artifact of the store")
    return JobRequest(
        workflow=message.workflow,
        source_language=message.source_language_code,
        profile=message.profile,
        layers=tuple(_layers(message.settings)),
        clip_start=_offset(message, "clip_start_offset"),
        clip_end=_offset(message, "clip_end_offset"),
    )


def job_to_proto(status: JobStatus, under_way: UnderWay) -> job_service_pb2.Job:
    """The job as it stands; `under_way` are the steps that this process knows to run."""
    job, outcome = status.job, status.outcome
    return job_service_pb2.Job(
        name=f"jobs/{job.job}",
        request=_request_to_proto(job),
        state=state_to_proto(status.state),
        create_time=_timestamp(job.create_time),
        start_time=_timestamp(status.started),
        end_time=_timestamp(outcome.finished if outcome else None),
        steps=[_step_to_proto(step, status.state, under_way.get(step.step)) for step in status.steps],
        deliverables=_deliverables(status),
        errors=[_error_to_proto(error, status) for error in (outcome.errors if outcome else ())],
    )


def state_to_proto(state: JobState) -> str:
    """The name of the enum value, which messages take for the value."""
    return f"JOB_STATE_{state}"


def state_from_proto(number: job_service_pb2.JobState) -> JobState | None:
    """None for the unspecified state. Raises InvalidRequest for one that is not known here."""
    if number == job_service_pb2.JOB_STATE_UNSPECIFIED:
        return None
    try:
        return JobState(job_service_pb2.JobState.Name(number).removeprefix("JOB_STATE_"))
    except ValueError as error:
        raise InvalidRequest(f"there is no job state {number}; leave it out for jobs in any state") from error


def progress_apart(job: job_service_pb2.Job) -> job_service_pb2.Job:
    """The job without what changes all the time."""
    still = job_service_pb2.Job()
    still.CopyFrom(job)
    for step in still.steps:
        step.ClearField("progress")
    return still


def _layers(settings: Mapping[str, step_pb2.Setting]) -> Iterator[Layer]:
    for name, message in sorted(settings.items()):
        try:
            value = json.loads(message.value_json)
        except ValueError as error:
            raise InvalidSetting(f"setting {name!r} is not JSON: {error}") from error
        yield Layer(message.source or CLIENT, {name: value})


def _offset(message: job_service_pb2.JobRequest, field: str) -> float | None:
    return wire.duration_from_proto(getattr(message, field)) if message.HasField(field) else None


def _request_to_proto(job: JobRecord) -> job_service_pb2.JobRequest:
    asked = {name: setting for name, setting in job.settings.items() if not setting.source.startswith(FILLED_IN)}
    request = job_service_pb2.JobRequest(
        workflow=job.workflow,
        media=wire.artifact_to_proto(job.media.artifact),
        title=job.media.title,
        source_language_code=job.source_language,
        profile=job.profile,
        settings=wire.settings_to_proto(asked),
    )
    if job.clip_start is not None:
        request.clip_start_offset.CopyFrom(wire.duration_to_proto(job.clip_start))
    if job.clip_end is not None:
        request.clip_end_offset.CopyFrom(wire.duration_to_proto(job.clip_end))
    return request


def _step_to_proto(step: StepStatus, state: JobState, progress: step_pb2.Progress | None) -> job_service_pb2.JobStep:
    record = step.record
    return job_service_pb2.JobStep(
        stage=step.step.stage,
        number=step.step.number,
        shard=step.step.shard,
        status=wire.status_to_proto(record.status) if record else None,
        running=progress is not None or (step.status == RUNNING and state is JobState.RUNNING),
        progress=progress,
        elapsed=wire.duration_to_proto(step.seconds) if record else None,
        manifest=wire.artifact_to_proto(step.manifest) if step.manifest else None,
    )


def _deliverables(status: JobStatus) -> Iterator[job_service_pb2.Deliverable]:
    for file_name, output in deliverables(status.job, status.delivering):
        yield job_service_pb2.Deliverable(
            role=output.role,
            language_code=output.attributes.get("language", ""),
            artifact=wire.artifact_to_proto(output.artifact),
            file_name=file_name,
        )


def _error_to_proto(error: Notice, status: JobStatus) -> job_service_pb2.JobError:
    """The stage is the one whose manifest has the same error."""
    stages = (step.step.stage for step in status.steps if step.record and error in step.record.errors)
    return job_service_pb2.JobError(code=error.code, message=error.message, stage=next(stages, ""))


def _timestamp(time: datetime | None) -> Timestamp | None:
    if time is None:
        return None
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp
