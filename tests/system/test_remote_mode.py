"""A job ends the same whether its stages run in this process or each in its own, over a folder or over SeaweedFS."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from coordinator.engines import steps
from coordinator.engines.engine import Pools
from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.lineage.verify import verify
from coordinator.records import JobRecord
from services.runtime import commits
from services.runtime.manifest import SettingRecord, Status, now
from services.runtime.request import StageInput, StageRequest
from services.runtime.store import blobs, open_store
from services.runtime.store.base import Store
from services.runtime.store.keys import Step
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
    """A store, stages around it, and a job of its own for every test."""

    store: Store
    pools: Pools
    folder: Path
    """The test's own."""
    job: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def release(self) -> Path:
        """The file that waiting stages wait for."""
        return self.folder / "release"

    def settings(self, **suffixes: str) -> dict[str, SettingRecord]:
        """What each stage is told. Unless told otherwise it joins, and no other test's result is of use to it."""
        told = {**dict.fromkeys(NAMES, f"join {self.folder}"), **suffixes}
        return {f"{stage}.suffix": SettingRecord(suffix, "command line") for stage, suffix in told.items()}

    def begin(self, **suffixes: str) -> JobRecord:
        """The job in the store, ready to be driven, whose stages do as their suffixes say."""
        return small_job(self.store, self.job, settings=self.settings(**suffixes))

    def drive(self, **suffixes: str) -> Watched:
        """Drives a new job to its end."""
        self.begin(**suffixes)
        return self.go_on()

    def go_on(self, cancelled: threading.Event | None = None) -> Watched:
        watched = Watched()
        LocalEngine(Jobs(self.store), self.pools, node_of(self.store, self.folder, [SECRET])).drive(
            self.job, watched, cancelled
        )
        return watched

    def first_step(self) -> StageRequest:
        """Asks for the job's first step, which waits for the release."""
        film = blobs.add_bytes(self.store, b"film", "text/plain")
        settings = {"suffix": SettingRecord(f"wait {self.release}", "command line")}
        return StageRequest(self.step("first"), (StageInput("text", film),), settings)

    def step(self, stage: str) -> Step:
        return DIAMOND[NAMES.index(stage)].of(self.job)

    def wait_until_begun(self) -> None:
        """Until the stage that waits for the release works."""
        begun = self.release.with_suffix(".begun")
        for _ in range(int(PATIENCE_SECONDS * 50)):
            if begun.exists():
                return
            threading.Event().wait(0.02)
        raise AssertionError("no stage has begun to wait")

    def result(self) -> bytes:
        found = commits.find(self.store, self.step("last"))
        assert found is not None
        return blobs.read(self.store, found[0].outputs[0].artifact)

    def pipeline_log(self) -> str:
        return "".join(self.store.get(key).decode() for key in self.store.list(f"jobs/{self.job}/logs/"))


@dataclass
class RemotePlace(Place):
    """A place whose stages are processes."""

    pools: StageProcesses


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "BACKOFF_SECONDS", 0.01)


@contextmanager
def processes_on(url: str, access: S3Access | None, folder: Path) -> Iterator[tuple[Store, StageProcesses]]:
    processes = StageProcesses(NAMES, folder, url, access)
    try:
        yield open_store(url, access), processes
    finally:
        processes.close()


@pytest.fixture(scope="module")
def on_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, StageProcesses]]:
    folder = tmp_path_factory.mktemp("folder")
    with processes_on((folder / "store").as_uri(), None, folder) as both:
        yield both


@pytest.fixture(scope="module")
def on_seaweed(
    tmp_path_factory: pytest.TempPathFactory, seaweed_access: S3Access
) -> Iterator[tuple[Store, StageProcesses]]:
    with processes_on(f"s3://{BUCKET}/remote-mode", seaweed_access, tmp_path_factory.mktemp("seaweed")) as both:
        yield both


@pytest.fixture(params=["on_folder", "on_seaweed"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> RemotePlace:
    store, processes = request.getfixturevalue(request.param)
    return RemotePlace(store, processes, tmp_path)


@pytest.fixture(params=["here", "on_folder", "on_seaweed"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param != "here":
        remote_store, processes = request.getfixturevalue(request.param)
        return RemotePlace(remote_store, processes, tmp_path)
    store = open_store((tmp_path / "store").as_uri())
    node = node_of(store, tmp_path, [SECRET])
    return Place(store, StagesHere(node, dict.fromkeys(NAMES, obey)), tmp_path)


def outcome(watched: Watched) -> Outcome:
    (outcome,) = watched.outcomes
    return outcome


def test_a_job_ends_well_and_its_lineage_holds(place: Place) -> None:
    assert outcome(place.drive()).state is JobState.SUCCEEDED
    assert place.result() == b"[[[film]]+[[film]]]"
    assert verify(place.store, place.job).findings == ()


def test_an_equal_job_takes_everything_over(place: Place) -> None:
    first = place.drive()
    assert {status for _, status in first.finished} == {"SUCCEEDED"}
    twin = replace(place, job=f"{place.job}-2")
    assert {status for _, status in twin.drive().finished} == {"REUSED"}
    assert twin.result() == place.result()


def test_a_failed_stage_fails_the_job_with_its_code(place: Place) -> None:
    watched = place.drive(left="fail")
    assert outcome(watched).state is JobState.FAILED
    assert [error.code for error in outcome(watched).errors] == ["STAGE_FAILED"]
    assert ("left", "FAILED") in watched.finished
    assert "last" not in watched.started


def test_a_cancelled_job_ends_within_bounds_and_goes_on_when_asked(place: Place) -> None:
    cancelled = threading.Event()
    place.begin(left=f"wait {place.release}")
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(place.go_on, cancelled)
        place.wait_until_begun()
        cancelled.set()
        watched = driving.result(CANCELLED_WITHIN_SECONDS)
    assert outcome(watched).state is JobState.CANCELLED
    assert ("left", "CANCELLED") in watched.finished
    place.release.touch()
    Jobs(place.store).retry(place.job)
    assert outcome(place.go_on()).state is JobState.SUCCEEDED


def test_a_job_is_called_off_through_the_store(place: Place) -> None:
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(place.drive, left=f"wait {place.release}")
        place.wait_until_begun()
        Jobs(place.store).cancel(place.job)
        assert outcome(driving.result(CANCELLED_WITHIN_SECONDS)).state is JobState.CANCELLED


def test_the_pipeline_log_has_what_every_stage_says(place: Place) -> None:
    place.drive()
    log = place.pipeline_log()
    for number, name in enumerate(NAMES, 1):
        assert f"services.small: join begins [{number:02d}_{name}]" in log


def test_no_secret_is_ever_written(place: Place) -> None:
    place.drive(left="tell", right="fail")
    written = {key: place.store.get(key) for key in place.store.list("")}
    assert [key for key, data in written.items() if SECRET.encode() in data] == []
    assert b"the token is" in b"".join(written.values())


def test_two_who_ask_for_a_step_at_once_get_one_run(place: Place) -> None:
    request, client = place.first_step(), place.pools.client("first")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(client.run, request, Heard(), threading.Event())
        place.wait_until_begun()
        second = pool.submit(client.run, request, Heard(), threading.Event())
        place.release.touch()
        assert first.result(PATIENCE_SECONDS) == second.result(PATIENCE_SECONDS)
    assert commits.attempts(place.store, request.step) == [1]


def test_a_lost_stream_cancels_nothing_and_its_commit_is_found(remote: RemotePlace) -> None:
    request = remote.first_step()
    with stream(remote.pools.addresses["first"], request) as events:
        assert not next(events).accepted.attached
        remote.wait_until_begun()
    remote.release.touch()
    later = replace(request, requested=now())
    assert remote.pools.client("first").run(later, Heard(), threading.Event()).status is Status.SUCCEEDED
    assert commits.attempts(remote.store, request.step) == [1]


def test_a_stage_that_is_killed_at_work_and_comes_back_does_its_step(remote: RemotePlace) -> None:
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(remote.drive, left=f"wait {remote.release}")
        remote.wait_until_begun()
        remote.pools.kill("left")
        remote.release.touch()
        remote.pools.restart("left")
        assert outcome(driving.result(PATIENCE_SECONDS)).state is JobState.SUCCEEDED
    found = commits.find(remote.store, remote.step("left"))
    assert found is not None
    assert (found[0].attempt, found[0].unfinished_attempts) == (2, (1,))
    assert commits.attempts(remote.store, remote.step("first")) == [1]


def test_what_a_lost_coordinator_began_is_joined_by_the_next(remote: RemotePlace) -> None:
    remote.begin(first=f"wait {remote.release}")
    with stream(remote.pools.addresses["first"], remote.first_step()) as events:
        next(events)
        remote.wait_until_begun()
    with ThreadPoolExecutor() as pool:
        driving = pool.submit(remote.go_on)
        remote.release.touch()
        assert outcome(driving.result(PATIENCE_SECONDS)).state is JobState.SUCCEEDED
    assert commits.attempts(remote.store, remote.step("first")) == [1]
