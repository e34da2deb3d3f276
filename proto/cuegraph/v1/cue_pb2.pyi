import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Cue(_message.Message):
    __slots__ = ("id", "number", "start_offset", "end_offset", "lines", "source_ids", "speakers", "lyric", "edit")
    ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    SPEAKERS_FIELD_NUMBER: _ClassVar[int]
    LYRIC_FIELD_NUMBER: _ClassVar[int]
    EDIT_FIELD_NUMBER: _ClassVar[int]
    id: str
    number: int
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    lines: _containers.RepeatedScalarFieldContainer[str]
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    speakers: _containers.RepeatedScalarFieldContainer[str]
    lyric: bool
    edit: CueEdit
    def __init__(self, id: _Optional[str] = ..., number: _Optional[int] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., lines: _Optional[_Iterable[str]] = ..., source_ids: _Optional[_Iterable[str]] = ..., speakers: _Optional[_Iterable[str]] = ..., lyric: bool = ..., edit: _Optional[_Union[CueEdit, _Mapping]] = ...) -> None: ...

class CueEdit(_message.Message):
    __slots__ = ("row", "former")
    ROW_FIELD_NUMBER: _ClassVar[int]
    FORMER_FIELD_NUMBER: _ClassVar[int]
    row: int
    former: _containers.RepeatedCompositeFieldContainer[FormerCue]
    def __init__(self, row: _Optional[int] = ..., former: _Optional[_Iterable[_Union[FormerCue, _Mapping]]] = ...) -> None: ...

class FormerCue(_message.Message):
    __slots__ = ("id", "start_offset", "end_offset", "lines", "source_ids")
    ID_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    lines: _containers.RepeatedScalarFieldContainer[str]
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., lines: _Optional[_Iterable[str]] = ..., source_ids: _Optional[_Iterable[str]] = ...) -> None: ...
