"""Every export follows from the bucket alone: from a copy of it, at another time and place, come the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.material import Material
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from tests.exported_jobs import KINDS

NAMES_THE_STORE = "html"
"""The page says how to hear a place, and where the film lies is part of such a command."""


def copy(store: Store, folder: Path) -> Store:
    """The same bucket on disk."""
    copied = FileStore(folder)
    for key in store.list(""):
        copied.create(key, store.get(key))
    return copied


def bytes_of(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in files}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bucket_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    material = KINDS[kind](tmp_path / "job")
    job, elsewhere = material.facts.job, copy(material.store, tmp_path / "copy")
    for name, form in FORMATS.items():
        write_whole(form, material, tmp_path / f"{name}-1")
        again = Material.of(material.store if name == NAMES_THE_STORE else elsewhere, job)
        write_whole(form, again, tmp_path / f"{name}-2")
        assert bytes_of(tmp_path / f"{name}-1") == bytes_of(tmp_path / f"{name}-2"), name
