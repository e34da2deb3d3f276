import datetime

from cuegraph.v1 import artifact_pb2 as _artifact_pb2
from cuegraph.v1 import step_pb2 as _step_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeStageRequest(_message.Message):
    __slots__ = ("stage",)
    STAGE_FIELD_NUMBER: _ClassVar[int]
    stage: str
    def __init__(self, stage: _Optional[str] = ...) -> None: ...

class DescribeStageResponse(_message.Message):
    __slots__ = ("name", "version", "inputs", "outputs", "settings_schema_json", "models", "capacity")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    inputs: _containers.RepeatedScalarFieldContainer[str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    settings_schema_json: str
    models: _containers.RepeatedScalarFieldContainer[str]
    capacity: int
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., inputs: _Optional[_Iterable[str]] = ..., outputs: _Optional[_Iterable[str]] = ..., settings_schema_json: _Optional[str] = ..., models: _Optional[_Iterable[str]] = ..., capacity: _Optional[int] = ...) -> None: ...

class RunStageRequest(_message.Message):
    __slots__ = ("step", "inputs", "settings", "use_cache", "request_time", "trace_id", "debug", "cache_scope")
    class SettingsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _step_pb2.Setting
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_step_pb2.Setting, _Mapping]] = ...) -> None: ...
    STEP_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    USE_CACHE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    DEBUG_FIELD_NUMBER: _ClassVar[int]
    CACHE_SCOPE_FIELD_NUMBER: _ClassVar[int]
    step: _step_pb2.Step
    inputs: _containers.RepeatedCompositeFieldContainer[StageInput]
    settings: _containers.MessageMap[str, _step_pb2.Setting]
    use_cache: bool
    request_time: _timestamp_pb2.Timestamp
    trace_id: str
    debug: bool
    cache_scope: str
    def __init__(self, step: _Optional[_Union[_step_pb2.Step, _Mapping]] = ..., inputs: _Optional[_Iterable[_Union[StageInput, _Mapping]]] = ..., settings: _Optional[_Mapping[str, _step_pb2.Setting]] = ..., use_cache: bool = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trace_id: _Optional[str] = ..., debug: bool = ..., cache_scope: _Optional[str] = ...) -> None: ...

class StageInput(_message.Message):
    __slots__ = ("role", "artifact", "origin")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    role: str
    artifact: _artifact_pb2.Artifact
    origin: Origin
    def __init__(self, role: _Optional[str] = ..., artifact: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., origin: _Optional[_Union[Origin, _Mapping]] = ...) -> None: ...

class Origin(_message.Message):
    __slots__ = ("manifest", "role")
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    manifest: str
    role: str
    def __init__(self, manifest: _Optional[str] = ..., role: _Optional[str] = ...) -> None: ...

class RunStageResponse(_message.Message):
    __slots__ = ("accepted", "progress", "log_line", "done")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    LOG_LINE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    accepted: RunAccepted
    progress: _step_pb2.Progress
    log_line: _step_pb2.LogLine
    done: RunDone
    def __init__(self, accepted: _Optional[_Union[RunAccepted, _Mapping]] = ..., progress: _Optional[_Union[_step_pb2.Progress, _Mapping]] = ..., log_line: _Optional[_Union[_step_pb2.LogLine, _Mapping]] = ..., done: _Optional[_Union[RunDone, _Mapping]] = ...) -> None: ...

class RunAccepted(_message.Message):
    __slots__ = ("attached",)
    ATTACHED_FIELD_NUMBER: _ClassVar[int]
    attached: bool
    def __init__(self, attached: bool = ...) -> None: ...

class RunDone(_message.Message):
    __slots__ = ("manifest", "status")
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    manifest: _artifact_pb2.Artifact
    status: _step_pb2.StepStatus
    def __init__(self, manifest: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., status: _Optional[_Union[_step_pb2.StepStatus, str]] = ...) -> None: ...

class CancelRunRequest(_message.Message):
    __slots__ = ("step",)
    STEP_FIELD_NUMBER: _ClassVar[int]
    step: _step_pb2.Step
    def __init__(self, step: _Optional[_Union[_step_pb2.Step, _Mapping]] = ...) -> None: ...

class CancelRunResponse(_message.Message):
    __slots__ = ("found",)
    FOUND_FIELD_NUMBER: _ClassVar[int]
    found: bool
    def __init__(self, found: bool = ...) -> None: ...
