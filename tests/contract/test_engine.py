"""Engines drive jobs to their end, whatever their steps do: with threads of one process, or through Temporal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from coordinator.engines import ends, steps
from coordinator.engines.engine import Engine, Pools
from coordinator.engines.local import LocalEngine
from coordinator.engines.temporal.engine import TemporalEngine
from coordinator.jobs import Jobs, JobState
from coordinator.lineage.verify import verify
from coordinator.records import JobRecord, PlannedInput, PlannedStep
from coordinator.sealing.chain import read_anchor
from coordinator.sealing.notary import Notary
from coordinator.sealing.record import SealedManifest, read_seal
from services.runtime import commits
from services.runtime.artifact import digest_bytes
from services.runtime.errors import Cancelled, StageBusy, StageError, StageUnavailable, UnknownName
from services.runtime.manifest import Manifest, Status
from services.runtime.node import Node
from services.runtime.redaction import Redactor
from services.runtime.request import Observer, StageClient, StageRequest, StageResult
from services.runtime.settings import TemporalAccess
from services.runtime.stage import Run
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.signers import signer_of
from tests.small_jobs import DIAMOND, StagesHere, Watched, Work, join, say, say_all_but_es, sharded, small_job
from tests.small_stages import UpperSettings, node_of

NAMES = ("first", "left", "right", "last")
PATIENCE_SECONDS = 60.0
NOTARY = Notary(lambda: (signer_of("coordinator"),))


@dataclass
class Coordinator:
    """Drives jobs of one store, each time as a new process would."""

    node: Node
    access: TemporalAccess | None
    """None for the local engine."""

    @contextmanager
    def engine(self, pools: Pools) -> Iterator[Engine]:
        made = self._made(pools, replace(self.node, redactor=Redactor(["correct-horse"])))
        made.start()
        try:
            yield made
        finally:
            made.stop(PATIENCE_SECONDS)

    def drive(self, cancelled: threading.Event | None = None, pools: Pools | None = None, **work: Work) -> Watched:
        """Drives the job with stages that join their inputs, or do the work that is given."""
        watched = Watched()
        with self.engine(pools or self.stages(**work)) as engine:
            engine.drive("job1", watched, cancelled)
        return watched

    def stages(self, **work: Work) -> StagesHere:
        return StagesHere(self.node, {name: work.get(name, join) for name in NAMES})

    def _made(self, pools: Pools, node: Node) -> Engine:
        jobs = Jobs(node.store, NOTARY)
        if self.access is None:
            return LocalEngine(jobs, pools, node)
        return TemporalEngine(jobs, pools, node, self.access, stages=NAMES)


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setattr(steps, "BACKOFF_SECONDS", 0.001)
    return node_of(MemoryStore(), tmp_path)


@pytest.fixture(params=["local", "temporal"])
def coordinator(node: Node, request: pytest.FixtureRequest) -> Coordinator:
    is_local = request.param == "local"
    return Coordinator(node, None if is_local else request.getfixturevalue("temporal").new_namespace())


def result_text(node: Node, job: JobRecord) -> bytes:
    found = commits.find(node.store, job.plan[-1].of(job.job))
    assert found is not None
    return blobs.read(node.store, found[0].outputs[0].artifact)


def fail(run: Run[UpperSettings]) -> None:
    raise StageError("cannot; the password is correct-horse")


def work_until_called_off(run: Run[UpperSettings]) -> None:
    for _ in range(int(PATIENCE_SECONDS * 100)):
        run.progress.check()
        threading.Event().wait(0.01)


def test_a_job_runs_its_steps_in_the_order_of_their_needs(node: Node, coordinator: Coordinator) -> None:
    job = small_job(node.store)
    watched = coordinator.drive()
    assert watched.outcomes[0].state is JobState.SUCCEEDED
    assert (watched.started[0], watched.started[-1]) == ("first", "last")
    assert result_text(node, job) == b"[[[film]]+[[film]]]"


def test_inputs_name_their_producers(node: Node, coordinator: Coordinator) -> None:
    job = small_job(node.store)
    coordinator.drive()
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


def test_steps_that_need_nothing_of_each_other_run_side_by_side(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    both = threading.Barrier(2, timeout=30)

    def meet(run: Run[UpperSettings]) -> None:
        both.wait()
        join(run)

    assert coordinator.drive(left=meet, right=meet).outcomes[0].state is JobState.SUCCEEDED


def test_a_finished_job_is_sealed_with_every_manifest(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    coordinator.drive()
    assert Jobs(node.store).state("job1") is JobState.SUCCEEDED
    seal = read_seal(node.store.get(keys.seal("job1")))
    assert (seal.record.outcome, seal.record.round) == (JobState.SUCCEEDED, 1)
    assert [entry.key for entry in seal.record.manifests] == manifests_of(node)
    assert len(seal.record.manifests) == 2 * len(DIAMOND)


def test_a_seal_is_signed_and_in_the_list_of_seals(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    coordinator.drive()
    seal = node.store.get(keys.seal("job1"))
    anchor = read_anchor(node.store.get(keys.anchor(1)))
    for envelope in (read_seal(seal).envelope, anchor.envelope):
        assert envelope is not None
        assert envelope.signatures == (signer_of("coordinator").key_id,)
    assert [(it.key, it.digest) for it in anchor.record.seals] == [(keys.seal("job1"), digest_bytes(seal))]
    assert node.store.get(keys.anchor_beside(keys.seal("job1"))) == node.store.get(keys.anchor(1))


def test_a_seal_names_deliverables_and_logs_down_to_their_last_line(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    coordinator.drive()
    record = read_seal(node.store.get(keys.seal("job1"))).record
    (made,) = record.deliverables
    assert (made.role, made.file_name, made.size_bytes) == ("text", "A film.txt", len(b"[[[film]]+[[film]]]"))
    logs = {log.key: log.digest for log in record.logs}
    kept = [key for key in logs if key.startswith("jobs/job1/logs/")]
    assert kept == list(node.store.list("jobs/job1/logs/"))
    assert len(logs) - len(kept) == len(DIAMOND)
    assert all(digest_bytes(node.store.get(key)) == digest for key, digest in logs.items())


def test_a_round_that_failed_has_a_seal_of_its_own_which_the_last_one_names(
    node: Node, coordinator: Coordinator
) -> None:
    small_job(node.store)
    coordinator.drive(last=fail)
    first = node.store.get(keys.round_file("job1", 1, "seal"))
    record = read_seal(first).record
    assert (record.outcome, record.round) == (JobState.FAILED, 1)
    assert [entry.key for entry in record.manifests] == manifests_of(node)
    assert keys.round_file("job1", 1, "outcome") in [entry.key for entry in record.evidence]
    ends.retry(Jobs(node.store), "job1")
    coordinator.drive()
    last = read_seal(node.store.get(keys.seal("job1"))).record
    assert (last.outcome, last.round) == (JobState.SUCCEEDED, 2)
    assert SealedManifest(keys.round_file("job1", 1, "seal"), digest_bytes(first)) in last.evidence
    assert {keys.round_file("job1", 1, "outcome"), keys.round_file("job1", 2, "requested")} < {
        e.key for e in last.evidence
    }
    assert read_anchor(node.store.get(keys.anchor(2))).record.previous == digest_bytes(node.store.get(keys.anchor(1)))


def manifests_of(node: Node) -> list[str]:
    return [key for key in node.store.list(keys.stages("job1")) if key.endswith("/manifest.json")]


def test_what_is_done_is_not_done_again(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    coordinator.drive(last=fail)
    Jobs(node.store).retry("job1")
    watched = coordinator.drive()
    assert watched.started == ["last"]
    assert watched.outcomes[0].state is JobState.SUCCEEDED


def test_a_failed_step_fails_the_job_and_what_needs_it_is_not_begun(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    watched = coordinator.drive(first=fail)
    outcome = watched.outcomes[0]
    assert (outcome.state, watched.started) == (JobState.FAILED, ["first"])
    assert [error.code for error in outcome.errors] == ["STAGE_FAILED"]
    assert node.store.size(keys.seal("job1")) is None
    assert Jobs(node.store).state("job1") is JobState.FAILED


def test_no_secret_is_in_outcome_or_pipeline_log(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    coordinator.drive(first=fail)
    written = b"".join(node.store.get(key) for key in node.store.list("jobs/job1/") if "/stages/" not in key)
    assert b"cannot; the password is" in written
    assert b"correct-horse" not in written


def test_a_cancelled_job_says_so_and_can_be_retried(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    cancelled = threading.Event()

    def be_called_off(run: Run[UpperSettings]) -> None:
        cancelled.set()
        work_until_called_off(run)

    watched = coordinator.drive(cancelled, left=be_called_off)
    assert watched.outcomes[0].state is JobState.CANCELLED
    assert ("left", Status.CANCELLED) in watched.finished
    assert read_seal(node.store.get(keys.round_file("job1", 1, "seal"))).record.outcome is JobState.CANCELLED
    Jobs(node.store).retry("job1")
    assert coordinator.drive().outcomes[0].state is JobState.SUCCEEDED


def test_a_job_can_be_called_off_through_the_store(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    begun = threading.Event()

    def begin(run: Run[UpperSettings]) -> None:
        begun.set()
        work_until_called_off(run)

    watched = Watched()
    with coordinator.engine(coordinator.stages(first=begin)) as engine:
        driving = threading.Thread(target=engine.drive, args=("job1", watched))
        driving.start()
        assert begun.wait(PATIENCE_SECONDS)
        Jobs(node.store).cancel("job1")
        driving.join(PATIENCE_SECONDS)
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


def drive_with(coordinator: Coordinator, errors: list[Exception]) -> Watched:
    small_job(coordinator.node.store)
    return coordinator.drive(pools=WithUnsteady(coordinator.node, errors))


def test_an_error_that_may_be_retried_is(node: Node, coordinator: Coordinator) -> None:
    errors: list[Exception] = [StageUnavailable("gone"), StageUnavailable("still gone")]
    assert drive_with(coordinator, errors).outcomes[0].state is JobState.SUCCEEDED


def test_retries_end(node: Node, coordinator: Coordinator) -> None:
    errors: list[Exception] = [StageUnavailable("gone") for _ in range(steps.ATTEMPTS)]
    outcome = drive_with(coordinator, errors).outcomes[0]
    assert [error.code for error in outcome.errors] == ["STAGE_UNAVAILABLE"]


def test_a_fault_of_our_own_fails_the_job_and_is_told(node: Node, coordinator: Coordinator) -> None:
    errors: list[Exception] = [KeyError("an engine's own fault")]
    outcome = drive_with(coordinator, errors).outcomes[0]
    assert (outcome.state, [error.code for error in outcome.errors]) == (JobState.FAILED, ["INTERNAL"])
    assert Jobs(node.store).state("job1") is JobState.FAILED
    (key,) = node.store.list("jobs/job1/logs/")
    assert b"Traceback" in node.store.get(key)


class FailsToWatch(Watched):
    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        super().step_finished(step, manifest)
        raise RuntimeError("the screen is gone")


def test_a_watcher_that_fails_hears_no_more_and_the_job_goes_on(
    node: Node, coordinator: Coordinator, caplog: pytest.LogCaptureFixture
) -> None:
    small_job(node.store)
    watched = FailsToWatch()
    with coordinator.engine(coordinator.stages()) as engine:
        assert engine.drive("job1", watched).state is JobState.SUCCEEDED
    assert len(watched.finished) == 1
    assert [record.getMessage() for record in caplog.records if record.name == "coordinator.observer"] == [
        "FailsToWatch failed and hears no more of the job"
    ]


def test_a_run_that_ended_because_its_stage_was_stopped_is_done_again(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    stopped = threading.Event()

    def be_stopped_once(run: Run[UpperSettings]) -> None:
        if not stopped.is_set():
            stopped.set()
            raise Cancelled("the stage is stopping")
        join(run)

    watched = coordinator.drive(left=be_stopped_once)
    assert watched.outcomes[0].state is JobState.SUCCEEDED


def test_a_busy_stage_is_waited_for_as_long_as_it_takes(node: Node, coordinator: Coordinator) -> None:
    errors: list[Exception] = [StageBusy("full") for _ in range(steps.ATTEMPTS + 5)]
    assert drive_with(coordinator, errors).outcomes[0].state is JobState.SUCCEEDED


def test_an_error_that_cannot_pass_is_not_retried(node: Node, coordinator: Coordinator) -> None:
    errors: list[Exception] = [StageError("no"), StageError("no")]
    drive_with(coordinator, errors)
    assert len(errors) == 1


def test_the_pipeline_log_tells_the_story(node: Node, coordinator: Coordinator) -> None:
    small_job(node.store)
    coordinator.drive()
    (key,) = node.store.list("jobs/job1/logs/")
    log = node.store.get(key).decode()
    assert key.startswith("jobs/job1/logs/99_pipeline_")
    for words in ("[01_first]", "[04_last]", "SUCCEEDED, attempt 1", "job job1: SUCCEEDED"):
        assert words in log


def test_a_job_that_is_not_there_is_an_error(node: Node, coordinator: Coordinator) -> None:
    with coordinator.engine(coordinator.stages()) as engine, pytest.raises(UnknownName):
        engine.drive("nobody", Watched())


SHARDED = sharded("left", ("pt", "es"))


def test_each_target_is_a_shard_and_all_are_put_together(node: Node, coordinator: Coordinator) -> None:
    job = small_job(node.store, plan=SHARDED)
    assert coordinator.drive(left=say).outcomes[0].state is JobState.SUCCEEDED
    assert result_text(node, job) == b"[[film]+pt+es]"
    assert verify(node.store, "job1").ok


def test_a_target_that_fails_does_not_stop_the_others_and_a_retry_does_the_whole(
    node: Node, coordinator: Coordinator
) -> None:
    job = small_job(node.store, plan=SHARDED)
    (outcome,) = coordinator.drive(left=say_all_but_es).outcomes
    assert outcome.state is JobState.FAILED
    assert [error.message for error in outcome.errors] == ["left/es: no Spanish today"]
    (partial,) = Jobs(node.store).partial_steps(job)
    found = commits.find(node.store, partial.of("job1"))
    assert found is not None
    assert blobs.read(node.store, found[0].outputs[0].artifact) == b"[[film]+pt]"
    Jobs(node.store).retry("job1")
    assert coordinator.drive(left=say).started == ["left", "last"]
    assert result_text(node, job) == b"[[film]+pt+es]"
    assert verify(node.store, "job1").ok


def test_a_step_that_has_nothing_to_do_is_skipped(node: Node, coordinator: Coordinator) -> None:
    skipped = PlannedStep(1, "vad", skip="vad.model is none")
    after = PlannedStep(2, "last", inputs=(PlannedInput("text", "", ""), PlannedInput("more", "vad", "speech")))
    small_job(node.store, plan=(skipped, after))
    assert coordinator.drive().outcomes[0].state is JobState.SUCCEEDED
    found = commits.find(node.store, skipped.of("job1"))
    assert found is not None
    assert (found[0].status, found[0].skip_reason) == (Status.SKIPPED, "vad.model is none")
