"""`cuegraph lineage export`: to a file, to a folder, to stdout, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.runtime.store.file import FileStore
from tests.cuegraph import Ran, cuegraph
from tests.jobs_in_memory import write_job


@pytest.fixture
def store(tmp_path: Path) -> Path:
    write_job(FileStore(tmp_path / "store"))
    return tmp_path / "store"


def export(store: Path, *arguments: str | Path) -> Ran:
    return cuegraph("lineage", "export", "film", "--store", store, *arguments)


def test_a_file_goes_to_stdout_or_to_where_it_is_told(store: Path, tmp_path: Path) -> None:
    printed = export(store, "--format", "prov")
    written = export(store, "--format", "prov", "--out", tmp_path / "prov.json", "--json")
    assert (tmp_path / "prov.json").read_text("utf-8") == printed.stdout
    assert written.json == {
        "job": "film", "format": "prov", "media_type": "application/json", "path": str(tmp_path / "prov.json")
    }  # fmt: skip


def test_a_folder_is_written_once(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "crate"
    assert export(store, "--format", "ro-crate", "--out", out).code == 0
    assert "@graph" in json.loads((out / "ro-crate-metadata.json").read_text("utf-8"))
    again = export(store, "--format", "ro-crate", "--out", out, "--json")
    assert (again.code, again.json["error"]["code"]) == (2, "OUT_NOT_WRITABLE")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--format", "ro-crate", "--json"), "REQUEST_INVALID"),
        (("--format", "prov", "--json"), "REQUEST_INVALID"),
        (("--format", "provo", "--json"), "NAME_UNKNOWN"),
    ],
)
def test_what_cannot_be_done_is_told(store: Path, arguments: tuple[str, ...], code: str) -> None:
    ran = export(store, *arguments)
    assert (ran.code, ran.json["error"]["code"]) == (2, code)
