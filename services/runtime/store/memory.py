"""A store in memory, for tests: as strict as the others, and gone with the process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from ..artifact import digest_bytes
from ..errors import AlreadyExists, ObjectNotFound
from .base import check_key, check_prefix
from .system_errors import reported


class MemoryStore:
    """Objects in a dictionary. Thread-safe."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._objects: dict[str, bytes] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"memory://{self._name}"

    def create(self, key: str, data: bytes) -> None:
        check_key(key)
        with self._lock:
            if key in self._objects:
                raise AlreadyExists(f"{key!r} in the store {self.url} exists already and is never overwritten")
            self._objects[key] = bytes(data)

    def create_file(self, key: str, path: Path) -> None:
        self.create(key, path.read_bytes())

    def put(self, key: str, data: bytes) -> None:
        check_key(key)
        with self._lock:
            self._objects[key] = bytes(data)

    def get(self, key: str) -> bytes:
        check_key(key)
        try:
            return self._objects[key]
        except KeyError:
            raise ObjectNotFound(f"there is no {key!r} in the store {self.url}; check the store's address") from None

    def fetch(self, key: str, path: Path) -> None:
        data = self.get(key)
        with reported(f"the file {str(path)!r}"), path.open("xb") as file:
            file.write(data)

    def size(self, key: str) -> int | None:
        check_key(key)
        data = self._objects.get(key)
        return None if data is None else len(data)

    def digest(self, key: str) -> tuple[int, str] | None:
        check_key(key)
        data = self._objects.get(key)
        return None if data is None else (len(data), digest_bytes(data))

    def list(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        with self._lock:
            return iter(sorted(key for key in self._objects if key.startswith(prefix)))

    def folders(self, prefix: str) -> Iterator[str]:
        inner = (key.removeprefix(prefix) for key in self.list(prefix))
        return iter(sorted({rest.split("/")[0] for rest in inner if "/" in rest}))

    def delete(self, key: str) -> None:
        check_key(key)
        with self._lock:
            self._objects.pop(key, None)
