import datetime

from cuegraph.v1 import artifact_pb2 as _artifact_pb2
from cuegraph.v1 import step_pb2 as _step_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VerificationStrength(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERIFICATION_STRENGTH_UNSPECIFIED: _ClassVar[VerificationStrength]
    VERIFICATION_STRENGTH_PRESENCE: _ClassVar[VerificationStrength]
    VERIFICATION_STRENGTH_CONTENT: _ClassVar[VerificationStrength]
VERIFICATION_STRENGTH_UNSPECIFIED: VerificationStrength
VERIFICATION_STRENGTH_PRESENCE: VerificationStrength
VERIFICATION_STRENGTH_CONTENT: VerificationStrength

class GetLineageRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetLineageResponse(_message.Message):
    __slots__ = ("nodes", "edges")
    NODES_FIELD_NUMBER: _ClassVar[int]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[LineageNode]
    edges: _containers.RepeatedCompositeFieldContainer[LineageEdge]
    def __init__(self, nodes: _Optional[_Iterable[_Union[LineageNode, _Mapping]]] = ..., edges: _Optional[_Iterable[_Union[LineageEdge, _Mapping]]] = ...) -> None: ...

class LineageNode(_message.Message):
    __slots__ = ("id", "label", "run", "file")
    ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    id: str
    label: str
    run: LineageRun
    file: LineageFile
    def __init__(self, id: _Optional[str] = ..., label: _Optional[str] = ..., run: _Optional[_Union[LineageRun, _Mapping]] = ..., file: _Optional[_Union[LineageFile, _Mapping]] = ...) -> None: ...

class LineageRun(_message.Message):
    __slots__ = ("step", "status", "manifest")
    STEP_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    step: _step_pb2.Step
    status: _step_pb2.StepStatus
    manifest: _artifact_pb2.Artifact
    def __init__(self, step: _Optional[_Union[_step_pb2.Step, _Mapping]] = ..., status: _Optional[_Union[_step_pb2.StepStatus, str]] = ..., manifest: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ...) -> None: ...

class LineageFile(_message.Message):
    __slots__ = ("role", "file_name", "artifact")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    role: str
    file_name: str
    artifact: _artifact_pb2.Artifact
    def __init__(self, role: _Optional[str] = ..., file_name: _Optional[str] = ..., artifact: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ...) -> None: ...

class LineageEdge(_message.Message):
    __slots__ = ("source", "target", "role")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    source: str
    target: str
    role: str
    def __init__(self, source: _Optional[str] = ..., target: _Optional[str] = ..., role: _Optional[str] = ...) -> None: ...

class TraceCueRequest(_message.Message):
    __slots__ = ("name", "language_code", "cue_number")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    CUE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    name: str
    language_code: str
    cue_number: int
    def __init__(self, name: _Optional[str] = ..., language_code: _Optional[str] = ..., cue_number: _Optional[int] = ...) -> None: ...

class TraceCueResponse(_message.Message):
    __slots__ = ("elements", "source_span")
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SPAN_FIELD_NUMBER: _ClassVar[int]
    elements: _containers.RepeatedCompositeFieldContainer[TraceElement]
    source_span: SourceSpan
    def __init__(self, elements: _Optional[_Iterable[_Union[TraceElement, _Mapping]]] = ..., source_span: _Optional[_Union[SourceSpan, _Mapping]] = ...) -> None: ...

class TraceElement(_message.Message):
    __slots__ = ("id", "kind", "text", "start_offset", "end_offset", "source_ids", "document", "source_document", "manifest")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    text: str
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    document: _artifact_pb2.Artifact
    source_document: _artifact_pb2.Artifact
    manifest: str
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., source_ids: _Optional[_Iterable[str]] = ..., document: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., source_document: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., manifest: _Optional[str] = ...) -> None: ...

class SourceSpan(_message.Message):
    __slots__ = ("media", "stream", "start_offset", "end_offset", "start_sample", "end_sample", "sample_rate")
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    START_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    END_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    media: _artifact_pb2.Artifact
    stream: str
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    start_sample: int
    end_sample: int
    sample_rate: int
    def __init__(self, media: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., stream: _Optional[str] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., start_sample: _Optional[int] = ..., end_sample: _Optional[int] = ..., sample_rate: _Optional[int] = ...) -> None: ...

class VerifyJobRequest(_message.Message):
    __slots__ = ("name", "strength")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    name: str
    strength: VerificationStrength
    def __init__(self, name: _Optional[str] = ..., strength: _Optional[_Union[VerificationStrength, str]] = ...) -> None: ...

class VerifyJobResponse(_message.Message):
    __slots__ = ("findings", "strength", "manifest_count", "artifact_count", "sealed")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_COUNT_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    strength: VerificationStrength
    manifest_count: int
    artifact_count: int
    sealed: bool
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., strength: _Optional[_Union[VerificationStrength, str]] = ..., manifest_count: _Optional[int] = ..., artifact_count: _Optional[int] = ..., sealed: bool = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("code", "severity", "subject", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    severity: _step_pb2.Severity
    subject: str
    message: str
    def __init__(self, code: _Optional[str] = ..., severity: _Optional[_Union[_step_pb2.Severity, str]] = ..., subject: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
