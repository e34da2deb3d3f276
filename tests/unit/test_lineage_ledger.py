"""Verifying all jobs: nothing is read twice or grows with the store, and an interrupted run ends as a whole one."""

from __future__ import annotations

import sqlite3
import tracemalloc
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from coordinator.lineage.depth import FULL, QUICK, Depth
from coordinator.lineage.ledger import Ledger
from coordinator.lineage.report import Report
from coordinator.lineage.verify import verify, verify_all
from services.runtime.errors import InvalidRequest
from services.runtime.manifest import OutputRecord
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter, step_of, write_job

JOBS = 12


class CountingStore(MemoryStore):
    """Counts how often each blob is read whole."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def digest(self, key: str) -> tuple[int, str] | None:
        self.read.append(key)
        return super().digest(key)


def store_of(count: int) -> CountingStore:
    store = CountingStore()
    for number in range(count):
        writer = JobWriter(store, f"job-{number:03d}", title=f"Film {number}")
        writer.write(STAGES, {})
        writer.seal()
    return store


def test_a_blob_that_many_jobs_share_is_read_once() -> None:
    store = store_of(JOBS)
    reports = list(verify_all(store))
    assert all(report.ok and report.read_bytes == report.total_bytes for report in reports)
    assert len(store.read) == len(set(store.read)) < sum(report.blob_count for report in reports)


@pytest.mark.parametrize("depth", [FULL, QUICK, Depth(0.3, 1)], ids=lambda depth: depth.name)
def test_a_run_that_was_interrupted_ends_with_the_reports_of_one_that_was_not(depth: Depth, tmp_path: Path) -> None:
    store = store_of(JOBS)
    diverge(store, "job-009")
    whole = list(verify_all(store, depth))
    with Ledger(tmp_path / "state", {"depth": depth.name}) as ledger:
        begun = list(islice(verify_all(store, depth, ledger), 5))
    store.read.clear()
    with Ledger(tmp_path / "state", {"depth": depth.name}) as ledger:
        resumed = list(verify_all(store, depth, ledger))
    assert (begun, resumed) == (whole[:5], whole)
    assert len(store.read) <= sum(report.read_count for report in whole[5:])
    assert "DIVERGENCE" in {finding.code for report in whole for finding in report.findings}


def diverge(store: MemoryStore, job: str) -> None:
    """Adds a job that did the same with the same as `job`, and got another film; the cache knows neither."""
    title = f"Film {int(job[-3:])}"
    other = OutputRecord("film", "film.mkv", blobs.add_bytes(store, b"film with other tracks", "video/x-matroska"))
    writer = JobWriter(store, "job-999", title=title)
    writer.write(STAGES, {"mux": {"outputs": (other,)}})
    writer.seal()


def test_jobs_of_one_store_that_did_the_same_with_another_result_diverge_and_both_are_named() -> None:
    store = store_of(2)
    diverge(store, "job-001")
    *others, last = verify_all(store)
    assert [report.findings for report in others] == [(), ()]
    (finding,) = last.findings
    assert (finding.code, finding.location) == ("DIVERGENCE", step_of("mux", "job-999").commit)
    assert step_of("mux", "job-001").commit in finding.message
    assert "from byte 10 on" in finding.message  # `film with t...` and `film with o...`
    assert last.ok


def test_an_input_from_another_job_is_told_whichever_of_both_comes_first() -> None:
    store = store_of(1)
    for name in ("a-taker", "z-taker"):
        given = write_job(store, f"{name}-gives").origins["subtitles_srt"]
        writer = JobWriter(store, name)
        writer.write(STAGES[:5], {})
        writer.origins["subtitles_srt"] = given
        store.put(keys.job(name), writer.record(STAGES).to_json())
        writer.step(6, "mux")
        writer.seal()
    found = {report.job: [finding.code for finding in report.findings] for report in verify_all(store, QUICK)}
    assert found["a-taker"] == found["z-taker"] == ["INPUT_FOREIGN"]
    assert {job for job, codes in found.items() if codes} == {"a-taker", "z-taker"}


def test_a_state_file_of_another_verification_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path / "state", {"depth": "quick"}).__exit__(None, None, None)
    with pytest.raises(InvalidRequest, match="depth quick, not full"):
        Ledger(tmp_path / "state", {"depth": "full"})


def test_a_file_that_is_no_state_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "film.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n" * 40)
    before = (tmp_path / "film.srt").read_bytes()
    with pytest.raises(InvalidRequest):
        Ledger(tmp_path / "film.srt", {})
    assert (tmp_path / "film.srt").read_bytes() == before


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "index.db")) as other:
        other.execute("create table jobs (name text)")
    before = (tmp_path / "index.db").read_bytes()
    with pytest.raises(InvalidRequest):
        Ledger(tmp_path / "index.db", {})
    assert (tmp_path / "index.db").read_bytes() == before


def peak_bytes(store: MemoryStore) -> int:
    tracemalloc.start()
    try:
        for _ in verify_all(store, QUICK):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_jobs() -> None:
    few, many = store_of(70), store_of(280)
    list(verify_all(few, QUICK))  # what is loaded once is not counted
    assert peak_bytes(many) < 1.3 * peak_bytes(few)


def test_a_report_says_what_a_sample_read_and_by_which_seed() -> None:
    store = store_of(1)
    report = verify(store, "job-000", Depth(0.1, 42))
    assert 0 < report.read_bytes < report.total_bytes
    assert report.to_json()["seed"] == 42
    assert f"read {report.read_bytes:,} of {report.total_bytes:,} bytes, seed 42" in report.to_text()
    assert report == verify(store, "job-000", Depth(0.1, 42))


def test_a_sample_sees_what_is_wrong_with_what_it_reads_alone() -> None:
    store = store_of(1)
    for key in list(store.list("blobs/")):
        store.put(key, store.get(key)[:-1] + b"~")
    report: Report = verify(store, "job-000", Depth(0.2, 3))
    altered = [finding for finding in report.findings if finding.code in ("BLOB_ALTERED", "LOG_ALTERED")]
    assert 0 < len(altered) == report.read_count < report.blob_count
    assert replace(report, findings=()).ok
