import datetime

from cuegraph.v1 import artifact_pb2 as _artifact_pb2
from cuegraph.v1 import step_pb2 as _step_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_UNSPECIFIED: _ClassVar[JobState]
    JOB_STATE_QUEUED: _ClassVar[JobState]
    JOB_STATE_RUNNING: _ClassVar[JobState]
    JOB_STATE_SUCCEEDED: _ClassVar[JobState]
    JOB_STATE_FAILED: _ClassVar[JobState]
    JOB_STATE_CANCELLED: _ClassVar[JobState]

class QualityVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUALITY_VERDICT_UNSPECIFIED: _ClassVar[QualityVerdict]
    QUALITY_VERDICT_GOOD: _ClassVar[QualityVerdict]
    QUALITY_VERDICT_REVIEW: _ClassVar[QualityVerdict]
    QUALITY_VERDICT_BAD: _ClassVar[QualityVerdict]
JOB_STATE_UNSPECIFIED: JobState
JOB_STATE_QUEUED: JobState
JOB_STATE_RUNNING: JobState
JOB_STATE_SUCCEEDED: JobState
JOB_STATE_FAILED: JobState
JOB_STATE_CANCELLED: JobState
QUALITY_VERDICT_UNSPECIFIED: QualityVerdict
QUALITY_VERDICT_GOOD: QualityVerdict
QUALITY_VERDICT_REVIEW: QualityVerdict
QUALITY_VERDICT_BAD: QualityVerdict

class Job(_message.Message):
    __slots__ = ("name", "request", "state", "create_time", "start_time", "end_time", "steps", "deliverables", "errors", "targets", "quality")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    DELIVERABLES_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    name: str
    request: JobRequest
    state: JobState
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    steps: _containers.RepeatedCompositeFieldContainer[JobStep]
    deliverables: _containers.RepeatedCompositeFieldContainer[Deliverable]
    errors: _containers.RepeatedCompositeFieldContainer[JobError]
    targets: _containers.RepeatedCompositeFieldContainer[JobTarget]
    quality: JobQuality
    def __init__(self, name: _Optional[str] = ..., request: _Optional[_Union[JobRequest, _Mapping]] = ..., state: _Optional[_Union[JobState, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[JobStep, _Mapping]]] = ..., deliverables: _Optional[_Iterable[_Union[Deliverable, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[JobError, _Mapping]]] = ..., targets: _Optional[_Iterable[_Union[JobTarget, _Mapping]]] = ..., quality: _Optional[_Union[JobQuality, _Mapping]] = ...) -> None: ...

class JobRequest(_message.Message):
    __slots__ = ("workflow", "media", "title", "source_language_code", "profile", "settings", "clip_start_offset", "clip_end_offset", "target_language_codes", "year", "files", "from_stage", "no_cache", "debug", "tenant", "priority", "deadline")
    class SettingsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _step_pb2.Setting
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_step_pb2.Setting, _Mapping]] = ...) -> None: ...
    WORKFLOW_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    CLIP_START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    CLIP_END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TARGET_LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    FROM_STAGE_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    DEBUG_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    workflow: str
    media: _artifact_pb2.Artifact
    title: str
    source_language_code: str
    profile: str
    settings: _containers.MessageMap[str, _step_pb2.Setting]
    clip_start_offset: _duration_pb2.Duration
    clip_end_offset: _duration_pb2.Duration
    target_language_codes: _containers.RepeatedScalarFieldContainer[str]
    year: int
    files: _containers.RepeatedCompositeFieldContainer[JobFile]
    from_stage: str
    no_cache: bool
    debug: bool
    tenant: str
    priority: int
    deadline: _timestamp_pb2.Timestamp
    def __init__(self, workflow: _Optional[str] = ..., media: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., title: _Optional[str] = ..., source_language_code: _Optional[str] = ..., profile: _Optional[str] = ..., settings: _Optional[_Mapping[str, _step_pb2.Setting]] = ..., clip_start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., clip_end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., target_language_codes: _Optional[_Iterable[str]] = ..., year: _Optional[int] = ..., files: _Optional[_Iterable[_Union[JobFile, _Mapping]]] = ..., from_stage: _Optional[str] = ..., no_cache: bool = ..., debug: bool = ..., tenant: _Optional[str] = ..., priority: _Optional[int] = ..., deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class JobFile(_message.Message):
    __slots__ = ("name", "artifact", "file_name", "author")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    name: str
    artifact: _artifact_pb2.Artifact
    file_name: str
    author: str
    def __init__(self, name: _Optional[str] = ..., artifact: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., file_name: _Optional[str] = ..., author: _Optional[str] = ...) -> None: ...

class JobStep(_message.Message):
    __slots__ = ("stage", "number", "shard", "status", "running", "progress", "elapsed", "manifest", "waiting_reason")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    WAITING_REASON_FIELD_NUMBER: _ClassVar[int]
    stage: str
    number: int
    shard: str
    status: _step_pb2.StepStatus
    running: bool
    progress: _step_pb2.Progress
    elapsed: _duration_pb2.Duration
    manifest: _artifact_pb2.Artifact
    waiting_reason: str
    def __init__(self, stage: _Optional[str] = ..., number: _Optional[int] = ..., shard: _Optional[str] = ..., status: _Optional[_Union[_step_pb2.StepStatus, str]] = ..., running: bool = ..., progress: _Optional[_Union[_step_pb2.Progress, _Mapping]] = ..., elapsed: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., manifest: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., waiting_reason: _Optional[str] = ...) -> None: ...

class JobTarget(_message.Message):
    __slots__ = ("language_code", "status", "errors")
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    language_code: str
    status: _step_pb2.StepStatus
    errors: _containers.RepeatedCompositeFieldContainer[JobError]
    def __init__(self, language_code: _Optional[str] = ..., status: _Optional[_Union[_step_pb2.StepStatus, str]] = ..., errors: _Optional[_Iterable[_Union[JobError, _Mapping]]] = ...) -> None: ...

class JobQuality(_message.Message):
    __slots__ = ("verdict", "reasons")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    verdict: QualityVerdict
    reasons: _containers.RepeatedCompositeFieldContainer[QualityReason]
    def __init__(self, verdict: _Optional[_Union[QualityVerdict, str]] = ..., reasons: _Optional[_Iterable[_Union[QualityReason, _Mapping]]] = ...) -> None: ...

class QualityReason(_message.Message):
    __slots__ = ("code", "track", "verdict", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    track: str
    verdict: QualityVerdict
    message: str
    def __init__(self, code: _Optional[str] = ..., track: _Optional[str] = ..., verdict: _Optional[_Union[QualityVerdict, str]] = ..., message: _Optional[str] = ...) -> None: ...

class Deliverable(_message.Message):
    __slots__ = ("role", "language_code", "artifact", "file_name")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    role: str
    language_code: str
    artifact: _artifact_pb2.Artifact
    file_name: str
    def __init__(self, role: _Optional[str] = ..., language_code: _Optional[str] = ..., artifact: _Optional[_Union[_artifact_pb2.Artifact, _Mapping]] = ..., file_name: _Optional[str] = ...) -> None: ...

class JobError(_message.Message):
    __slots__ = ("code", "message", "stage", "shard")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    stage: str
    shard: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., stage: _Optional[str] = ..., shard: _Optional[str] = ...) -> None: ...

class CreateJobRequest(_message.Message):
    __slots__ = ("request", "request_id")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request: JobRequest
    request_id: str
    def __init__(self, request: _Optional[_Union[JobRequest, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "state")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    state: JobState
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[JobState, str]] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "next_page_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    next_page_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("job", "step_progress", "log_line")
    JOB_FIELD_NUMBER: _ClassVar[int]
    STEP_PROGRESS_FIELD_NUMBER: _ClassVar[int]
    LOG_LINE_FIELD_NUMBER: _ClassVar[int]
    job: Job
    step_progress: StepProgress
    log_line: _step_pb2.LogLine
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., step_progress: _Optional[_Union[StepProgress, _Mapping]] = ..., log_line: _Optional[_Union[_step_pb2.LogLine, _Mapping]] = ...) -> None: ...

class StepProgress(_message.Message):
    __slots__ = ("step", "progress")
    STEP_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    step: _step_pb2.Step
    progress: _step_pb2.Progress
    def __init__(self, step: _Optional[_Union[_step_pb2.Step, _Mapping]] = ..., progress: _Optional[_Union[_step_pb2.Progress, _Mapping]] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class RetryJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RetryJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...
