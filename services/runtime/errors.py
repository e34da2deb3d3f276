"""Every error Cuegraph raises, in one tree.

    CuegraphError
    ├── InputError            the request or the media is at fault: mend it, then try again (exit code 2)
    │   ├── UnknownName       a stage, setting, profile, model, language or pipeline nobody knows
    │   │   ├── LanguagePairUnknown   no engine translates this language into that
    │   │   └── JobErased     a job of which only the tombstone is left
    │   ├── InvalidSetting    a setting has a value that cannot be used
    │   ├── InvalidRequest    a request contradicts itself or lacks something
    │   │   └── WrongJobState   a job is not in a state in which this can be done to it
    │   ├── InvalidDocument   a document or manifest does not have the form its schema promises
    │   ├── MediaNotFound, MediaNotReadable, MediaIsFolder, MediaEmpty
    │   ├── UnreadableMedia, TruncatedMedia, NoAudioStream, MediaBeyondLimits
    │   └── ClipOutOfRange, OutNotWritable
    ├── StageError            a stage ran and could not do what it was asked
    │   ├── OutputMissing, OutputInvalid, ToolFailed, ToolMissing, StageCrashed, InputModified, EngineOutOfMemory,
    │   │   AlignmentFailed, LanguageUncertain, TranslationFailed, ServiceRefused
    │   │   ServiceUnavailable  (may be retried)
    ├── ModelError            a model is missing, altered or not for this use
    │   ├── ModelMissing, ModelAltered
    ├── StoreError            the store cannot give or take what it should
    │   ├── ObjectNotFound, AlreadyExists, BlobAltered, StoreRefused, StoreFull
    │   └── StoreUnavailable  (may be retried)
    ├── RemoteError           a stage elsewhere cannot be reached or broke the contract
    │   ├── StageUnavailable, StageBusy  (both may be retried)
    │   │   └── StageLost     it had begun the run, and is gone (may be retried)
    │   ├── ConnectionNotTrusted  a certificate is wrong or missing
    ├── AccessError           whoever calls the coordinator may not
    │   ├── Unauthenticated, PermissionDenied
    ├── LineageBroken         what a job wrote does not join up: lineage verify says where
    └── Cancelled             somebody asked for it (exit code 130)

A code is a promise: it never changes its meaning, and docs/errors.md lists every one with its remedy.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class CuegraphError(Exception):
    """The root. `code` is stable; the message names the thing, what is wrong with it and what to do."""

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False
    """Whether the same call may succeed later with nothing changed."""

    _by_code: ClassVar[dict[str, type[CuegraphError]]] = {}

    def __init_subclass__(cls) -> None:
        known = CuegraphError._by_code.setdefault(cls.code, cls)
        assert known is cls, f"{cls.__name__} and {known.__name__} share the code {cls.code}"

    @staticmethod
    def from_code(code: str, message: str) -> CuegraphError:
        """The error that travelled as `code` and `message`; an unknown code becomes a RemoteError."""
        return CuegraphError._by_code.get(code, RemoteError)(message)

    @staticmethod
    def codes() -> frozenset[str]:
        """Every code there is."""
        return frozenset(CuegraphError._by_code)


class InputError(CuegraphError):
    code = "INPUT_INVALID"


class UnknownName(InputError):
    code = "NAME_UNKNOWN"


class LanguagePairUnknown(UnknownName):
    code = "LANGUAGE_PAIR_UNKNOWN"


class JobErased(UnknownName):
    code = "JOB_ERASED"


class InvalidSetting(InputError):
    code = "SETTING_INVALID"


class InvalidRequest(InputError):
    code = "REQUEST_INVALID"


class WrongJobState(InvalidRequest):
    code = "JOB_STATE_WRONG"


class InvalidDocument(InputError):
    code = "DOCUMENT_INVALID"


class MediaNotFound(InputError):
    code = "MEDIA_NOT_FOUND"


class MediaNotReadable(InputError):
    code = "MEDIA_NOT_READABLE"


class MediaIsFolder(InputError):
    code = "MEDIA_IS_FOLDER"


class MediaEmpty(InputError):
    code = "MEDIA_EMPTY"


class UnreadableMedia(InputError):
    code = "MEDIA_UNREADABLE"


class TruncatedMedia(InputError):
    code = "MEDIA_TRUNCATED"


class NoAudioStream(InputError):
    code = "MEDIA_WITHOUT_AUDIO"


class MediaBeyondLimits(InputError):
    code = "MEDIA_BEYOND_LIMITS"


class ClipOutOfRange(InputError):
    code = "CLIP_OUT_OF_RANGE"


class OutNotWritable(InputError):
    code = "OUT_NOT_WRITABLE"


class StageError(CuegraphError):
    code = "STAGE_FAILED"


class StageCrashed(StageError):
    code = "STAGE_CRASHED"


class OutputMissing(StageError):
    code = "OUTPUT_MISSING"


class OutputInvalid(StageError):
    code = "OUTPUT_INVALID"


class InputModified(StageError):
    code = "INPUT_MODIFIED"


class ToolFailed(StageError):
    code = "TOOL_FAILED"


class ToolMissing(StageError):
    code = "TOOL_MISSING"


class EngineOutOfMemory(StageError):
    code = "ENGINE_OUT_OF_MEMORY"


class AlignmentFailed(StageError):
    code = "ALIGNMENT_FAILED"


class LanguageUncertain(StageError):
    code = "LANGUAGE_UNCERTAIN"


class TranslationFailed(StageError):
    code = "TRANSLATION_FAILED"


class ServiceRefused(StageError):
    code = "SERVICE_REFUSED"


class ServiceUnavailable(StageError):
    code = "SERVICE_UNAVAILABLE"
    retryable = True


class ModelError(CuegraphError):
    code = "MODEL_UNUSABLE"


class ModelMissing(ModelError):
    code = "MODEL_MISSING"


class ModelAltered(ModelError):
    code = "MODEL_ALTERED"


class StoreError(CuegraphError):
    code = "STORE_FAILED"


class ObjectNotFound(StoreError):
    code = "OBJECT_NOT_FOUND"


class AlreadyExists(StoreError):
    code = "OBJECT_ALREADY_EXISTS"


class BlobAltered(StoreError):
    code = "BLOB_ALTERED"


class StoreRefused(StoreError):
    code = "STORE_REFUSED"


class StoreFull(StoreError):
    code = "STORE_FULL"


class StoreUnavailable(StoreError):
    code = "STORE_UNAVAILABLE"
    retryable = True


class RemoteError(CuegraphError):
    code = "REMOTE_FAILED"


class StageUnavailable(RemoteError):
    code = "STAGE_UNAVAILABLE"
    retryable = True


class StageLost(StageUnavailable):
    code = "STAGE_LOST"


class StageBusy(RemoteError):
    code = "STAGE_BUSY"
    retryable = True


class ConnectionNotTrusted(RemoteError):
    code = "CONNECTION_NOT_TRUSTED"


class AccessError(CuegraphError):
    code = "ACCESS_REFUSED"


class Unauthenticated(AccessError):
    code = "UNAUTHENTICATED"


class PermissionDenied(AccessError):
    code = "PERMISSION_DENIED"


class LineageBroken(CuegraphError):
    code = "LINEAGE_BROKEN"


class Cancelled(CuegraphError):
    code = "CANCELLED"


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """The error for a name that is not among the known ones, with the nearest right one."""
    names = sorted(known)
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    advice = f"did you mean {nearest[0]!r}?" if nearest else f"known are: {', '.join(names) or 'none'}"
    return UnknownName(f"there is no {kind} {name!r}; {advice}")
