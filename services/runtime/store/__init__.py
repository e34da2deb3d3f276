"""Stores: where artifacts, manifests and commits live, opened by URL."""

from __future__ import annotations

import functools
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import InvalidRequest, UnknownName
from .base import Store
from .file import FileStore
from .memory import MemoryStore
from .probe import probe
from .s3 import S3Access, S3Store

__all__ = ["S3Access", "Store", "open_store", "require_store"]


def open_store(url: str, access: S3Access | None = None, *, read_only: bool = False) -> Store:
    """The store at `url`: `file:///path` (or a plain path), `memory://name` or `s3://bucket/prefix`.

    A bucket is probed the first time that this process opens it, unless it is only read: then nothing at all is
    written, so that rights to read are enough. Raises InvalidRequest for any other URL and
    for a bucket without `access`, StoreRefused for a store that may not be used or breaks its promise.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return FileStore(Path(url), read_only=read_only)
    match scheme:
        case "file":
            return FileStore(_path(url), read_only=read_only)
        case "memory":
            return _memory(rest) if rest else MemoryStore()
        case "s3":
            return _s3(url, access, read_only=read_only)
    raise InvalidRequest(f"a store cannot be at {url!r}: use file:///path, memory://name or s3://bucket/prefix")


def require_store(url: str) -> None:
    """For those who only read: a folder that is not there would be made, and found empty. Raises UnknownName."""
    if "://" not in url or url.startswith("file://"):
        folder = _path(url) if "://" in url else Path(url)
        if not folder.is_dir():
            raise UnknownName(f"there is no store at {url}; name that of an earlier run with --store or CUEGRAPH_STORE")


def _path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc or not parts.path:
        raise InvalidRequest(f"{url!r} is not a folder of this machine: write file:///path, with three slashes")
    return Path(unquote(parts.path))


@functools.cache
def _memory(name: str) -> MemoryStore:
    """Everybody in this process who asks for one name gets one store."""
    return MemoryStore(name)


def _s3(url: str, access: S3Access | None, *, read_only: bool) -> S3Store:
    if access is None:
        raise InvalidRequest(
            f"the store {url} needs an endpoint and keys: set AWS_ENDPOINT_URL, "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    bucket, _, prefix = url.removeprefix("s3://").strip("/").partition("/")
    if not bucket:
        raise InvalidRequest(f"{url!r} names no bucket: write s3://bucket or s3://bucket/prefix")
    return S3Store(bucket, prefix, access) if read_only else _probed(bucket, prefix, access)


@functools.cache
def _probed(bucket: str, prefix: str, access: S3Access) -> S3Store:
    store = S3Store(bucket, prefix, access)
    probe(store, f"{store.url} at {access.endpoint}")
    return store
