"""Jobs of every kind verify, in their store and as the folder that people get, without more than is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator.folder import lay_out
from coordinator.jobs import Jobs
from coordinator.lineage.sources import open_source
from coordinator.lineage.verify import verify, verify_all, verify_source
from services.runtime.store.file import FileStore
from tests.jobs_of_every_kind import KINDS

GIVEN_UP = {
    "failed": ["STEP_GIVEN_UP"] * 2,
    "cancelled": ["STEP_GIVEN_UP"] * 4,
    "partly_failed": ["STEP_GIVEN_UP"] * 2,
}
"""What is documented of jobs that did not succeed: a warning for each step that has no commit."""
OUTCOMES = {"failed": "FAILED", "cancelled": "CANCELLED", "partly_failed": "FAILED"}


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(kind: str, tmp_path: Path) -> FileStore:
    store = FileStore(tmp_path / "store")
    KINDS[kind](store, tmp_path / "work")
    return store


def test_a_job_of_every_kind_holds_and_says_how_it_ended(store: FileStore, kind: str) -> None:
    report = verify(store, "job1")
    assert report.ok
    assert [finding.code for finding in report.findings] == GIVEN_UP.get(kind, [])
    assert report.outcome == OUTCOMES.get(kind, "SUCCEEDED")
    assert report.read_bytes == report.total_bytes > 0
    assert report in list(verify_all(store))


def test_the_folder_of_a_job_of_every_kind_holds_and_says_what_it_cannot_show(
    store: FileStore, kind: str, tmp_path: Path
) -> None:
    folder, _ = lay_out(Jobs(store), Jobs(store).get("job1"), tmp_path / "out")
    report = verify_source(open_source(folder))
    assert report.ok
    assert [finding.code for finding in report.findings] == GIVEN_UP.get(kind, [])
    assert "the seal" in report.not_shown


def test_a_step_that_is_gone_from_a_job_that_succeeded_is_an_error(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    KINDS["succeeded"](store, tmp_path / "work")
    store.delete("jobs/job1/seal.json")
    store.delete("jobs/job1/stages/04_last/_/manifest.json")
    found = [finding.code for finding in verify(store, "job1").findings]
    assert "STEP_UNFINISHED" in found
    assert not verify(store, "job1").ok
