"""Brings files of the store into a folder that is handed on: copies, never links into the store."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.runtime.artifact import Artifact
from services.runtime.store import blobs
from services.runtime.store.base import Store

_CHUNK_BYTES = 1 << 20


def write_file(path: Path, data: bytes) -> None:
    """Writes the file, and the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def copy_file(store: Store, artifact: Artifact, path: Path, also: Iterable[str] = ()) -> Mapping[str, str]:
    """Copies a file in constant memory. Returns its digests by the algorithms of `also`, in hexadecimal.

    Raises ObjectNotFound or BlobAltered if it is not in the store as it was made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        fetched = Path(folder, "fetched")
        blobs.fetch(store, artifact, fetched)
        return _copy_hashing(fetched, path, also)


def _copy_hashing(source: Path, path: Path, algorithms: Iterable[str]) -> Mapping[str, str]:
    hashes = {name: hashlib.new(name) for name in algorithms}
    with source.open("rb") as read, path.open("xb") as written:
        while chunk := read.read(_CHUNK_BYTES):
            written.write(chunk)
            for one in hashes.values():
                one.update(chunk)
    return {name: one.hexdigest() for name, one in hashes.items()}
