"""What every store can do: a small set of verbs over keys, the same for a folder, memory and S3."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ..errors import InvalidRequest


class Store(Protocol):
    """Keys are slash-separated relative paths, and no key is a folder of another.

    All methods are safe to call from many threads. They raise InvalidRequest for a key that `check_key` refuses.

    Every method raises StoreUnavailable when the store does not answer within its patience (transient
    faults are retried inside), StoreFull when there is no room and StoreRefused when access is denied.
    """

    @property
    def url(self) -> str:
        """Where the store is, without credentials."""

    def create(self, key: str, data: bytes) -> None:
        """Writes a new object, durably, if and only if the key is free: all of it or nothing.

        Raises AlreadyExists. Of many writers exactly one succeeds. A time-out after the write was applied
        is resolved by reading back: the same bytes mean success.
        """

    def create_file(self, key: str, path: Path) -> None:
        """Like `create`, with the bytes of a file, in constant memory.

        A store may take a large file only under the key of a blob, where all who race write the same bytes.
        """

    def put(self, key: str, data: bytes) -> None:
        """Writes or overwrites: for logs in progress, heartbeats and stale cache entries only."""

    def get(self, key: str) -> bytes:
        """The object's bytes. Raises ObjectNotFound."""

    def fetch(self, key: str, path: Path) -> None:
        """Brings the object to `path`, which does not exist yet, for reading only, in constant memory.

        A store on this machine may answer with a hard link. Raises ObjectNotFound.
        """

    def size(self, key: str) -> int | None:
        """Size in bytes, or None if there is no such object."""

    def digest(self, key: str) -> tuple[int, str] | None:
        """Size and SHA-256 of the object's bytes, all of them read now, in constant memory and without a copy on this
        machine; None if there is no such object."""

    def list(self, prefix: str) -> Iterator[str]:
        """Every key below `prefix` (ending in a slash; empty for the whole store), in order of key."""

    def folders(self, prefix: str) -> Iterator[str]:
        """The names of the folders directly below `prefix` (as for `list`), in order.

        A folder may hold nothing: its only object was deleted, or never finished.
        """

    def delete(self, key: str) -> None:
        """Removes the object; nothing happens if there is none. The pipeline itself never calls this."""


RESERVED_FOLDER = "tmp"
"""No key begins with this folder: a store in a folder keeps its unfinished files there."""

_PLAIN = re.compile(r"[\w./-]*", re.ASCII)
"""Most keys: they need not be looked at letter by letter."""
_SEGMENT_BYTES = 255
_KEY_BYTES = 1024


def check_key(key: str) -> None:
    """Raises InvalidRequest unless every kind of store can hold `key` and none is led out of itself by it."""
    problem = _key_problem(key)
    if problem:
        raise InvalidRequest(f"{key!r} cannot be a key of the store: {problem}; use plain relative names")


def check_prefix(prefix: str) -> None:
    """Raises InvalidRequest unless `prefix` is empty (the whole store) or a key followed by a slash."""
    if prefix and not prefix.endswith("/"):
        raise InvalidRequest(f"{prefix!r} cannot be a prefix in the store: end it with a slash")
    if prefix:
        check_key(prefix[:-1])


def _key_problem(key: str) -> str | None:
    segments = key.split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        return "it has an empty, `.` or `..` part"
    if segments[0] == RESERVED_FOLDER:
        return f"`{RESERVED_FOLDER}/` is reserved"
    if not _PLAIN.fullmatch(key) and any(_is_forbidden(character) for character in key):
        return "it has a backslash, a control character or half a surrogate pair"
    if len(key.encode()) > _KEY_BYTES or any(len(segment.encode()) > _SEGMENT_BYTES for segment in segments):
        return f"it is longer than {_KEY_BYTES} bytes, or a part of it than {_SEGMENT_BYTES}"
    return None


def _is_forbidden(character: str) -> bool:
    return character == "\\" or unicodedata.category(character) in ("Cc", "Cs")
