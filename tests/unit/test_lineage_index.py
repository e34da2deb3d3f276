"""The index says what the bucket says, however it came to be, and is given up for a new one when in doubt."""

from __future__ import annotations

import logging
import multiprocessing
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.lineage.index.index import Index, index_path
from coordinator.lineage.index.schema import VERSION
from services.runtime import commits
from services.runtime.errors import OutNotWritable
from services.runtime.manifest import Manifest, Status, now
from services.runtime.settings import process_settings
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from services.runtime.store.keys import Step
from services.runtime.store.memory import MemoryStore
from tests.drawn_jobs import Drawn, model, write_drawn
from tests.jobs_in_memory import with_action_key

STEPS = (Drawn("listen", models=(model("ears"),)), Drawn("write", ("listen",)))


def opened(store: Store, path: Path | None = None) -> Index:
    index = Index(store, path)
    index.refresh()
    return index


def everything(index: Index) -> list[object]:
    """All that the index can be asked for."""
    steps = index.steps()
    digests = [step.manifest for step in steps]
    return [
        index.jobs(),
        steps,
        index.models_of(digests),
        index.deliverables_made_from(digests),
        index.behind(digests),
        [index.makers(file.digest) for file in index.deliverables_made_from(digests)],
        [index.film(job.name) for job in index.jobs()],
    ]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    store = FileStore(tmp_path / "store")
    write_drawn(store, "first", STEPS)
    write_drawn(store, "second", (Drawn("listen", reuses="first"), Drawn("write", ("listen",))))
    write_drawn(store, "third", (Drawn("listen"), Drawn("write", ("listen",), status=Status.FAILED)), sealed=False)
    return store


def test_an_index_that_was_deleted_gives_the_same_answers(store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    grown = Index(store, path)
    grown.refresh()
    write_drawn(store, "later", STEPS, film=b"another")
    grown.refresh()
    before = everything(grown)
    grown.close()
    for file in path.parent.glob("index.sqlite*"):
        file.unlink()
    rebuilt = opened(store, path)
    assert everything(rebuilt) == before
    assert [job.name for job in rebuilt.jobs()] == ["first", "later", "second", "third"]


@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 8000])
def test_an_index_that_is_broken_is_built_anew(
    store: FileStore, tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "index.sqlite"
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert everything(opened(store, path)) == everything(opened(store))
    assert ("built anew" in caplog.text) == bool(data)


def test_an_index_that_breaks_while_it_is_open_is_built_anew(
    store: FileStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "index.sqlite"
    opened(store, path).close()
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = b"\xff" * (len(data) - 4096)  # all but the first page, which says what it is
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert everything(opened(store, path)) == everything(opened(store))
    assert "built anew" in caplog.text


def test_an_index_of_another_version_is_built_anew(
    store: FileStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "index.sqlite"
    opened(store, path).close()
    other = sqlite3.connect(path)
    other.execute("DELETE FROM jobs")
    other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.commit()
    other.close()
    with caplog.at_level(logging.WARNING):
        assert everything(opened(store, path)) == everything(opened(store))
    assert f"version {VERSION + 1}" in caplog.text


def test_a_place_that_cannot_be_written_is_named(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutNotWritable) as caught:
        Index(store, tmp_path / "file" / "index.sqlite")
    assert caught.value.code == "OUT_NOT_WRITABLE"


class CountingStore(MemoryStore):
    """Remembers which objects were read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def get(self, key: str) -> bytes:
        self.read.append(key)
        return super().get(key)


def test_a_sealed_job_is_read_once_and_an_unfinished_one_only_when_it_went_on() -> None:
    store = CountingStore()
    write_drawn(store, "done", STEPS)
    write_drawn(store, "begun", STEPS[:1], sealed=False)
    index = opened(store)
    store.read.clear()
    index.refresh()
    assert store.read == []
    commits.commit(store, step_done("begun", 2, "write"))
    store.read.clear()
    index.refresh()
    assert {key.split("/")[1] for key in store.read} == {"begun"}
    assert [step.stage for step in index.steps("begun")] == ["listen", "write"]


def step_done(job: str, number: int, stage: str, status: Status = Status.SUCCEEDED, attempt: int = 1) -> Manifest:
    draft = MemoryStore()
    write_drawn(draft, "draft", [Drawn(stage)])
    found = commits.find(draft, Step("draft", 1, stage))
    assert found is not None
    return with_action_key(replace(found[0], job=job, number=number, status=status, attempt=attempt))


def test_a_job_that_failed_is_read_again_when_it_is_tried_again() -> None:
    store = MemoryStore()
    write_drawn(store, "failed", (Drawn("listen", status=Status.FAILED),), sealed=False)
    jobs = Jobs(store)
    jobs.end("failed", 1, Outcome(JobState.FAILED, now()))
    index = opened(store)
    assert index.steps("failed") == []
    jobs.retry("failed")
    commits.commit(store, step_done("failed", 1, "listen", attempt=2))
    index.refresh()
    assert [step.attempt for step in index.steps("failed")] == [2]


def test_what_a_late_worker_wrote_for_a_job_that_was_over_is_seen_by_a_thorough_look() -> None:
    store = MemoryStore()
    write_drawn(store, "failed", (Drawn("listen", status=Status.FAILED),), sealed=False)
    Jobs(store).end("failed", 1, Outcome(JobState.FAILED, now()))
    index = opened(store)
    late = step_done("failed", 1, "listen", Status.CANCELLED, attempt=2)
    _, written = commits.commit(store, late)
    index.refresh(thoroughly=True)
    assert [step.attempt for step in index.manifests(written.digest)] == [2]


def test_a_job_that_was_erased_leaves_even_if_its_empty_folder_stays(store: FileStore) -> None:
    index = opened(store)
    for key in list(store.list("jobs/first/")):
        store.delete(key)
    index.refresh()
    assert {step.job for step in index.steps()} == {"second", "third"}
    assert [job.name for job in index.jobs()] == [job.name for job in opened(store).jobs()]


def test_a_job_whose_record_cannot_be_read_hides_no_other(store: FileStore, caplog: pytest.LogCaptureFixture) -> None:
    store.put(keys.job("first"), b"{}")
    with caplog.at_level(logging.WARNING):
        assert [job.name for job in opened(store).jobs()] == ["second", "third"]
    assert "first" in caplog.text


def test_several_processes_may_build_one_index(store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    for number in range(40):
        write_drawn(store, f"job-{number}", STEPS, film=str(number).encode())
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_build, args=(store.url, path)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert everything(opened(store, path)) == everything(opened(store))


def _build(url: str, path: Path) -> None:
    opened(FileStore(Path(url.removeprefix("file://"))), path).close()


def test_each_store_has_an_index_of_its_own_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUEGRAPH_INDEX", str(tmp_path / "indexes"))
    process = process_settings()
    paths = [index_path(process, FileStore(tmp_path / name)) for name in ("a", "b")]
    assert len(set(paths)) == 2
    assert all(path and path.parent == tmp_path / "indexes" for path in paths)
    assert index_path(process, MemoryStore()) is None
