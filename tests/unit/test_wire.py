"""Every value that travels comes back as it was."""

import logging
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.rpc.status_pb2 import Status as RpcStatus
from hypothesis import given
from hypothesis import strategies as st

from cuegraph.v1 import stage_service_pb2, step_pb2
from services.runtime import errors, wire
from services.runtime.artifact import Artifact
from services.runtime.manifest import Origin, SettingRecord, Status
from services.runtime.request import StageDescription, StageInput, StageRequest, StageResult
from services.runtime.store.keys import Step

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=5), values, max_size=4),
    max_leaves=8,
)
artifacts = st.builds(Artifact, texts, digests, st.integers(0, 2**63 - 1), texts)
steps = st.builds(Step, names, st.integers(1, 2**31 - 1), names, names)
inputs = st.builds(StageInput, texts, artifacts, st.none() | st.builds(Origin, texts, texts))
requests = st.builds(
    StageRequest,
    steps,
    st.lists(inputs, max_size=4).map(tuple),
    st.dictionaries(texts, st.builds(SettingRecord, json_values, texts), max_size=4),
    st.booleans(),
    st.datetimes(timezones=st.just(UTC)),
    texts,
)
roles = st.lists(texts, max_size=4).map(tuple)
descriptions = st.builds(
    StageDescription,
    texts,
    texts,
    roles,
    roles,
    st.dictionaries(texts, json_values, max_size=4),
    roles,
    st.integers(1, 2**31 - 1),
)
ERROR_CLASSES = [errors.CuegraphError.from_code(code, "").__class__ for code in sorted(errors.CuegraphError.codes())]


@given(requests)
def test_a_request_comes_back_as_it_was(request: StageRequest) -> None:
    data = wire.request_to_proto(request).SerializeToString()
    assert wire.request_from_proto(stage_service_pb2.RunStageRequest.FromString(data)) == request


@given(json_values)
def test_a_setting_keeps_the_type_of_its_value(value: object) -> None:
    returned = wire.settings_from_proto(wire.settings_to_proto({"name": SettingRecord(value, "default")}))
    assert repr(returned["name"].value) == repr(value)


@given(st.builds(StageResult, artifacts, st.sampled_from(Status)))
def test_a_result_comes_back_as_it_was(result: StageResult) -> None:
    assert wire.result_from_proto(wire.result_to_proto(result)) == result


@given(descriptions)
def test_a_description_comes_back_as_it_was(description: StageDescription) -> None:
    assert wire.description_from_proto(wire.description_to_proto(description)) == description


@given(st.floats(0, 1e6), st.none() | st.floats(0, 1e6))
def test_progress_comes_back_to_the_nanosecond(done: float, total: float | None) -> None:
    returned_done, returned_total = wire.progress_from_proto(wire.progress_to_proto(done, total))
    assert returned_done == pytest.approx(done, abs=1e-9)
    assert returned_total == (None if total is None else pytest.approx(total, abs=1e-9))


@given(
    st.sampled_from([logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]),
    texts,
    texts,
    st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)),
)
def test_a_log_record_comes_back_as_it_was(level: int, logger: str, message: str, time: datetime) -> None:
    record = logging.LogRecord(logger, level, "file.py", 1, "%s", (message,), None)
    record.created = time.replace(tzinfo=UTC).timestamp()
    returned = wire.log_line_from_proto(wire.log_line_to_proto(record))
    assert (returned.name, returned.levelno, returned.getMessage()) == (logger, level, message)
    assert abs(returned.created - record.created) < timedelta(microseconds=1).total_seconds()
    assert 0 <= returned.msecs < 1000


@pytest.mark.parametrize(("level", "name"), [(0, "DEBUG"), (25, "INFO"), (99, "CRITICAL")])
def test_a_level_of_nobody_elses_becomes_the_standard_one_below(level: int, name: str) -> None:
    record = logging.LogRecord("logger", level, "", 0, "message", (), None)
    assert wire.log_line_from_proto(wire.log_line_to_proto(record)).levelname == name


def test_a_log_line_too_long_to_travel_is_cut_and_says_so() -> None:
    record = logging.LogRecord("logger", logging.INFO, "", 0, "श" * wire.LOG_LINE_BYTES, (), None)
    message = wire.log_line_to_proto(record).message
    assert wire.LOG_LINE_BYTES - 3 <= len(message.encode()) <= wire.LOG_LINE_BYTES
    assert message.endswith("श [cut]")


def test_a_log_line_with_a_file_name_that_is_no_utf8_travels() -> None:
    record = logging.LogRecord("logger", logging.INFO, "", 0, "film\udcff.mkv", (), None)
    assert wire.log_line_to_proto(record).message == "film\\udcff.mkv"


@pytest.mark.parametrize("kind", ERROR_CLASSES)
def test_an_error_comes_back_as_its_class(kind: type[errors.CuegraphError]) -> None:
    returned = wire.error_from_status(wire.error_to_status(kind("the film is upside down")))
    assert type(returned) is kind
    assert str(returned) == "the film is upside down"


@given(st.text(st.characters(), min_size=500))
def test_an_error_always_fits_into_the_trailers_of_a_call(message: str) -> None:
    status = wire.error_to_status(errors.ToolFailed(message))
    percent_encoded = 3 * len(status.message.encode())
    assert percent_encoded + 2 * status.ByteSize() < 8 * 1024


def test_an_error_that_nobody_foresaw_is_internal_and_names_its_type() -> None:
    status = wire.error_to_status(ZeroDivisionError("division by zero"))
    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert status.message == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UnknownName(""), grpc.StatusCode.NOT_FOUND),
        (errors.InvalidSetting(""), grpc.StatusCode.INVALID_ARGUMENT),
        (errors.StageBusy(""), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (errors.StageUnavailable(""), grpc.StatusCode.UNAVAILABLE),
        (errors.StoreUnavailable(""), grpc.StatusCode.UNAVAILABLE),
        (errors.ModelMissing(""), grpc.StatusCode.FAILED_PRECONDITION),
        (errors.StageCrashed(""), grpc.StatusCode.INTERNAL),
    ],
)
def test_an_error_has_the_status_that_generic_clients_expect(
    error: errors.CuegraphError, code: grpc.StatusCode
) -> None:
    assert wire.error_to_status(error).code == code.value[0]


def test_a_status_of_a_stranger_holds_no_error_of_ours() -> None:
    assert wire.error_from_status(RpcStatus(code=14, message="no healthy upstream")) is None


@pytest.mark.parametrize(
    "step",
    [
        step_pb2.Step(number=1, stage="demux"),
        step_pb2.Step(job="job", number=1),
        step_pb2.Step(job="job", stage="demux"),
        step_pb2.Step(job="..", number=1, stage="demux"),
        step_pb2.Step(job="job/other", number=1, stage="demux"),
        step_pb2.Step(job="job", number=1, stage="demux", shard="../../other"),
        step_pb2.Step(job="job\n", number=1, stage="demux"),
    ],
)
def test_a_step_that_could_not_be_a_folder_is_refused(step: step_pb2.Step) -> None:
    with pytest.raises(errors.InvalidRequest):
        wire.step_from_proto(step)


def test_a_step_without_a_shard_is_unsharded() -> None:
    assert wire.step_from_proto(step_pb2.Step(job="job", number=1, stage="demux")).shard == "_"


def test_a_request_without_its_time_is_refused() -> None:
    message = stage_service_pb2.RunStageRequest(step=step_pb2.Step(job="job", number=1, stage="demux"))
    with pytest.raises(errors.InvalidRequest):
        wire.request_from_proto(message)


@pytest.mark.parametrize("scope", ["../blobs", "a/b", ".", "a b"])
def test_a_scope_that_would_lead_out_of_the_cache_is_refused(scope: str) -> None:
    message = stage_service_pb2.RunStageRequest(
        step=step_pb2.Step(job="job", number=1, stage="demux"), cache_scope=scope
    )
    message.request_time.GetCurrentTime()
    with pytest.raises(errors.InvalidRequest):
        wire.request_from_proto(message)


@pytest.mark.parametrize("text", ["", "nan", "NaN", "Infinity", "{", "1 2"])
def test_a_setting_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(errors.InvalidSetting):
        wire.settings_from_proto({"name": step_pb2.Setting(value_json=text)})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_a_value_that_json_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(errors.InvalidSetting):
        wire.settings_to_proto({"name": SettingRecord(value, "default")})


def test_a_status_from_a_newer_contract_is_an_error() -> None:
    with pytest.raises(errors.RemoteError):
        wire.status_from_proto(step_pb2.STEP_STATUS_UNSPECIFIED)
