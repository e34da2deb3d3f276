"""Every export follows from the bucket, and keys: from a copy of it, at another time and place, come the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from coordinator.lineage.exports.formats import FORMATS, Format, write_whole
from coordinator.lineage.exports.material import Material
from services.runtime.errors import CuegraphError, InvalidRequest
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from tests.exported_jobs import KINDS
from tests.vouched_jobs import vouched

NO = InvalidRequest.code
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
        again = Material.of(material.store if name == NAMES_THE_STORE else elsewhere, job)
        first, second = (written(form, it, tmp_path / name) for it in (material, again))
        assert first == second, name


def written(form: Format, material: Material, folder: Path) -> dict[str, bytes] | str:
    """What comes of it: files, or why there are none."""
    with tempfile.TemporaryDirectory(prefix=folder.name, dir=folder.parent) as empty:
        try:
            write_whole(form, vouched(material), Path(empty, "out"))
        except CuegraphError as refused:
            return refused.code
        return bytes_of(Path(empty, "out"))


def test_only_what_was_never_made_is_not_handed_on(tmp_path: Path) -> None:
    refused = {kind for kind, made in KINDS.items() if written(FORMATS["c2pa"], made(tmp_path), tmp_path / kind) == NO}
    assert refused == {"failed", "cancelled"}
