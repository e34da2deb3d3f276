from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SealStrength(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEAL_STRENGTH_UNSPECIFIED: _ClassVar[SealStrength]
    SEAL_STRENGTH_NONE: _ClassVar[SealStrength]
    SEAL_STRENGTH_HASH_CHAIN: _ClassVar[SealStrength]
    SEAL_STRENGTH_SIGNED: _ClassVar[SealStrength]
    SEAL_STRENGTH_ANCHORED: _ClassVar[SealStrength]
SEAL_STRENGTH_UNSPECIFIED: SealStrength
SEAL_STRENGTH_NONE: SealStrength
SEAL_STRENGTH_HASH_CHAIN: SealStrength
SEAL_STRENGTH_SIGNED: SealStrength
SEAL_STRENGTH_ANCHORED: SealStrength

class SealStanding(_message.Message):
    __slots__ = ("strength", "key_ids", "entry", "entry_key_ids", "is_in_second_store", "manifest_key_ids")
    STRENGTH_FIELD_NUMBER: _ClassVar[int]
    KEY_IDS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_KEY_IDS_FIELD_NUMBER: _ClassVar[int]
    IS_IN_SECOND_STORE_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_KEY_IDS_FIELD_NUMBER: _ClassVar[int]
    strength: SealStrength
    key_ids: _containers.RepeatedScalarFieldContainer[str]
    entry: int
    entry_key_ids: _containers.RepeatedScalarFieldContainer[str]
    is_in_second_store: bool
    manifest_key_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, strength: _Optional[_Union[SealStrength, str]] = ..., key_ids: _Optional[_Iterable[str]] = ..., entry: _Optional[int] = ..., entry_key_ids: _Optional[_Iterable[str]] = ..., is_in_second_store: bool = ..., manifest_key_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AuditRow(_message.Message):
    __slots__ = ("name", "percent", "cells")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    name: str
    percent: float
    cells: _containers.RepeatedCompositeFieldContainer[AuditCell]
    def __init__(self, name: _Optional[str] = ..., percent: _Optional[float] = ..., cells: _Optional[_Iterable[_Union[AuditCell, _Mapping]]] = ...) -> None: ...

class AuditCell(_message.Message):
    __slots__ = ("criterion", "met", "faults")
    CRITERION_FIELD_NUMBER: _ClassVar[int]
    MET_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    criterion: str
    met: bool
    faults: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, criterion: _Optional[str] = ..., met: bool = ..., faults: _Optional[_Iterable[str]] = ...) -> None: ...
