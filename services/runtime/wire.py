"""The contract in Python's terms: pure conversions between the runtime's types and the messages of cuegraph.v1."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any, NoReturn

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status as RpcStatus

from cuegraph.v1 import artifact_pb2, stage_service_pb2, step_pb2

from . import errors
from .artifact import Artifact
from .manifest import Origin, SettingRecord, Status
from .request import StageDescription, StageInput, StageRequest, StageResult
from .store.keys import UNSHARDED, Step

ERROR_DOMAIN = "cuegraph.dev"

MESSAGE_BYTES = 1_000
"""Longest error message that travels: it is sent twice, once percent-encoded, and gRPC takes 8 KiB of trailers."""
LOG_LINE_BYTES = 64 * 1024

_STATUS_CODES = (
    (errors.UnknownName, grpc.StatusCode.NOT_FOUND),
    (errors.ObjectNotFound, grpc.StatusCode.NOT_FOUND),
    (errors.AlreadyExists, grpc.StatusCode.ALREADY_EXISTS),
    (errors.WrongJobState, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.InputError, grpc.StatusCode.INVALID_ARGUMENT),
    (errors.StageBusy, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.StageUnavailable, grpc.StatusCode.UNAVAILABLE),
    (errors.StoreUnavailable, grpc.StatusCode.UNAVAILABLE),
    (errors.StoreError, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.ModelError, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.ServiceUnavailable, grpc.StatusCode.UNAVAILABLE),
    (errors.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (errors.AccessError, grpc.StatusCode.PERMISSION_DENIED),
    (errors.Cancelled, grpc.StatusCode.CANCELLED),
)
"""The first that fits counts; any other error is INTERNAL."""

_SEVERITIES = {
    logging.DEBUG: step_pb2.SEVERITY_DEBUG,
    logging.INFO: step_pb2.SEVERITY_INFO,
    logging.WARNING: step_pb2.SEVERITY_WARNING,
    logging.ERROR: step_pb2.SEVERITY_ERROR,
    logging.CRITICAL: step_pb2.SEVERITY_CRITICAL,
}

_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
"""What may become part of a key in the store: nothing that leads out of its folder."""


def artifact_to_proto(artifact: Artifact) -> artifact_pb2.Artifact:
    return artifact_pb2.Artifact(
        uri=artifact.uri,
        digest=artifact.digest,
        size_bytes=artifact.size_bytes,
        media_type=artifact.media_type,
    )


def artifact_from_proto(message: artifact_pb2.Artifact) -> Artifact:
    """Raises InvalidRequest if the digest is none."""
    return Artifact(message.uri, message.digest, message.size_bytes, message.media_type)


def step_to_proto(step: Step) -> step_pb2.Step:
    return step_pb2.Step(job=step.job, number=step.number, stage=step.stage, shard=step.shard)


def step_from_proto(message: step_pb2.Step) -> Step:
    """Raises InvalidRequest unless job, stage and shard are plain names and the number is positive."""
    step = Step(message.job, message.number, message.stage, message.shard or UNSHARDED)
    for part in (step.job, step.stage, step.shard):
        if not _NAME.fullmatch(part):
            _refuse(f"{part!r} cannot name a part of a step; use letters, digits, '-', '_' and '.'")
    if step.number < 1:
        _refuse(f"step number {step.number} is not a position in a pipeline; count from 1")
    return step


def settings_to_proto(settings: Mapping[str, SettingRecord]) -> dict[str, step_pb2.Setting]:
    return {
        name: step_pb2.Setting(value_json=_json(f"setting {name!r}", record.value), source=record.source)
        for name, record in settings.items()
    }


def settings_from_proto(messages: Mapping[str, step_pb2.Setting]) -> dict[str, SettingRecord]:
    """Raises InvalidSetting if a value is not JSON."""
    return {
        name: SettingRecord(_parsed(f"setting {name!r}", message.value_json), message.source)
        for name, message in messages.items()
    }


def request_to_proto(request: StageRequest) -> stage_service_pb2.RunStageRequest:
    """Raises InvalidSetting if a value cannot be written as JSON."""
    message = stage_service_pb2.RunStageRequest(
        step=step_to_proto(request.step),
        inputs=[_input_to_proto(given) for given in request.inputs],
        settings=settings_to_proto(request.settings),
        use_cache=request.use_cache,
        trace_id=request.trace_id,
        debug=request.debug,
        cache_scope=request.cache_scope,
    )
    message.request_time.FromDatetime(request.requested)
    return message


def request_from_proto(message: stage_service_pb2.RunStageRequest) -> StageRequest:
    """Raises InvalidRequest or InvalidSetting if the message lacks something or contradicts itself."""
    if not message.HasField("request_time"):
        _refuse("a request to run a stage needs request_time")
    if message.cache_scope and not _NAME.fullmatch(message.cache_scope):
        _refuse(f"{message.cache_scope!r} is no scope of the cache; use letters, digits, '-', '_' and '.'")
    return StageRequest(
        step=step_from_proto(message.step),
        inputs=tuple(_input_from_proto(given) for given in message.inputs),
        settings=settings_from_proto(message.settings),
        use_cache=message.use_cache,
        requested=message.request_time.ToDatetime(tzinfo=UTC),
        trace_id=message.trace_id,
        debug=message.debug,
        cache_scope=message.cache_scope,
    )


def result_to_proto(result: StageResult) -> stage_service_pb2.RunDone:
    return stage_service_pb2.RunDone(manifest=artifact_to_proto(result.manifest), status=status_to_proto(result.status))


def result_from_proto(message: stage_service_pb2.RunDone) -> StageResult:
    """Raises RemoteError if the status is none that is known here."""
    return StageResult(artifact_from_proto(message.manifest), status_from_proto(message.status))


def status_to_proto(status: Status) -> str:
    """The name of the enum value, which messages take for the value."""
    return f"STEP_STATUS_{status}"


def status_from_proto(number: step_pb2.StepStatus) -> Status:
    """Raises RemoteError if the status is unspecified or none that is known here."""
    try:
        return Status(step_pb2.StepStatus.Name(number).removeprefix("STEP_STATUS_"))
    except ValueError as error:
        raise errors.RemoteError(f"a step ended with status {number}, which is not known here; update") from error


def description_to_proto(description: StageDescription) -> stage_service_pb2.DescribeStageResponse:
    return stage_service_pb2.DescribeStageResponse(
        name=description.name,
        version=description.version,
        inputs=description.inputs,
        outputs=description.outputs,
        settings_schema_json=_json("settings schema", description.settings_schema),
        models=description.models,
        capacity=description.capacity,
    )


def description_from_proto(message: stage_service_pb2.DescribeStageResponse) -> StageDescription:
    """Raises InvalidSetting if the schema is not JSON."""
    return StageDescription(
        name=message.name,
        version=message.version,
        inputs=tuple(message.inputs),
        outputs=tuple(message.outputs),
        settings_schema=_parsed("settings schema", message.settings_schema_json),
        models=tuple(message.models),
        capacity=message.capacity,
    )


def progress_to_proto(done_seconds: float, total_seconds: float | None) -> step_pb2.Progress:
    """Keeps nanoseconds."""
    total = None if total_seconds is None else duration_to_proto(total_seconds)
    return step_pb2.Progress(done=duration_to_proto(done_seconds), total=total)


def progress_from_proto(message: step_pb2.Progress) -> tuple[float, float | None]:
    """Seconds done, and in all if known."""
    total = duration_from_proto(message.total) if message.HasField("total") else None
    return duration_from_proto(message.done), total


def duration_to_proto(seconds: float) -> Duration:
    duration = Duration()
    duration.FromNanoseconds(round(seconds * 1e9))
    return duration


def duration_from_proto(duration: Duration) -> float:
    return duration.ToNanoseconds() / 1e9


def log_line_to_proto(record: logging.LogRecord) -> step_pb2.LogLine:
    """Keeps microseconds, and the message up to LOG_LINE_BYTES."""
    time = Timestamp()
    time.FromMicroseconds(round(record.created * 1e6))
    return step_pb2.LogLine(
        time=time,
        severity=_SEVERITIES[_standard_level(record.levelno)],
        logger=record.name,
        message=_text(record.getMessage(), LOG_LINE_BYTES),
    )


def log_line_from_proto(message: step_pb2.LogLine) -> logging.LogRecord:
    """A record as the stage logged it. A severity that is not known here counts as the nearest known one."""
    level = _standard_level(10 * message.severity)
    record = logging.LogRecord(message.logger, level, "", 0, message.message, (), None)
    record.created = message.time.ToMicroseconds() / 1e6
    record.msecs = message.time.nanos / 1e6
    return record


def error_to_status(error: BaseException) -> RpcStatus:
    """The status that carries an error: its code as ErrorInfo, its message up to MESSAGE_BYTES."""
    known = error if isinstance(error, errors.CuegraphError) else _unexpected(error)
    code = next((code for kind, code in _STATUS_CODES if isinstance(known, kind)), grpc.StatusCode.INTERNAL)
    status = RpcStatus(code=code.value[0], message=_text(str(known), MESSAGE_BYTES))
    status.details.add().Pack(ErrorInfo(reason=known.code, domain=ERROR_DOMAIN))
    return status


def error_from_status(status: RpcStatus) -> errors.CuegraphError | None:
    """The error that a status carries, or None if nothing of ours sent it."""
    info = ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info) and info.domain == ERROR_DOMAIN:
            return errors.CuegraphError.from_code(info.reason, status.message)
    return None


def _input_to_proto(given: StageInput) -> stage_service_pb2.StageInput:
    message = stage_service_pb2.StageInput(role=given.role, artifact=artifact_to_proto(given.artifact))
    if given.origin is not None:
        message.origin.manifest, message.origin.role = given.origin.manifest, given.origin.role
        message.origin.SetInParent()
    return message


def _input_from_proto(message: stage_service_pb2.StageInput) -> StageInput:
    origin = Origin(message.origin.manifest, message.origin.role) if message.HasField("origin") else None
    return StageInput(message.role, artifact_from_proto(message.artifact), origin)


def _standard_level(level: int) -> int:
    """The nearest level of `logging` that is not above `level`, from DEBUG to CRITICAL."""
    return min(max(level // 10 * 10, logging.DEBUG), logging.CRITICAL)


def _unexpected(error: BaseException) -> errors.CuegraphError:
    return errors.CuegraphError(f"{type(error).__name__}: {error}")


def _json(what: str, value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise errors.InvalidSetting(f"{what} cannot be written as JSON: {error}") from error


def _parsed(what: str, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise errors.InvalidSetting(f"{what} is not JSON: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _refuse(message: str) -> NoReturn:
    raise errors.InvalidRequest(message)


def _text(text: str, limit_bytes: int) -> str:
    """`text` as UTF-8 allows it, cut to `limit_bytes`, the cut marked."""
    data = text.encode(errors="backslashreplace")
    if len(data) <= limit_bytes:
        return data.decode()
    mark = " [cut]"
    return data[: limit_bytes - len(mark)].decode(errors="ignore") + mark
