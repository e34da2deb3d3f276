"""A job ends the same whether its stages run in this process or each in its own, over a folder or over SeaweedFS."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from coordinator.engines import local
from coordinator.engines.local import LocalEngine, Pools
from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.lineage.verify import verify
from services.runtime import commits
from services.runtime.manifest import SettingRecord, Status, now
from services.runtime.redaction import Redactor
from services.runtime.request import StageInput, StageRequest
from services.runtime.store import blobs, open_store
from services.runtime.store.base import Store
from services.runtime.store.s3 import S3Access
from tests.fake_stage import Heard, stream
from tests.small_jobs import DIAMOND, StagesHere, Watched, small_job
from tests.small_stages import node_of
from tests.stage_processes import PATIENCE_SECONDS, SECRET, StageProcesses, obey
from tests.store_servers import BUCKET

NAMES = tuple(step.stage for step in DIAMOND)
CANCELLED_WITHIN_SECONDS = 10.0


@dataclass
class Place:
    """A store, and stages around it."""

    store: Store
    pools: Pools
    folder: Path

    @property
    def release(self) -> Path:
        """The file that waiting stages wait for."""
        return self.folder / "release"

    def drive(self, job: str = "job1", **suffixes: str) -> Watched:
        """Drives a new job whose stages do as their suffixes say."""
        small_job(self.store, job, settings=_settings(suffixes))
        return self.go_on(job)

    def go_on(self, job: str = "job1", cancelled: threading.Event | None = None) -> Watched:
        watched = Watched()
        LocalEngine(Jobs(self.store), self.pools, Redactor([SECRET])).drive(job, watched, cancelled)
        return watched

    def wait_until_begun(self) -> None:
        """Until the stage that waits for the release works."""
        begun = self.release.with_suffix(".begun")
        for _ in range(int(PATIENCE_SECONDS * 50)):
            if begun.exists():
                return
            threading.Event().wait(0.02)
        raise AssertionError("no stage has begun to wait")

    def result(self, job: str = "job1") -> bytes:
        found = commits.find(self.store, DIAMOND[-1].of(job))
        assert found is not None
        return blobs.read(self.store, found[0].outputs[0].artifact)

    def pipeline_log(self, job: str = "job1") -> str:
        return "".join(self.store.get(key).decode() for key in self.store.list(f"jobs/{job}/logs/"))


class RemotePlace(Place):
    """A place whose stages are processes."""

    pools: StageProcesses


def _settings(suffixes: Mapping[str, str]) -> dict[str, SettingRecord]:
    return {f"{stage}.suffix": SettingRecord(suffix, "command line") for stage, suffix in suffixes.items()}


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "BACKOFF_SECONDS", 0.01)


def place_here(tmp_path: Path) -> Place:
    store = open_store((tmp_path / "store").as_uri())
    node = node_of(store, tmp_path, [SECRET])
    return Place(store, StagesHere(node, dict.fromkeys(NAMES, obey)), tmp_path)


@contextmanager
def remote_place(request: pytest.FixtureRequest, folder: Path) -> Iterator[RemotePlace]:
    """Processes on a store in a folder or in a bucket, as the fixture's parameter says."""
    access: S3Access | None = request.getfixturevalue("seaweed_access") if request.param == "SeaweedFS" else None
    url = f"s3://{BUCKET}/{folder.name}" if access else (folder / "store").as_uri()
    processes = StageProcesses(NAMES, folder, url, access)
    try:
        yield RemotePlace(open_store(url, access), processes, folder)
    finally:
        processes.close()


@pytest.fixture(params=["folder", "SeaweedFS"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RemotePlace]:
    with remote_place(request, tmp_path) as place:
        yield place


@pytest.fixture(params=["here", "folder", "SeaweedFS"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "here":
        yield place_here(tmp_path)
        return
    with remote_place(request, tmp_path) as place:
        yield place


def outcome(watched: Watched) -> Outcome:
    (outcome,) = watched.outcomes
    return outcome


def test_a_job_ends_well_and_its_lineage_holds(place: Place) -> None:
    assert outcome(place.drive()).state is JobState.SUCCEEDED
    assert place.result() == b"[[[film]]+[[film]]]"
    assert verify(place.store, "job1", full=True).findings == ()


def test_an_equal_job_takes_everything_over(place: Place) -> None:
    place.drive("job1")
    assert {status for _, status in place.drive("job2").finished} == {"REUSED"}
    assert place.result("job2") == place.result("job1")


def test_a_failed_stage_fails_the_job_with_its_code(place: Place) -> None:
    watched = place.drive(left="fail")
    assert outcome(watched).state is JobState.FAILED
    assert [error.code for error in outcome(watched).errors] == ["STAGE_FAILED"]
    assert ("left", "FAILED") in watched.finished
    assert "last" not in watched.started


def test_a_cancelled_job_ends_within_bounds_and_goes_on_when_asked(place: Place) -> None:
    cancelled = threading.Event()
    small_job(place.store, settings=_settings({"left": f"wait {place.release}"}))
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(place.go_on, "job1", cancelled)
        place.wait_until_begun()
        cancelled.set()
        watched = driving.result(CANCELLED_WITHIN_SECONDS)
    assert outcome(watched).state is JobState.CANCELLED
    assert ("left", "CANCELLED") in watched.finished
    place.release.touch()
    Jobs(place.store).retry("job1")
    assert outcome(place.go_on()).state is JobState.SUCCEEDED


def test_a_job_is_called_off_through_the_store(place: Place) -> None:
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(place.drive, left=f"wait {place.release}")
        place.wait_until_begun()
        Jobs(place.store).cancel("job1")
        assert outcome(driving.result(CANCELLED_WITHIN_SECONDS)).state is JobState.CANCELLED


def test_the_pipeline_log_has_what_every_stage_says(place: Place) -> None:
    place.drive()
    log = place.pipeline_log()
    for number, name in enumerate(NAMES, 1):
        assert f"small.stage: join begins [{number:02d}_{name}]" in log


def test_no_secret_is_ever_written(place: Place) -> None:
    place.drive(left="tell", right="fail")
    written = {key: place.store.get(key) for key in place.store.list("")}
    assert [key for key, data in written.items() if SECRET.encode() in data] == []
    assert b"the token is" in b"".join(written.values())


def test_two_who_ask_for_a_step_at_once_get_one_run(place: Place) -> None:
    film = blobs.add_bytes(place.store, b"film", "text/plain")
    settings = {"suffix": SettingRecord(f"wait {place.release}", "command line")}
    request = StageRequest(DIAMOND[0].of("job1"), (StageInput("text", film),), settings, requested=now())
    with ThreadPoolExecutor() as pool:
        first = pool.submit(place.pools.client("first").run, request, Heard(), threading.Event())
        place.wait_until_begun()
        second = pool.submit(place.pools.client("first").run, request, Heard(), threading.Event())
        place.release.touch()
        assert first.result(PATIENCE_SECONDS) == second.result(PATIENCE_SECONDS)
    assert commits.attempts(place.store, request.step) == [1]


def test_a_lost_stream_cancels_nothing_and_its_commit_is_found(remote: RemotePlace) -> None:
    film = blobs.add_bytes(remote.store, b"film", "text/plain")
    settings = {"suffix": SettingRecord(f"wait {remote.release}", "command line")}
    request = StageRequest(DIAMOND[0].of("job1"), (StageInput("text", film),), settings)
    client = remote.pools.client("first")
    with stream(remote.pools.addresses["first"], request) as events:
        assert not next(events).accepted.attached
        remote.wait_until_begun()
    remote.release.touch()
    assert client.run(replace(request, requested=now()), Heard(), threading.Event()).status is Status.SUCCEEDED
    assert commits.attempts(remote.store, request.step) == [1]


def test_a_stage_that_is_killed_at_work_and_comes_back_does_its_step(remote: RemotePlace) -> None:
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(remote.drive, left=f"wait {remote.release}")
        remote.wait_until_begun()
        remote.pools.kill("left")
        remote.release.touch()
        remote.pools.restart("left")
        assert outcome(driving.result(PATIENCE_SECONDS)).state is JobState.SUCCEEDED
    found = commits.find(remote.store, DIAMOND[1].of("job1"))
    assert found is not None
    assert (found[0].attempt, found[0].unfinished_attempts) == (2, (1,))
    assert commits.attempts(remote.store, DIAMOND[0].of("job1")) == [1]


def test_what_a_killed_coordinator_began_is_adopted_by_the_next(remote: RemotePlace) -> None:
    """The step goes on in its process while nobody listens; whoever comes next joins it."""
    job = small_job(remote.store, settings=_settings({"first": f"wait {remote.release}"}))
    request = StageRequest(
        DIAMOND[0].of("job1"),
        (StageInput("text", job.media.artifact),),
        {"suffix": job.settings["first.suffix"]},
    )
    with stream(remote.pools.addresses["first"], request) as events:
        next(events)
        remote.wait_until_begun()
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(remote.go_on)
        remote.release.touch()
        assert outcome(driving.result(PATIENCE_SECONDS)).state is JobState.SUCCEEDED
    assert commits.attempts(remote.store, DIAMOND[0].of("job1")) == [1]
