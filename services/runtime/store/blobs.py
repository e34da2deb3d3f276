"""Blobs: files stored once under the digest of their bytes, and checked against it whenever they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..artifact import Artifact, digest_bytes, digest_file
from ..errors import AlreadyExists, BlobAltered, ObjectNotFound
from . import keys
from .base import Store


def add_file(store: Store, path: Path, media_type: str, digest: str | None = None) -> Artifact:
    """Stores the file unless the store has it already. `digest` saves the hashing if the caller knows it."""
    digest = digest or digest_file(path)
    artifact = Artifact(keys.blob(digest), digest, path.stat().st_size, media_type)
    return _added(store, artifact, lambda: store.create_file(artifact.uri, path))


def add_bytes(store: Store, data: bytes, media_type: str) -> Artifact:
    """Stores the bytes unless the store has them already."""
    digest = digest_bytes(data)
    artifact = Artifact(keys.blob(digest), digest, len(data), media_type)
    return _added(store, artifact, lambda: store.create(artifact.uri, data))


def fetch(store: Store, artifact: Artifact, path: Path) -> None:
    """Brings the file to `path`, for reading only. Raises ObjectNotFound or BlobAltered, and leaves no file then."""
    store.fetch(_key(store, artifact), path)
    try:
        _check_size(store, artifact, path.stat().st_size)
        _check_digest(store, artifact, digest_file(path))
    except BlobAltered:
        path.unlink()
        raise


def read(store: Store, artifact: Artifact) -> bytes:
    """The file's bytes. Raises ObjectNotFound or BlobAltered."""
    data = store.get(_key(store, artifact))
    _check_size(store, artifact, len(data))
    _check_digest(store, artifact, digest_bytes(data))
    return data


def _added(store: Store, artifact: Artifact, create: Callable[[], None]) -> Artifact:
    while True:
        try:
            create()
        except AlreadyExists:
            size = store.size(artifact.uri)
            if size is None:
                continue  # it was garbage, and was collected just now
            _check_size(store, artifact, size)
        return artifact


def _key(store: Store, artifact: Artifact) -> str:
    if not artifact.uri:
        raise ObjectNotFound(f"the file with digest {artifact.digest} was not kept in {store.url}; run its stage again")
    return artifact.uri


def _check_size(store: Store, artifact: Artifact, size: int | None) -> None:
    if size != artifact.size_bytes:
        raise _altered(store, artifact, f"{size} bytes instead of {artifact.size_bytes}")


def _check_digest(store: Store, artifact: Artifact, digest: str) -> None:
    if digest != artifact.digest:
        raise _altered(store, artifact, f"bytes with digest {digest} instead of {artifact.digest}")


def _altered(store: Store, artifact: Artifact, found: str) -> BlobAltered:
    return BlobAltered(
        f"{artifact.uri!r} in the store {store.url} was altered: found {found}; "
        "delete it there or bring it back from a backup, then run the job again"
    )
