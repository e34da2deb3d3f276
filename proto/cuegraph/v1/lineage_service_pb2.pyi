import datetime

from cuegraph.v1 import artifact_pb2 as _artifact_pb2
from cuegraph.v1 import comparison_pb2 as _comparison_pb2
from cuegraph.v1 import cue_pb2 as _cue_pb2
from cuegraph.v1 import job_service_pb2 as _job_service_pb2
from cuegraph.v1 import proof_pb2 as _proof_pb2
from cuegraph.v1 import step_pb2 as _step_pb2
from cuegraph.v1 import trace_pb2 as _trace_pb2
from cuegraph.v1 import usage_pb2 as _usage_pb2
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
    VERIFICATION_STRENGTH_SAMPLE: _ClassVar[VerificationStrength]
VERIFICATION_STRENGTH_UNSPECIFIED: VerificationStrength
VERIFICATION_STRENGTH_PRESENCE: VerificationStrength
VERIFICATION_STRENGTH_CONTENT: VerificationStrength
VERIFICATION_STRENGTH_SAMPLE: VerificationStrength

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
    __slots__ = ("elements", "source_span", "title", "language_code", "cue", "sentences", "words", "segments", "regions", "audio", "steps", "listen", "edit")
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_SPAN_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    CUE_FIELD_NUMBER: _ClassVar[int]
    SENTENCES_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    LISTEN_FIELD_NUMBER: _ClassVar[int]
    EDIT_FIELD_NUMBER: _ClassVar[int]
    elements: _containers.RepeatedCompositeFieldContainer[TraceElement]
    source_span: SourceSpan
    title: str
    language_code: str
    cue: _cue_pb2.Cue
    sentences: _containers.RepeatedCompositeFieldContainer[_trace_pb2.TracedSentence]
    words: _containers.RepeatedCompositeFieldContainer[_trace_pb2.TracedWord]
    segments: _containers.RepeatedCompositeFieldContainer[_trace_pb2.TracedSegment]
    regions: _containers.RepeatedCompositeFieldContainer[_trace_pb2.TracedRegion]
    audio: _trace_pb2.TracedAudio
    steps: _containers.RepeatedCompositeFieldContainer[_trace_pb2.TracedStep]
    listen: _trace_pb2.ListenCommands
    edit: _trace_pb2.TracedEdit
    def __init__(self, elements: _Optional[_Iterable[_Union[TraceElement, _Mapping]]] = ..., source_span: _Optional[_Union[SourceSpan, _Mapping]] = ..., title: _Optional[str] = ..., language_code: _Optional[str] = ..., cue: _Optional[_Union[_cue_pb2.Cue, _Mapping]] = ..., sentences: _Optional[_Iterable[_Union[_trace_pb2.TracedSentence, _Mapping]]] = ..., words: _Optional[_Iterable[_Union[_trace_pb2.TracedWord, _Mapping]]] = ..., segments: _Optional[_Iterable[_Union[_trace_pb2.TracedSegment, _Mapping]]] = ..., regions: _Optional[_Iterable[_Union[_trace_pb2.TracedRegion, _Mapping]]] = ..., audio: _Optional[_Union[_trace_pb2.TracedAudio, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[_trace_pb2.TracedStep, _Mapping]]] = ..., listen: _Optional[_Union[_trace_pb2.ListenCommands, _Mapping]] = ..., edit: _Optional[_Union[_trace_pb2.TracedEdit, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("media", "stream", "start_offset", "end_offset", "start_sample", "end_sample", "sample_rate", "container_start_offset", "stream_details")
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    START_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    END_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    CONTAINER_START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    STREAM_DETAILS_FIELD_NUMBER: _ClassVar[int]
    media: _artifact_pb2.Artifact
    stream: str
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    start_sample: int
    end_sample: int
    sample_rate: int
    container_start_offset: _duration_pb2.Duration
    stream_details: _trace_pb2.MediaStream
    def __init__(self, media: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., stream: _Optional[str] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., start_sample: _Optional[int] = ..., end_sample: _Optional[int] = ..., sample_rate: _Optional[int] = ..., container_start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., stream_details: _Optional[_Union[_trace_pb2.MediaStream, _Mapping]] = ...) -> None: ...

class VerifyJobRequest(_message.Message):
    __slots__ = ("name", "strength", "sample_share", "sample_seed", "require_signature")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SHARE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SEED_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    name: str
    strength: VerificationStrength
    sample_share: float
    sample_seed: int
    require_signature: bool
    def __init__(self, name: _Optional[str] = ..., strength: _Optional[_Union[VerificationStrength, str]] = ..., sample_share: _Optional[float] = ..., sample_seed: _Optional[int] = ..., require_signature: bool = ...) -> None: ...

class VerifyJobResponse(_message.Message):
    __slots__ = ("findings", "strength", "manifest_count", "artifact_count", "sealed", "ok", "outcome", "standing", "sample_seed", "read_count", "read_size_bytes", "total_size_bytes", "erased")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_COUNT_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SEED_FIELD_NUMBER: _ClassVar[int]
    READ_COUNT_FIELD_NUMBER: _ClassVar[int]
    READ_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    strength: VerificationStrength
    manifest_count: int
    artifact_count: int
    sealed: bool
    ok: bool
    outcome: str
    standing: _proof_pb2.SealStanding
    sample_seed: int
    read_count: int
    read_size_bytes: int
    total_size_bytes: int
    erased: str
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., strength: _Optional[_Union[VerificationStrength, str]] = ..., manifest_count: _Optional[int] = ..., artifact_count: _Optional[int] = ..., sealed: bool = ..., ok: bool = ..., outcome: _Optional[str] = ..., standing: _Optional[_Union[_proof_pb2.SealStanding, _Mapping]] = ..., sample_seed: _Optional[int] = ..., read_count: _Optional[int] = ..., read_size_bytes: _Optional[int] = ..., total_size_bytes: _Optional[int] = ..., erased: _Optional[str] = ...) -> None: ...

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

class DiffJobsRequest(_message.Message):
    __slots__ = ("old_name", "new_name", "page_size", "page_token")
    OLD_NAME_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    old_name: str
    new_name: str
    page_size: int
    page_token: str
    def __init__(self, old_name: _Optional[str] = ..., new_name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class DiffJobsResponse(_message.Message):
    __slots__ = ("differs", "same_film", "steps", "tracks", "next_page_token")
    DIFFERS_FIELD_NUMBER: _ClassVar[int]
    SAME_FILM_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    differs: bool
    same_film: bool
    steps: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.StepDifference]
    tracks: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.TrackDifference]
    next_page_token: str
    def __init__(self, differs: bool = ..., same_film: bool = ..., steps: _Optional[_Iterable[_Union[_comparison_pb2.StepDifference, _Mapping]]] = ..., tracks: _Optional[_Iterable[_Union[_comparison_pb2.TrackDifference, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExplainStepRequest(_message.Message):
    __slots__ = ("name", "step", "against")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIELD_NUMBER: _ClassVar[int]
    name: str
    step: str
    against: str
    def __init__(self, name: _Optional[str] = ..., step: _Optional[str] = ..., against: _Optional[str] = ...) -> None: ...

class ExplainStepResponse(_message.Message):
    __slots__ = ("stage", "shard", "status", "reasons", "against", "against_status", "changes", "first")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIELD_NUMBER: _ClassVar[int]
    AGAINST_STATUS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    stage: str
    shard: str
    status: str
    reasons: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.StepReason]
    against: str
    against_status: str
    changes: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.ActionChange]
    first: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.FirstCause]
    def __init__(self, stage: _Optional[str] = ..., shard: _Optional[str] = ..., status: _Optional[str] = ..., reasons: _Optional[_Iterable[_Union[_comparison_pb2.StepReason, _Mapping]]] = ..., against: _Optional[str] = ..., against_status: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[_comparison_pb2.ActionChange, _Mapping]]] = ..., first: _Optional[_Iterable[_Union[_comparison_pb2.FirstCause, _Mapping]]] = ...) -> None: ...

class PlanImpactRequest(_message.Message):
    __slots__ = ("name", "settings", "files", "model_revisions", "price_per_hour", "page_size", "page_token")
    class SettingsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _step_pb2.Setting
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_step_pb2.Setting, _Mapping]] = ...) -> None: ...
    class ModelRevisionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    MODEL_REVISIONS_FIELD_NUMBER: _ClassVar[int]
    PRICE_PER_HOUR_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    settings: _containers.MessageMap[str, _step_pb2.Setting]
    files: _containers.RepeatedCompositeFieldContainer[_job_service_pb2.JobFile]
    model_revisions: _containers.ScalarMap[str, str]
    price_per_hour: float
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., settings: _Optional[_Mapping[str, _step_pb2.Setting]] = ..., files: _Optional[_Iterable[_Union[_job_service_pb2.JobFile, _Mapping]]] = ..., model_revisions: _Optional[_Mapping[str, str]] = ..., price_per_hour: _Optional[float] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class PlanImpactResponse(_message.Message):
    __slots__ = ("title", "touches", "steps", "terms", "cues", "cue_count", "certain", "possible", "next_page_token")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TOUCHES_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    CUES_FIELD_NUMBER: _ClassVar[int]
    CUE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CERTAIN_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    title: str
    touches: bool
    steps: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.TouchedStep]
    terms: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.TermChange]
    cues: _containers.RepeatedCompositeFieldContainer[_comparison_pb2.TouchedCue]
    cue_count: int
    certain: _comparison_pb2.WorkTotal
    possible: _comparison_pb2.WorkTotal
    next_page_token: str
    def __init__(self, title: _Optional[str] = ..., touches: bool = ..., steps: _Optional[_Iterable[_Union[_comparison_pb2.TouchedStep, _Mapping]]] = ..., terms: _Optional[_Iterable[_Union[_comparison_pb2.TermChange, _Mapping]]] = ..., cues: _Optional[_Iterable[_Union[_comparison_pb2.TouchedCue, _Mapping]]] = ..., cue_count: _Optional[int] = ..., certain: _Optional[_Union[_comparison_pb2.WorkTotal, _Mapping]] = ..., possible: _Optional[_Union[_comparison_pb2.WorkTotal, _Mapping]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FindUsesRequest(_message.Message):
    __slots__ = ("query", "kind", "page_size", "page_token")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    query: str
    kind: _usage_pb2.UsedKind
    page_size: int
    page_token: str
    def __init__(self, query: _Optional[str] = ..., kind: _Optional[_Union[_usage_pb2.UsedKind, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class FindUsesResponse(_message.Message):
    __slots__ = ("kind", "meant", "uses", "use_count", "next_page_token")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEANT_FIELD_NUMBER: _ClassVar[int]
    USES_FIELD_NUMBER: _ClassVar[int]
    USE_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kind: _usage_pb2.UsedKind
    meant: _containers.RepeatedScalarFieldContainer[str]
    uses: _containers.RepeatedCompositeFieldContainer[_usage_pb2.Use]
    use_count: int
    next_page_token: str
    def __init__(self, kind: _Optional[_Union[_usage_pb2.UsedKind, str]] = ..., meant: _Optional[_Iterable[str]] = ..., uses: _Optional[_Iterable[_Union[_usage_pb2.Use, _Mapping]]] = ..., use_count: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FindMakersRequest(_message.Message):
    __slots__ = ("digest", "size_bytes", "page_size", "page_token")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    digest: str
    size_bytes: int
    page_size: int
    page_token: str
    def __init__(self, digest: _Optional[str] = ..., size_bytes: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class FindMakersResponse(_message.Message):
    __slots__ = ("is_made", "makers", "maker_count", "given", "next_page_token")
    IS_MADE_FIELD_NUMBER: _ClassVar[int]
    MAKERS_FIELD_NUMBER: _ClassVar[int]
    MAKER_COUNT_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    is_made: bool
    makers: _containers.RepeatedCompositeFieldContainer[_usage_pb2.Maker]
    maker_count: int
    given: _containers.RepeatedCompositeFieldContainer[_usage_pb2.GivenFile]
    next_page_token: str
    def __init__(self, is_made: bool = ..., makers: _Optional[_Iterable[_Union[_usage_pb2.Maker, _Mapping]]] = ..., maker_count: _Optional[int] = ..., given: _Optional[_Iterable[_Union[_usage_pb2.GivenFile, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AuditJobRequest(_message.Message):
    __slots__ = ("name", "minimum_percent", "require_signature")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_PERCENT_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    name: str
    minimum_percent: float
    require_signature: bool
    def __init__(self, name: _Optional[str] = ..., minimum_percent: _Optional[float] = ..., require_signature: bool = ...) -> None: ...

class AuditJobResponse(_message.Message):
    __slots__ = ("percent", "rows", "ok")
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    percent: float
    rows: _containers.RepeatedCompositeFieldContainer[_proof_pb2.AuditRow]
    ok: bool
    def __init__(self, percent: _Optional[float] = ..., rows: _Optional[_Iterable[_Union[_proof_pb2.AuditRow, _Mapping]]] = ..., ok: bool = ...) -> None: ...

class ListLineageFormatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListLineageFormatsResponse(_message.Message):
    __slots__ = ("formats",)
    FORMATS_FIELD_NUMBER: _ClassVar[int]
    formats: _containers.RepeatedCompositeFieldContainer[LineageFormat]
    def __init__(self, formats: _Optional[_Iterable[_Union[LineageFormat, _Mapping]]] = ...) -> None: ...

class LineageFormat(_message.Message):
    __slots__ = ("name", "media_type", "extension", "is_folder")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXTENSION_FIELD_NUMBER: _ClassVar[int]
    IS_FOLDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    media_type: str
    extension: str
    is_folder: bool
    def __init__(self, name: _Optional[str] = ..., media_type: _Optional[str] = ..., extension: _Optional[str] = ..., is_folder: bool = ...) -> None: ...

class ExportLineageRequest(_message.Message):
    __slots__ = ("name", "format")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    name: str
    format: str
    def __init__(self, name: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class ExportLineageResponse(_message.Message):
    __slots__ = ("file_name", "data")
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    data: bytes
    def __init__(self, file_name: _Optional[str] = ..., data: _Optional[bytes] = ...) -> None: ...
