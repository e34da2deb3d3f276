"""The local engine drives jobs to their end, whatever their steps do."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.engines import steps
from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs, JobState
from coordinator.records import JobRecord, PlannedStep
from services.runtime import commits
from services.runtime.errors import Cancelled, StageBusy, StageError, StageUnavailable, UnknownName
from services.runtime.manifest import Manifest, Status
from services.runtime.node import Node
from services.runtime.redaction import Redactor
from services.runtime.request import Observer, StageClient, StageRequest, StageResult
from services.runtime.stage import Run
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import DIAMOND, StagesHere, Watched, Work, join, small_job
from tests.small_stages import UpperSettings, node_of

NAMES = ("first", "left", "right", "last")


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setattr(steps, "BACKOFF_SECONDS", 0.001)
    return node_of(MemoryStore(), tmp_path)


def engine_of(node: Node, **work: Work) -> LocalEngine:
    stages = StagesHere(node, {name: work.get(name, join) for name in NAMES})
    return LocalEngine(Jobs(node.store), stages, replace(node, redactor=Redactor(["correct-horse"])))


def drive(engine: LocalEngine, cancelled: threading.Event | None = None) -> Watched:
    watched = Watched()
    engine.drive("job1", watched, cancelled)
    return watched


def result_text(node: Node, job: JobRecord) -> bytes:
    found = commits.find(node.store, job.plan[-1].of(job.job))
    assert found is not None
    return blobs.read(node.store, found[0].outputs[0].artifact)


def fail(run: Run[UpperSettings]) -> None:
    raise StageError("cannot; the password is correct-horse")


def test_a_job_runs_its_steps_in_the_order_of_their_needs(node: Node) -> None:
    job = small_job(node.store)
    watched = drive(engine_of(node))
    assert watched.outcomes[0].state is JobState.SUCCEEDED
    assert (watched.started[0], watched.started[-1]) == ("first", "last")
    assert result_text(node, job) == b"[[[film]]+[[film]]]"


def test_inputs_name_their_producers(node: Node) -> None:
    job = small_job(node.store)
    drive(engine_of(node))
    found = {step.stage: commits.find(node.store, step.of(job.job)) for step in job.plan}
    (first, last) = found["first"], found["last"]
    assert first is not None
    assert last is not None
    assert first[0].inputs[0].origin is None
    left, right = found["left"], found["right"]
    assert left is not None
    assert right is not None
    origins = [given.origin for given in last[0].inputs if given.origin]
    assert [origin.manifest for origin in origins] == [left[1].digest, right[1].digest]


def test_steps_that_need_nothing_of_each_other_run_side_by_side(node: Node) -> None:
    small_job(node.store)
    both = threading.Barrier(2, timeout=30)

    def meet(run: Run[UpperSettings]) -> None:
        both.wait()
        join(run)

    assert drive(engine_of(node, left=meet, right=meet)).outcomes[0].state is JobState.SUCCEEDED


def test_a_finished_job_is_sealed_with_every_manifest(node: Node) -> None:
    small_job(node.store)
    drive(engine_of(node))
    assert Jobs(node.store).state("job1") is JobState.SUCCEEDED
    seal = node.store.get(keys.seal("job1")).decode()
    assert seal.count("manifest.json") == 2 * len(DIAMOND)


def test_what_is_done_is_not_done_again(node: Node) -> None:
    small_job(node.store)
    drive(engine_of(node, last=fail))
    Jobs(node.store).retry("job1")
    watched = drive(engine_of(node))
    assert watched.started == ["last"]
    assert watched.outcomes[0].state is JobState.SUCCEEDED


def test_a_failed_step_fails_the_job_and_what_needs_it_is_not_begun(node: Node) -> None:
    small_job(node.store)
    watched = drive(engine_of(node, first=fail))
    outcome = watched.outcomes[0]
    assert (outcome.state, watched.started) == (JobState.FAILED, ["first"])
    assert [error.code for error in outcome.errors] == ["STAGE_FAILED"]
    assert node.store.size(keys.seal("job1")) is None
    assert Jobs(node.store).state("job1") is JobState.FAILED


def test_no_secret_is_in_outcome_or_pipeline_log(node: Node) -> None:
    small_job(node.store)
    drive(engine_of(node, first=fail))
    written = b"".join(node.store.get(key) for key in node.store.list("jobs/job1/") if "/stages/" not in key)
    assert b"cannot; the password is" in written
    assert b"correct-horse" not in written


def test_a_cancelled_job_says_so_and_can_be_retried(node: Node) -> None:
    small_job(node.store)
    cancelled = threading.Event()

    def be_called_off(run: Run[UpperSettings]) -> None:
        cancelled.set()
        run.progress.check()

    watched = drive(engine_of(node, left=be_called_off), cancelled)
    assert watched.outcomes[0].state is JobState.CANCELLED
    assert ("left", Status.CANCELLED) in watched.finished
    Jobs(node.store).retry("job1")
    assert drive(engine_of(node)).outcomes[0].state is JobState.SUCCEEDED


def test_a_job_can_be_called_off_through_the_store(node: Node) -> None:
    small_job(node.store)
    begun = threading.Event()

    def work_until_called_off(run: Run[UpperSettings]) -> None:
        begun.set()
        for _ in range(3000):
            run.progress.check()
            threading.Event().wait(0.01)

    engine = engine_of(node, first=work_until_called_off)
    watched = Watched()
    driving = threading.Thread(target=engine.drive, args=("job1", watched))
    driving.start()
    assert begun.wait(30)
    Jobs(node.store).cancel("job1")
    driving.join(30)
    assert watched.outcomes[0].state is JobState.CANCELLED


class Unsteady:
    """A client that raises some errors before it works."""

    def __init__(self, client: StageClient, errors: list[Exception]) -> None:
        self._client = client
        self.errors = errors

    def describe(self) -> object:
        return self._client.describe()

    def run(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> StageResult:
        if self.errors:
            raise self.errors.pop(0)
        return self._client.run(request, observer, cancelled)


class WithUnsteady(StagesHere):
    def __init__(self, node: Node, errors: list[Exception]) -> None:
        super().__init__(node, dict.fromkeys(NAMES, join))
        self._clients["left"] = Unsteady(self._clients["left"], errors)  # type: ignore[assignment]


def drive_with(node: Node, errors: list[Exception]) -> Watched:
    small_job(node.store)
    return drive(LocalEngine(Jobs(node.store), WithUnsteady(node, errors), node))


def test_an_error_that_may_be_retried_is(node: Node) -> None:
    errors: list[Exception] = [StageUnavailable("gone"), StageUnavailable("still gone")]
    assert drive_with(node, errors).outcomes[0].state is JobState.SUCCEEDED


def test_retries_end(node: Node) -> None:
    errors: list[Exception] = [StageUnavailable("gone") for _ in range(steps.ATTEMPTS)]
    outcome = drive_with(node, errors).outcomes[0]
    assert [error.code for error in outcome.errors] == ["STAGE_UNAVAILABLE"]


def test_a_fault_of_our_own_fails_the_job_and_is_told(node: Node) -> None:
    errors: list[Exception] = [KeyError("an engine's own fault")]
    outcome = drive_with(node, errors).outcomes[0]
    assert (outcome.state, [error.code for error in outcome.errors]) == (JobState.FAILED, ["INTERNAL"])
    assert Jobs(node.store).state("job1") is JobState.FAILED
    (key,) = node.store.list("jobs/job1/logs/")
    assert b"Traceback" in node.store.get(key)


class FailsToWatch(Watched):
    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        super().step_finished(step, manifest)
        raise RuntimeError("the screen is gone")


def test_a_watcher_that_fails_hears_no_more_and_the_job_goes_on(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    small_job(node.store)
    watched = FailsToWatch()
    assert engine_of(node).drive("job1", watched).state is JobState.SUCCEEDED
    assert len(watched.finished) == 1
    assert [record.getMessage() for record in caplog.records if record.name == "coordinator.observer"] == [
        "FailsToWatch failed and hears no more of the job"
    ]


def test_a_run_that_ended_because_its_stage_was_stopped_is_done_again(node: Node) -> None:
    small_job(node.store)
    stopped = threading.Event()

    def be_stopped_once(run: Run[UpperSettings]) -> None:
        if not stopped.is_set():
            stopped.set()
            raise Cancelled("the stage is stopping")
        join(run)

    watched = drive(engine_of(node, left=be_stopped_once))
    assert watched.outcomes[0].state is JobState.SUCCEEDED


def test_a_busy_stage_is_waited_for_as_long_as_it_takes(node: Node) -> None:
    errors: list[Exception] = [StageBusy("full") for _ in range(steps.ATTEMPTS + 5)]
    assert drive_with(node, errors).outcomes[0].state is JobState.SUCCEEDED


def test_an_error_that_cannot_pass_is_not_retried(node: Node) -> None:
    errors: list[Exception] = [StageError("no"), StageError("no")]
    drive_with(node, errors)
    assert len(errors) == 1


def test_the_pipeline_log_tells_the_story(node: Node) -> None:
    small_job(node.store)
    drive(engine_of(node))
    (key,) = node.store.list("jobs/job1/logs/")
    log = node.store.get(key).decode()
    assert key.startswith("jobs/job1/logs/99_pipeline_")
    for words in ("[01_first]", "[04_last]", "SUCCEEDED, attempt 1", "job job1: SUCCEEDED"):
        assert words in log


def test_a_job_that_is_not_there_is_an_error(node: Node) -> None:
    with pytest.raises(UnknownName):
        engine_of(node).drive("nobody", Watched())
