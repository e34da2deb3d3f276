import datetime

from cuegraph.v1 import cue_pb2 as _cue_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ActionPart(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTION_PART_UNSPECIFIED: _ClassVar[ActionPart]
    ACTION_PART_VERSION: _ClassVar[ActionPart]
    ACTION_PART_SETTING: _ClassVar[ActionPart]
    ACTION_PART_MODEL: _ClassVar[ActionPart]
    ACTION_PART_INPUT: _ClassVar[ActionPart]
    ACTION_PART_SALT: _ClassVar[ActionPart]

class StepCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STEP_CAUSE_UNSPECIFIED: _ClassVar[StepCause]
    STEP_CAUSE_ONLY_IN_ONE: _ClassVar[StepCause]
    STEP_CAUSE_DIVERGENT: _ClassVar[StepCause]
    STEP_CAUSE_SETTINGS: _ClassVar[StepCause]
    STEP_CAUSE_MODEL: _ClassVar[StepCause]
    STEP_CAUSE_CODE: _ClassVar[StepCause]
    STEP_CAUSE_INPUT: _ClassVar[StepCause]
    STEP_CAUSE_OUTCOME: _ClassVar[StepCause]
    STEP_CAUSE_HOST_ONLY: _ClassVar[StepCause]
    STEP_CAUSE_SAME: _ClassVar[StepCause]

class CueChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CUE_CHANGE_KIND_UNSPECIFIED: _ClassVar[CueChangeKind]
    CUE_CHANGE_KIND_TEXT: _ClassVar[CueChangeKind]
    CUE_CHANGE_KIND_TIME: _ClassVar[CueChangeKind]
    CUE_CHANGE_KIND_ADDED: _ClassVar[CueChangeKind]
    CUE_CHANGE_KIND_DROPPED: _ClassVar[CueChangeKind]

class StepVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STEP_VERDICT_UNSPECIFIED: _ClassVar[StepVerdict]
    STEP_VERDICT_REUSED: _ClassVar[StepVerdict]
    STEP_VERDICT_CERTAIN: _ClassVar[StepVerdict]
    STEP_VERDICT_POSSIBLE: _ClassVar[StepVerdict]
    STEP_VERDICT_SKIPPED: _ClassVar[StepVerdict]

class TermChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TERM_CHANGE_KIND_UNSPECIFIED: _ClassVar[TermChangeKind]
    TERM_CHANGE_KIND_ADDED: _ClassVar[TermChangeKind]
    TERM_CHANGE_KIND_REMOVED: _ClassVar[TermChangeKind]
    TERM_CHANGE_KIND_CHANGED: _ClassVar[TermChangeKind]
ACTION_PART_UNSPECIFIED: ActionPart
ACTION_PART_VERSION: ActionPart
ACTION_PART_SETTING: ActionPart
ACTION_PART_MODEL: ActionPart
ACTION_PART_INPUT: ActionPart
ACTION_PART_SALT: ActionPart
STEP_CAUSE_UNSPECIFIED: StepCause
STEP_CAUSE_ONLY_IN_ONE: StepCause
STEP_CAUSE_DIVERGENT: StepCause
STEP_CAUSE_SETTINGS: StepCause
STEP_CAUSE_MODEL: StepCause
STEP_CAUSE_CODE: StepCause
STEP_CAUSE_INPUT: StepCause
STEP_CAUSE_OUTCOME: StepCause
STEP_CAUSE_HOST_ONLY: StepCause
STEP_CAUSE_SAME: StepCause
CUE_CHANGE_KIND_UNSPECIFIED: CueChangeKind
CUE_CHANGE_KIND_TEXT: CueChangeKind
CUE_CHANGE_KIND_TIME: CueChangeKind
CUE_CHANGE_KIND_ADDED: CueChangeKind
CUE_CHANGE_KIND_DROPPED: CueChangeKind
STEP_VERDICT_UNSPECIFIED: StepVerdict
STEP_VERDICT_REUSED: StepVerdict
STEP_VERDICT_CERTAIN: StepVerdict
STEP_VERDICT_POSSIBLE: StepVerdict
STEP_VERDICT_SKIPPED: StepVerdict
TERM_CHANGE_KIND_UNSPECIFIED: TermChangeKind
TERM_CHANGE_KIND_ADDED: TermChangeKind
TERM_CHANGE_KIND_REMOVED: TermChangeKind
TERM_CHANGE_KIND_CHANGED: TermChangeKind

class ActionChange(_message.Message):
    __slots__ = ("part", "name", "old_json", "new_json", "old_label", "new_label")
    PART_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OLD_JSON_FIELD_NUMBER: _ClassVar[int]
    NEW_JSON_FIELD_NUMBER: _ClassVar[int]
    OLD_LABEL_FIELD_NUMBER: _ClassVar[int]
    NEW_LABEL_FIELD_NUMBER: _ClassVar[int]
    part: ActionPart
    name: str
    old_json: str
    new_json: str
    old_label: str
    new_label: str
    def __init__(self, part: _Optional[_Union[ActionPart, str]] = ..., name: _Optional[str] = ..., old_json: _Optional[str] = ..., new_json: _Optional[str] = ..., old_label: _Optional[str] = ..., new_label: _Optional[str] = ...) -> None: ...

class FirstCause(_message.Message):
    __slots__ = ("stage", "shard", "way", "changes", "divergent")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    WAY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    DIVERGENT_FIELD_NUMBER: _ClassVar[int]
    stage: str
    shard: str
    way: _containers.RepeatedScalarFieldContainer[str]
    changes: _containers.RepeatedCompositeFieldContainer[ActionChange]
    divergent: bool
    def __init__(self, stage: _Optional[str] = ..., shard: _Optional[str] = ..., way: _Optional[_Iterable[str]] = ..., changes: _Optional[_Iterable[_Union[ActionChange, _Mapping]]] = ..., divergent: bool = ...) -> None: ...

class StepDifference(_message.Message):
    __slots__ = ("number", "stage", "shard", "main", "causes", "old_status", "new_status", "same_outputs", "changes", "first", "code", "host")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    MAIN_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    OLD_STATUS_FIELD_NUMBER: _ClassVar[int]
    NEW_STATUS_FIELD_NUMBER: _ClassVar[int]
    SAME_OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    number: int
    stage: str
    shard: str
    main: StepCause
    causes: _containers.RepeatedScalarFieldContainer[StepCause]
    old_status: str
    new_status: str
    same_outputs: bool
    changes: _containers.RepeatedCompositeFieldContainer[ActionChange]
    first: _containers.RepeatedCompositeFieldContainer[FirstCause]
    code: _containers.RepeatedScalarFieldContainer[str]
    host: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, number: _Optional[int] = ..., stage: _Optional[str] = ..., shard: _Optional[str] = ..., main: _Optional[_Union[StepCause, str]] = ..., causes: _Optional[_Iterable[_Union[StepCause, str]]] = ..., old_status: _Optional[str] = ..., new_status: _Optional[str] = ..., same_outputs: bool = ..., changes: _Optional[_Iterable[_Union[ActionChange, _Mapping]]] = ..., first: _Optional[_Iterable[_Union[FirstCause, _Mapping]]] = ..., code: _Optional[_Iterable[str]] = ..., host: _Optional[_Iterable[str]] = ...) -> None: ...

class TrackDifference(_message.Message):
    __slots__ = ("shard", "old_language_code", "new_language_code", "equal", "differing", "cues")
    SHARD_FIELD_NUMBER: _ClassVar[int]
    OLD_LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    NEW_LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    EQUAL_FIELD_NUMBER: _ClassVar[int]
    DIFFERING_FIELD_NUMBER: _ClassVar[int]
    CUES_FIELD_NUMBER: _ClassVar[int]
    shard: str
    old_language_code: str
    new_language_code: str
    equal: int
    differing: int
    cues: _containers.RepeatedCompositeFieldContainer[CueDifference]
    def __init__(self, shard: _Optional[str] = ..., old_language_code: _Optional[str] = ..., new_language_code: _Optional[str] = ..., equal: _Optional[int] = ..., differing: _Optional[int] = ..., cues: _Optional[_Iterable[_Union[CueDifference, _Mapping]]] = ...) -> None: ...

class CueDifference(_message.Message):
    __slots__ = ("kinds", "old", "new", "start_shift_ms", "end_shift_ms", "cause")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    OLD_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    START_SHIFT_MS_FIELD_NUMBER: _ClassVar[int]
    END_SHIFT_MS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[CueChangeKind]
    old: _cue_pb2.Cue
    new: _cue_pb2.Cue
    start_shift_ms: int
    end_shift_ms: int
    cause: CueCause
    def __init__(self, kinds: _Optional[_Iterable[_Union[CueChangeKind, str]]] = ..., old: _Optional[_Union[_cue_pb2.Cue, _Mapping]] = ..., new: _Optional[_Union[_cue_pb2.Cue, _Mapping]] = ..., start_shift_ms: _Optional[int] = ..., end_shift_ms: _Optional[int] = ..., cause: _Optional[_Union[CueCause, _Mapping]] = ...) -> None: ...

class CueCause(_message.Message):
    __slots__ = ("stage", "shard", "terms")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    stage: str
    shard: str
    terms: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stage: _Optional[str] = ..., shard: _Optional[str] = ..., terms: _Optional[_Iterable[str]] = ...) -> None: ...

class StepReason(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class TouchedStep(_message.Message):
    __slots__ = ("number", "stage", "shard", "verdict", "reason", "changes", "estimate")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    number: int
    stage: str
    shard: str
    verdict: StepVerdict
    reason: str
    changes: _containers.RepeatedCompositeFieldContainer[ActionChange]
    estimate: TimeEstimate
    def __init__(self, number: _Optional[int] = ..., stage: _Optional[str] = ..., shard: _Optional[str] = ..., verdict: _Optional[_Union[StepVerdict, str]] = ..., reason: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[ActionChange, _Mapping]]] = ..., estimate: _Optional[_Union[TimeEstimate, _Mapping]] = ...) -> None: ...

class TimeEstimate(_message.Message):
    __slots__ = ("duration", "runs", "of_this_film")
    DURATION_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    OF_THIS_FILM_FIELD_NUMBER: _ClassVar[int]
    duration: _duration_pb2.Duration
    runs: int
    of_this_film: bool
    def __init__(self, duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., runs: _Optional[int] = ..., of_this_film: bool = ...) -> None: ...

class WorkTotal(_message.Message):
    __slots__ = ("duration", "cost", "without_evidence")
    DURATION_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    duration: _duration_pb2.Duration
    cost: float
    without_evidence: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., cost: _Optional[float] = ..., without_evidence: _Optional[_Iterable[str]] = ...) -> None: ...

class TermChange(_message.Message):
    __slots__ = ("kind", "text", "fields", "language_codes")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    kind: TermChangeKind
    text: str
    fields: _containers.RepeatedScalarFieldContainer[str]
    language_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[TermChangeKind, str]] = ..., text: _Optional[str] = ..., fields: _Optional[_Iterable[str]] = ..., language_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class TouchedCue(_message.Message):
    __slots__ = ("language_code", "id", "number", "start_offset", "end_offset", "text", "source", "terms")
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    language_code: str
    id: str
    number: int
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    text: str
    source: str
    terms: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, language_code: _Optional[str] = ..., id: _Optional[str] = ..., number: _Optional[int] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., text: _Optional[str] = ..., source: _Optional[str] = ..., terms: _Optional[_Iterable[str]] = ...) -> None: ...
