from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UsedKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    USED_KIND_UNSPECIFIED: _ClassVar[UsedKind]
    USED_KIND_FILE: _ClassVar[UsedKind]
    USED_KIND_MODEL: _ClassVar[UsedKind]
    USED_KIND_TERM: _ClassVar[UsedKind]
USED_KIND_UNSPECIFIED: UsedKind
USED_KIND_FILE: UsedKind
USED_KIND_MODEL: UsedKind
USED_KIND_TERM: UsedKind

class Use(_message.Message):
    __slots__ = ("job", "title", "file_name", "stage", "shard", "role", "digest", "manifest", "uses")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    USES_FIELD_NUMBER: _ClassVar[int]
    job: str
    title: str
    file_name: str
    stage: str
    shard: str
    role: str
    digest: str
    manifest: str
    uses: _containers.RepeatedCompositeFieldContainer[TermUse]
    def __init__(self, job: _Optional[str] = ..., title: _Optional[str] = ..., file_name: _Optional[str] = ..., stage: _Optional[str] = ..., shard: _Optional[str] = ..., role: _Optional[str] = ..., digest: _Optional[str] = ..., manifest: _Optional[str] = ..., uses: _Optional[_Iterable[_Union[TermUse, _Mapping]]] = ...) -> None: ...

class TermUse(_message.Message):
    __slots__ = ("stage", "shard", "offered", "found")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    OFFERED_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    stage: str
    shard: str
    offered: int
    found: int
    def __init__(self, stage: _Optional[str] = ..., shard: _Optional[str] = ..., offered: _Optional[int] = ..., found: _Optional[int] = ...) -> None: ...

class Maker(_message.Message):
    __slots__ = ("job", "title", "what", "number", "stage", "shard", "attempt", "status", "manifest", "role", "name", "delivered", "chain", "film", "film_digest")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    FILM_FIELD_NUMBER: _ClassVar[int]
    FILM_DIGEST_FIELD_NUMBER: _ClassVar[int]
    job: str
    title: str
    what: str
    number: int
    stage: str
    shard: str
    attempt: int
    status: str
    manifest: str
    role: str
    name: str
    delivered: str
    chain: _containers.RepeatedCompositeFieldContainer[ChainStep]
    film: str
    film_digest: str
    def __init__(self, job: _Optional[str] = ..., title: _Optional[str] = ..., what: _Optional[str] = ..., number: _Optional[int] = ..., stage: _Optional[str] = ..., shard: _Optional[str] = ..., attempt: _Optional[int] = ..., status: _Optional[str] = ..., manifest: _Optional[str] = ..., role: _Optional[str] = ..., name: _Optional[str] = ..., delivered: _Optional[str] = ..., chain: _Optional[_Iterable[_Union[ChainStep, _Mapping]]] = ..., film: _Optional[str] = ..., film_digest: _Optional[str] = ...) -> None: ...

class ChainStep(_message.Message):
    __slots__ = ("job", "number", "stage", "shard", "status", "manifest")
    JOB_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    job: str
    number: int
    stage: str
    shard: str
    status: str
    manifest: str
    def __init__(self, job: _Optional[str] = ..., number: _Optional[int] = ..., stage: _Optional[str] = ..., shard: _Optional[str] = ..., status: _Optional[str] = ..., manifest: _Optional[str] = ...) -> None: ...

class GivenFile(_message.Message):
    __slots__ = ("job", "title", "name", "file_name", "digest")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    job: str
    title: str
    name: str
    file_name: str
    digest: str
    def __init__(self, job: _Optional[str] = ..., title: _Optional[str] = ..., name: _Optional[str] = ..., file_name: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...
