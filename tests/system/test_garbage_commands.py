"""`cuegraph gc` and `cuegraph jobs erase`, as people call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coordinator.cli.main import app
from services.runtime.errors import CuegraphError
from services.runtime.store import blobs, keys
from services.runtime.store.file import FileStore
from tests.jobs_in_memory import write_job


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    monkeypatch.setenv("CUEGRAPH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CUEGRAPH_STORE", str(tmp_path / "store"))
    store = FileStore(tmp_path / "store")
    write_job(store)
    return store


def called(*arguments: str) -> Any:
    """What the command prints as JSON."""
    outcome = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


def test_garbage_is_collected_only_when_it_is_said(store: FileStore) -> None:
    junk = blobs.add_bytes(store, b"junk", "text/plain").uri
    assert called("gc")["found"] == {junk: 4}
    assert list(store.list(keys.GARBAGE)) == []
    called("gc", "--apply")
    assert called("gc", "--apply", "--wait", "0h")["deleted_bytes"] == 4
    assert store.size(junk) is None


def test_a_job_is_erased_only_when_it_is_said_and_everybody_tells_so(store: FileStore) -> None:
    assert called("jobs", "erase", "film")["jobs"][0]["blobs"]
    assert store.size(keys.job("film")) is not None
    called("jobs", "erase", "film", "--apply", "--reason", "request 17")
    assert list(store.list("jobs/")) == [keys.erased("film")]
    report = called("lineage", "verify", "film")
    assert report["ok"]
    assert "request 17" in report["erased"]
    assert called("jobs", "list") == {"jobs": []}
    assert called("audit", "--all")["jobs"] == []


@pytest.mark.parametrize(
    "command",
    [
        ("jobs", "show", "film"),
        ("lineage", "show", "film"),
        ("lineage", "trace", "film", "--cue", "1"),
        ("lineage", "export", "film", "--format", "prov", "--out", "x"),
        ("audit", "film"),
    ],
)
def test_who_asks_for_an_erased_job_is_told_that_it_was_erased(store: FileStore, command: tuple[str, ...]) -> None:
    called("jobs", "erase", "film", "--apply")
    with pytest.raises(CuegraphError) as refused:
        CliRunner().invoke(app, list(command), catch_exceptions=False)
    assert refused.value.code == "JOB_ERASED"


def test_an_erasure_is_given_again_without_harm(store: FileStore) -> None:
    called("jobs", "erase", "film", "--apply", "--film")
    before = store.get(keys.erased("film"))
    called("jobs", "erase", "film", "--apply", "--film")
    assert store.get(keys.erased("film")) == before
