"""Commands that say whose turn it is, and what waits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from coordinator import heartbeat, waiting
from coordinator.jobs import Jobs
from coordinator.pauses import is_paused
from services.runtime.store.file import FileStore
from services.runtime.store.memory import MemoryStore
from tests.cuegraph import cuegraph
from tests.small_jobs import small_job


def test_a_stage_is_paused_and_resumed(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert cuegraph("stage", "pause", "asr", "--store", store.url).code == 0
    assert is_paused(store, "asr")
    assert cuegraph("stage", "resume", "asr", "--store", store.url).code == 0
    assert not is_paused(store, "asr")


def test_a_stage_that_nobody_knows_is_not_paused(tmp_path: Path) -> None:
    told = cuegraph("stage", "pause", "asrr", "--store", str(tmp_path))
    assert told.code == 2
    assert "did you mean 'asr'?" in told.stderr


def test_jobs_are_listed_by_tenant(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    for name, tenant in (("job1", "news"), ("job2", "archive")):
        Jobs(store).create(replace(small_job(MemoryStore(), name), tenant=tenant, priority=3))
    found = cuegraph("jobs", "list", "--tenant", "news", "--json", "--store", store.url).json["jobs"]
    assert [(job["job"], job["tenant"], job["priority"]) for job in found] == [("job1", "news", 3)]


def test_what_waits_is_shown_with_its_reason(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    job = small_job(store)
    waiting.note(store, job.plan[0].of(job.job), "there is no pod of stage first")
    with heartbeat.beating(store, job.job):
        told = cuegraph("jobs", "show", job.job, "--store", store.url).stdout
        asked = cuegraph("jobs", "show", job.job, "--json", "--store", store.url).json
    assert "01 first           WAITING    0.0 s (there is no pod of stage first)" in told
    assert asked["stages"][0]["waiting"] == "there is no pod of stage first"


def test_a_note_is_void_once_an_attempt_has_begun(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    job = small_job(store)
    step = job.plan[0].of(job.job)
    waiting.note(store, step, "stage first is paused")
    assert waiting.reason(store, step, 0) == "stage first is paused"
    store.create(step.attempt(1, "started"), b"{}")
    assert waiting.reason(store, step, 1) == ""
