import datetime

from cuegraph.v1 import cue_pb2 as _cue_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TracedSentence(_message.Message):
    __slots__ = ("id", "start_offset", "end_offset", "source_text", "text", "status", "engine", "scene", "source_ids", "speaker", "lyric", "terms", "problems")
    ID_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    SOURCE_TEXT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    SCENE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    LYRIC_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    id: str
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    source_text: str
    text: str
    status: str
    engine: str
    scene: int
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    speaker: str
    lyric: str
    terms: _containers.RepeatedCompositeFieldContainer[KeptTerm]
    problems: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., source_text: _Optional[str] = ..., text: _Optional[str] = ..., status: _Optional[str] = ..., engine: _Optional[str] = ..., scene: _Optional[int] = ..., source_ids: _Optional[_Iterable[str]] = ..., speaker: _Optional[str] = ..., lyric: _Optional[str] = ..., terms: _Optional[_Iterable[_Union[KeptTerm, _Mapping]]] = ..., problems: _Optional[_Iterable[str]] = ...) -> None: ...

class KeptTerm(_message.Message):
    __slots__ = ("term", "source_text", "expected", "kept")
    TERM_FIELD_NUMBER: _ClassVar[int]
    SOURCE_TEXT_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    term: str
    source_text: str
    expected: str
    kept: bool
    def __init__(self, term: _Optional[str] = ..., source_text: _Optional[str] = ..., expected: _Optional[str] = ..., kept: bool = ...) -> None: ...

class TracedWord(_message.Message):
    __slots__ = ("word", "recognised", "first_sample", "end_sample", "speaker")
    WORD_FIELD_NUMBER: _ClassVar[int]
    RECOGNISED_FIELD_NUMBER: _ClassVar[int]
    FIRST_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    END_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    word: SpokenWord
    recognised: _containers.RepeatedCompositeFieldContainer[SpokenWord]
    first_sample: int
    end_sample: int
    speaker: str
    def __init__(self, word: _Optional[_Union[SpokenWord, _Mapping]] = ..., recognised: _Optional[_Iterable[_Union[SpokenWord, _Mapping]]] = ..., first_sample: _Optional[int] = ..., end_sample: _Optional[int] = ..., speaker: _Optional[str] = ...) -> None: ...

class SpokenWord(_message.Message):
    __slots__ = ("id", "text", "start_offset", "end_offset", "timing", "probability", "source_ids", "speaker", "lyric")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    LYRIC_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    timing: str
    probability: float
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    speaker: str
    lyric: str
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., timing: _Optional[str] = ..., probability: _Optional[float] = ..., source_ids: _Optional[_Iterable[str]] = ..., speaker: _Optional[str] = ..., lyric: _Optional[str] = ...) -> None: ...

class TracedSegment(_message.Message):
    __slots__ = ("id", "text", "decode", "regions", "terms", "rejected")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DECODE_FIELD_NUMBER: _ClassVar[int]
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    decode: Decode
    regions: _containers.RepeatedScalarFieldContainer[str]
    terms: _containers.RepeatedScalarFieldContainer[str]
    rejected: _containers.RepeatedCompositeFieldContainer[RejectedDecode]
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., decode: _Optional[_Union[Decode, _Mapping]] = ..., regions: _Optional[_Iterable[str]] = ..., terms: _Optional[_Iterable[str]] = ..., rejected: _Optional[_Iterable[_Union[RejectedDecode, _Mapping]]] = ...) -> None: ...

class Decode(_message.Message):
    __slots__ = ("start_offset", "end_offset", "text", "tokens", "average_log_probability", "compression_ratio", "no_speech_probability", "temperature", "terms", "suspicions")
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_LOG_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    COMPRESSION_RATIO_FIELD_NUMBER: _ClassVar[int]
    NO_SPEECH_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    SUSPICIONS_FIELD_NUMBER: _ClassVar[int]
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    text: str
    tokens: _containers.RepeatedScalarFieldContainer[int]
    average_log_probability: float
    compression_ratio: float
    no_speech_probability: float
    temperature: float
    terms: _containers.RepeatedScalarFieldContainer[str]
    suspicions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., text: _Optional[str] = ..., tokens: _Optional[_Iterable[int]] = ..., average_log_probability: _Optional[float] = ..., compression_ratio: _Optional[float] = ..., no_speech_probability: _Optional[float] = ..., temperature: _Optional[float] = ..., terms: _Optional[_Iterable[str]] = ..., suspicions: _Optional[_Iterable[str]] = ...) -> None: ...

class RejectedDecode(_message.Message):
    __slots__ = ("decode", "reason")
    DECODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    decode: Decode
    reason: str
    def __init__(self, decode: _Optional[_Union[Decode, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class TracedRegion(_message.Message):
    __slots__ = ("id", "start_offset", "end_offset", "start_sample", "end_sample", "confidence", "source_ids")
    ID_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    START_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    END_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    start_offset: _duration_pb2.Duration
    end_offset: _duration_pb2.Duration
    start_sample: int
    end_sample: int
    confidence: float
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., start_sample: _Optional[int] = ..., end_sample: _Optional[int] = ..., confidence: _Optional[float] = ..., source_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TracedAudio(_message.Message):
    __slots__ = ("role", "stage", "manifest")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    role: str
    stage: str
    manifest: str
    def __init__(self, role: _Optional[str] = ..., stage: _Optional[str] = ..., manifest: _Optional[str] = ...) -> None: ...

class MediaStream(_message.Message):
    __slots__ = ("id", "index", "kind", "codec", "language_code", "title", "is_default", "start_offset", "duration", "channels", "sample_rate", "width", "height", "frame_rate")
    ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CODEC_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    START_OFFSET_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    index: int
    kind: str
    codec: str
    language_code: str
    title: str
    is_default: bool
    start_offset: _duration_pb2.Duration
    duration: _duration_pb2.Duration
    channels: int
    sample_rate: int
    width: int
    height: int
    frame_rate: str
    def __init__(self, id: _Optional[str] = ..., index: _Optional[int] = ..., kind: _Optional[str] = ..., codec: _Optional[str] = ..., language_code: _Optional[str] = ..., title: _Optional[str] = ..., is_default: bool = ..., start_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., channels: _Optional[int] = ..., sample_rate: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., frame_rate: _Optional[str] = ...) -> None: ...

class ListenCommands(_message.Message):
    __slots__ = ("play", "extract")
    PLAY_FIELD_NUMBER: _ClassVar[int]
    EXTRACT_FIELD_NUMBER: _ClassVar[int]
    play: str
    extract: str
    def __init__(self, play: _Optional[str] = ..., extract: _Optional[str] = ...) -> None: ...

class TracedStep(_message.Message):
    __slots__ = ("number", "stage", "shard", "status", "manifest", "models", "terms")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    number: int
    stage: str
    shard: str
    status: str
    manifest: str
    models: _containers.RepeatedCompositeFieldContainer[UsedModel]
    terms: _containers.RepeatedCompositeFieldContainer[TracedTerm]
    def __init__(self, number: _Optional[int] = ..., stage: _Optional[str] = ..., shard: _Optional[str] = ..., status: _Optional[str] = ..., manifest: _Optional[str] = ..., models: _Optional[_Iterable[_Union[UsedModel, _Mapping]]] = ..., terms: _Optional[_Iterable[_Union[TracedTerm, _Mapping]]] = ...) -> None: ...

class UsedModel(_message.Message):
    __slots__ = ("name", "source", "revision", "digest", "licence")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    source: str
    revision: str
    digest: str
    licence: str
    def __init__(self, name: _Optional[str] = ..., source: _Optional[str] = ..., revision: _Optional[str] = ..., digest: _Optional[str] = ..., licence: _Optional[str] = ...) -> None: ...

class TracedTerm(_message.Message):
    __slots__ = ("id", "text", "level", "source_ids", "expected", "kept")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    SOURCE_IDS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    level: str
    source_ids: _containers.RepeatedScalarFieldContainer[str]
    expected: str
    kept: bool
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ..., level: _Optional[str] = ..., source_ids: _Optional[_Iterable[str]] = ..., expected: _Optional[str] = ..., kept: bool = ...) -> None: ...

class TracedEdit(_message.Message):
    __slots__ = ("file_name", "digest", "author", "row", "former")
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    FORMER_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    digest: str
    author: str
    row: int
    former: _containers.RepeatedCompositeFieldContainer[_cue_pb2.FormerCue]
    def __init__(self, file_name: _Optional[str] = ..., digest: _Optional[str] = ..., author: _Optional[str] = ..., row: _Optional[int] = ..., former: _Optional[_Iterable[_Union[_cue_pb2.FormerCue, _Mapping]]] = ...) -> None: ...
