"""Writes the crate: what people asked for, every manifest, the job's record, and what is said of them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from services.runtime.store import blobs, keys
from services.runtime.store.base import Store

from ..history import File, history_of
from ..material import Material
from . import layout
from .metadata import metadata


def write(material: Material, folder: Path) -> None:
    """Raises ObjectNotFound or BlobAltered if a deliverable is not in the store as it was made."""
    history, store = history_of(material), material.store
    folder.mkdir()
    _write(folder / layout.JOB, store.get(keys.job(history.record.job)))
    for attempt in history.attempts:
        _write(folder.joinpath(*layout.manifest_path(attempt)), store.get(attempt.key))
    for name, file in history.delivered:
        _copy(store, file, folder / layout.DELIVERABLES / name)
    _write(folder / "ro-crate-metadata.json", metadata(history))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _copy(store: Store, file: File, path: Path) -> None:
    """A copy: what the store lends may be a link into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        fetched = Path(folder, "fetched")
        blobs.fetch(store, file.artifact, fetched)
        shutil.copyfile(fetched, path)
