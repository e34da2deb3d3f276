"""Stores: where artifacts, manifests and commits live, opened by URL."""

from __future__ import annotations

import functools
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from ..errors import InvalidRequest
from .base import Store
from .file import FileStore
from .memory import MemoryStore

__all__ = ["Store", "open_store"]


def open_store(url: str) -> Store:
    """The store at `url`: `file:///path` (or a plain path), `memory://name` or `s3://bucket/prefix`.

    Raises InvalidRequest for any other URL.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "":
            return FileStore(Path(url))
        case "file":
            return FileStore(_path(url, parts))
        case "memory":
            return _memory(parts.netloc) if parts.netloc else MemoryStore()
    raise InvalidRequest(
        f"a store cannot be at {url!r}: use file:///path, memory://name or s3://bucket/prefix"
    )


def _path(url: str, parts: SplitResult) -> Path:
    if parts.netloc or not parts.path:
        raise InvalidRequest(
            f"{url!r} is not a folder of this machine: write file:///path, with three slashes"
        )
    return Path(unquote(parts.path))


@functools.cache
def _memory(name: str) -> MemoryStore:
    """Everybody in this process who asks for one name gets one store."""
    return MemoryStore(name)
