"""What every store can do: a small set of verbs over keys, the same for a folder, memory and S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """Keys are slash-separated relative paths. All methods are safe to call from many threads.

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
        """Like `create`, with the bytes of a file, in constant memory."""

    def put(self, key: str, data: bytes) -> None:
        """Writes or overwrites: for logs in progress, heartbeats and stale cache entries only."""

    def get(self, key: str) -> bytes:
        """The object's bytes. Raises ObjectNotFound."""

    def fetch(self, key: str, path: Path) -> None:
        """Brings the object to `path`, which does not exist yet, for reading only: a store on this machine may
        answer with a hard link. Constant memory. Raises ObjectNotFound."""

    def size(self, key: str) -> int | None:
        """Size in bytes, or None if there is no such object."""

    def list(self, prefix: str) -> Iterator[str]:
        """Every key below `prefix` (a folder, ending in a slash), in order of key."""

    def folders(self, prefix: str) -> Iterator[str]:
        """The names of the folders directly below `prefix` (ending in a slash), in order."""

    def delete(self, key: str) -> None:
        """Removes the object; nothing happens if there is none. The pipeline itself never calls this."""
