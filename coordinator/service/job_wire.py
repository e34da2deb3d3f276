"""Jobs in the contract's terms: pure conversions between the coordinator's types and the messages of JobService."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from cuegraph.v1 import job_service_pb2, step_pb2
from services.documents import transcript
from services.documents.quality import Quality, Verdict
from services.runtime import wire
from services.runtime.errors import InvalidRequest, InvalidSetting
from services.runtime.layers import Layer
from services.runtime.manifest import Notice, Status
from services.runtime.store.keys import UNSHARDED

from .. import pipeline
from ..admission import JobRequest
from ..folder import deliverables
from ..jobs import JobState
from ..records import FileRecord, JobRecord, PlannedStep
from ..status import RUNNING, JobStatus, StepStatus, step_of, targets
from ..turns import DEFAULT_TENANT

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
    subject = "transcript" if message.media.media_type == transcript.MEDIA_TYPE else "film"
    return JobRequest(
        workflow=message.workflow,
        source_language=message.source_language_code,
        profile=message.profile,
        layers=tuple(_layers(message.settings)),
        clip_start=_offset(message, "clip_start_offset"),
        clip_end=_offset(message, "clip_end_offset"),
        target_languages=tuple(message.target_language_codes),
        subject=subject,
        first_anew=pipeline.load(message.workflow, subject).stages[0] if message.no_cache else message.from_stage,
        debug=message.debug,
        title=message.title if message.year else "",
        year=message.year or None,
        tenant=message.tenant or DEFAULT_TENANT,
        priority=message.priority,
        deadline=message.deadline.ToDatetime(UTC) if message.HasField("deadline") else None,
    )


def files_from_proto(messages: Iterable[job_service_pb2.JobFile]) -> tuple[FileRecord, ...]:
    """What comes with a film. Raises InvalidRequest if an artifact is missing or cannot be read."""
    return tuple(
        FileRecord(it.name, wire.artifact_from_proto(it.artifact), it.file_name or it.name, it.author)
        for it in messages
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
        errors=_errors_to_proto(status),
        targets=_targets_to_proto(status),
        quality=_quality_to_proto(status.quality),
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
        target_language_codes=job.target_languages,
        year=job.settings["metadata.year"].value if "metadata.year" in job.settings else 0,
        files=[_file_to_proto(file) for file in job.files],
        debug=job.debug,
        tenant=job.tenant,
        priority=job.priority,
        deadline=_timestamp(job.deadline),
    )
    if job.anew:
        request.no_cache = job.anew[0] == job.plan[0].stage
        request.from_stage = "" if request.no_cache else job.anew[0]
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
        running=not step.waiting and (progress is not None or (step.status == RUNNING and state is JobState.RUNNING)),
        progress=progress,
        elapsed=wire.duration_to_proto(step.seconds) if record else None,
        manifest=wire.artifact_to_proto(step.manifest) if step.manifest else None,
        waiting_reason=step.waiting,
    )


def _deliverables(status: JobStatus) -> Iterator[job_service_pb2.Deliverable]:
    for file_name, output in deliverables(status.job, status.delivering):
        yield job_service_pb2.Deliverable(
            role=output.role,
            language_code=output.attributes.get("language", ""),
            artifact=wire.artifact_to_proto(output.artifact),
            file_name=file_name,
        )


def _errors_to_proto(status: JobStatus) -> list[job_service_pb2.JobError]:
    return [_error_to_proto(error, status) for error in (status.outcome.errors if status.outcome else ())]


def _error_to_proto(error: Notice, status: JobStatus) -> job_service_pb2.JobError:
    step = step_of(error, status)
    return job_service_pb2.JobError(
        code=error.code,
        message=error.message,
        stage=step.stage if step else "",
        shard=step.shard if step and step.shard != UNSHARDED else "",
    )


def _targets_to_proto(status: JobStatus) -> Iterator[job_service_pb2.JobTarget]:
    errors = _errors_to_proto(status)
    for target in targets(status):
        ended = target.state in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)
        yield job_service_pb2.JobTarget(
            language_code=target.language_code,
            status=wire.status_to_proto(Status(target.state)) if ended else None,
            errors=[error for error in errors if error.shard == target.language_code],
        )


def _quality_to_proto(quality: Quality | None) -> job_service_pb2.JobQuality | None:
    if quality is None:
        return None
    reasons = [
        job_service_pb2.QualityReason(code=it.code, track=it.track, verdict=_verdict(it.verdict), message=it.message)
        for it in quality.reasons
    ]
    return job_service_pb2.JobQuality(verdict=_verdict(quality.verdict), reasons=reasons)


def _verdict(verdict: Verdict) -> str:
    """The name of the enum value, which messages take for the value."""
    return f"QUALITY_VERDICT_{verdict.upper()}"


def _file_to_proto(file: FileRecord) -> job_service_pb2.JobFile:
    artifact = wire.artifact_to_proto(file.artifact)
    return job_service_pb2.JobFile(name=file.name, artifact=artifact, file_name=file.file_name, author=file.author)


def _timestamp(time: datetime | None) -> Timestamp | None:
    if time is None:
        return None
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp
