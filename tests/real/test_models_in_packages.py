"""The models that come inside packages are what the catalog says, and need no network."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.runtime.artifact import digest_file
from services.runtime.models import Catalog, ModelStore

CATALOG = Catalog.load()
PACKAGED = [name for name in CATALOG.names() if CATALOG[name].source.startswith("package:")]


@pytest.mark.parametrize("name", PACKAGED)
def test_a_packaged_model_is_there_at_first_use(tmp_path: Path, name: str) -> None:
    store = ModelStore(tmp_path, CATALOG)
    folder = store.path(name)
    assert store.verify(name).digest == folder.name
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) == CATALOG[name].size_bytes


def test_whisper_base_is_put_together_from_its_halves(tmp_path: Path) -> None:
    folder = ModelStore(tmp_path, CATALOG).path("whisper-base")
    assert digest_file(folder / "model.bin").startswith("d01c3014")


def test_the_segmentation_model_is_the_one_that_was_measured(tmp_path: Path) -> None:
    folder = ModelStore(tmp_path, CATALOG).path("pyannote-segmentation")
    assert digest_file(folder / "pytorch_model.bin").startswith("0b5b3216")
