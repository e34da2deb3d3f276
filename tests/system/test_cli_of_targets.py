"""The command line tells how every target language stands."""

from __future__ import annotations

from pathlib import Path

from services.runtime.store.file import FileStore
from tests.cuegraph import cuegraph
from tests.partial_jobs import job_without_spanish


def test_a_job_tells_programs_how_each_target_stands(tmp_path: Path) -> None:
    job_without_spanish(FileStore(tmp_path / "store"), tmp_path)
    told = cuegraph("jobs", "show", "job1", "--store", tmp_path / "store", "--json").json
    assert told["targets"] == [{"language": "pt", "state": "SUCCEEDED"}, {"language": "es", "state": "FAILED"}]
    assert [step["shard"] for step in told["stages"]] == ["_", "pt", "es"]


def test_a_job_tells_people_how_each_target_stands(tmp_path: Path) -> None:
    job_without_spanish(FileStore(tmp_path / "store"), tmp_path)
    told = cuegraph("jobs", "show", "job1", "--store", tmp_path / "store").stdout
    assert "small of 'a film.txt', en to pt, es, profile cpu-small" in told
    assert "  target pt: SUCCEEDED\n  target es: FAILED\n" in told
    watched = cuegraph("jobs", "watch", "job1", "--store", tmp_path / "store").stdout
    assert "02 translate/es: FAILED" in watched
