"""JobService and LineageService keep their contract, as any client of any language sees it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from coordinator import admission, pipeline
from coordinator.jobs import Jobs
from cuegraph.v1 import (
    artifact_pb2,
    job_service_pb2_grpc,
    lineage_service_pb2,
    lineage_service_pb2_grpc,
    step_pb2,
)
from cuegraph.v1.job_service_pb2 import (
    JOB_STATE_CANCELLED,
    JOB_STATE_FAILED,
    JOB_STATE_QUEUED,
    JOB_STATE_RUNNING,
    JOB_STATE_SUCCEEDED,
    CancelJobRequest,
    CreateJobRequest,
    GetJobRequest,
    Job,
    JobFile,
    JobRequest,
    JobStep,
    ListJobsRequest,
    RetryJobRequest,
    WatchJobRequest,
    WatchJobResponse,
)
from services.runtime import client, wire
from services.runtime.artifact import digest_bytes
from services.runtime.errors import StageError
from services.runtime.stage import Run
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from tests.jobs_in_memory import write_job
from tests.small_coordinator import FILM, PATIENCE_SECONDS, served, served_by_child, small_app

STAGES = list(pipeline.load("transcribe").stages)


class Gate:
    """Work that can be held up, and fails if it is told to."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.opened = threading.Event()
        self.opened.set()
        self.broken = False
        self.film_seconds = 0.0

    def work(self, run: Run[Any]) -> None:
        self.begun.set()
        for _ in range(int(PATIENCE_SECONDS * 100)):
            self.film_seconds += 1.0
            run.progress(self.film_seconds, 10_000.0)
            if self.opened.wait(0.01):
                break
        if self.broken:
            raise StageError("cannot be done today; come again tomorrow")


@dataclass
class Place:
    """A coordinator with clients, and its store."""

    jobs: Any
    lineage: Any
    store: Store
    gate: Gate
    """Holds up `asr`."""
    address: str

    def request(self, **changes: Any) -> JobRequest:
        film = wire.artifact_to_proto(blobs.add_file(self.store, FILM, "audio/flac"))
        asked = {"workflow": "transcribe", "media": film, "title": "A reading", "source_language_code": "en"}
        return JobRequest(**{**asked, **changes})

    def create(self, request_id: str = "", **changes: Any) -> Job:
        request = CreateJobRequest(request=self.request(**changes), request_id=request_id)
        job: Job = self.jobs.CreateJob(request, timeout=PATIENCE_SECONDS).job
        return job

    def watch(self, name: str) -> Iterator[WatchJobResponse]:
        return iter(self.jobs.WatchJob(WatchJobRequest(name=name), timeout=PATIENCE_SECONDS))

    def ended(self, name: str) -> Job:
        """The job as it ended."""
        return list(self.watch(name))[-1].job


@contextmanager
def place_at(address: str, store: Store, gate: Gate) -> Iterator[Place]:
    with grpc.insecure_channel(address) as channel:
        jobs = job_service_pb2_grpc.JobServiceStub(channel)
        yield Place(jobs, lineage_service_pb2_grpc.LineageServiceStub(channel), store, gate, address)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    gate = Gate()
    app = small_app(tmp_path, {"asr": gate.work})
    with served(app) as address, place_at(address, app.store, gate) as place:
        yield place
        gate.opened.set()


def asr_of(job: Job) -> JobStep:
    return next(step for step in job.steps if step.stage == "asr")


def refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    """The status and the reason of a call that must be refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    call_that_failed: Any = caught.value
    return call_that_failed.code(), client._own_error(caught.value, "the coordinator").code


def setting(value_json: str, source: str = "") -> dict[str, step_pb2.Setting]:
    return {"asr.beam_size": step_pb2.Setting(value_json=value_json, source=source)}


def test_a_job_is_created_driven_and_delivers(place: Place) -> None:
    created = place.create()
    assert created.name.startswith("jobs/")
    job = place.ended(created.name)
    assert job.state == JOB_STATE_SUCCEEDED
    assert [step.stage for step in job.steps] == STAGES
    assert {step.status for step in job.steps} == {step_pb2.STEP_STATUS_SUCCEEDED, step_pb2.STEP_STATUS_SKIPPED}
    assert not any(step.running for step in job.steps)
    names = [made.file_name for made in job.deliverables]
    assert names == [f"A reading.en.{ending}" for ending in ("txt", "json", "srt", "vtt", "tsv")]
    made = wire.artifact_from_proto(job.deliverables[2].artifact)
    assert blobs.read(place.store, made) == b"subtitles.srt"
    assert job.create_time.ToDatetime() <= job.start_time.ToDatetime() <= job.end_time.ToDatetime()


def test_a_job_tells_what_was_asked(place: Place) -> None:
    job = place.create(settings=setting("3"), profile="cpu-small", title="Ein Film")
    assert (job.request.workflow, job.request.title, job.request.profile) == ("transcribe", "Ein Film", "cpu-small")
    assert job.request.source_language_code == "en"
    assert dict(job.request.settings) == {"asr.beam_size": step_pb2.Setting(value_json="3", source="request")}
    assert job.request.media.digest == place.request().media.digest
    assert not job.request.HasField("clip_start_offset")


def glossary(place: Place, name: str = "job_glossary", **changes: Any) -> JobFile:
    terms = wire.artifact_to_proto(
        blobs.add_bytes(place.store, b"term\taliases\nEmma\tEmmy\n", "text/tab-separated-values")
    )
    return JobFile(**{"name": name, "artifact": terms, "file_name": "terms.tsv", **changes})


def test_files_and_what_is_to_be_done_anew_come_with_the_film(place: Place) -> None:
    place.ended(place.create().name)
    job = place.create(files=[glossary(place), glossary(place, "film_glossary")], from_stage="asr", debug=True)
    assert [(file.name, file.file_name) for file in job.request.files] == [
        ("job_glossary", "terms.tsv"),
        ("film_glossary", "terms.tsv"),
    ]
    assert (job.request.from_stage, job.request.no_cache, job.request.debug) == ("asr", False, True)
    ended = {step.stage: step.status for step in place.ended(job.name).steps}
    assert (ended["demux"], ended["vad"]) == (step_pb2.STEP_STATUS_REUSED, step_pb2.STEP_STATUS_REUSED)
    assert (ended["asr"], ended["subtitles"]) == (step_pb2.STEP_STATUS_SUCCEEDED, step_pb2.STEP_STATUS_SUCCEEDED)


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"name": "dictionary"}, grpc.StatusCode.NOT_FOUND, "NAME_UNKNOWN"),
        ({"artifact": None}, grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID"),
    ],
)
def test_a_file_that_nobody_can_use_is_refused(
    place: Place, changes: dict[str, Any], status: grpc.StatusCode, reason: str
) -> None:
    assert refused(lambda: place.create(files=[glossary(place, **changes)])) == (status, reason)


def test_a_glossary_that_cannot_be_read_is_refused(place: Place) -> None:
    terms = wire.artifact_to_proto(blobs.add_bytes(place.store, b"Emma\tEmmy\n", "text/plain"))
    answer = refused(lambda: place.create(files=[glossary(place, artifact=terms)]))
    assert answer == (grpc.StatusCode.INVALID_ARGUMENT, "DOCUMENT_INVALID")


def test_a_stage_that_the_workflow_does_not_have_cannot_be_done_anew(place: Place) -> None:
    assert refused(lambda: place.create(from_stage="mux")) == (grpc.StatusCode.NOT_FOUND, "NAME_UNKNOWN")


def test_the_same_request_id_is_the_same_job_even_when_it_has_ended(place: Place) -> None:
    first = place.create("once")
    place.ended(first.name)
    assert place.create("once").name == first.name
    assert place.create("twice").name != first.name


def test_a_request_id_is_for_one_request(place: Place) -> None:
    place.create("once")
    assert refused(lambda: place.create("once", title="Another")) == (
        grpc.StatusCode.ALREADY_EXISTS,
        "OBJECT_ALREADY_EXISTS",
    )


def test_a_client_that_was_cut_off_before_the_job_was_written_gets_it_all_the_same(place: Place) -> None:
    place.gate.opened.clear()
    job = place.create("once")
    place.gate.opened.set()
    place.ended(job.name)
    place.store.delete(keys.job(job.name.removeprefix("jobs/")))
    assert place.create("once").name == job.name


def test_without_a_request_id_an_unfinished_twin_is_the_answer(place: Place) -> None:
    place.gate.opened.clear()
    first = place.create()
    assert place.create().name == first.name
    assert place.create(settings=setting("7")).name != first.name


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"workflow": "transcripe"}, "NAME_UNKNOWN"),
        ({"source_language_code": "xx-nowhere"}, "NAME_UNKNOWN"),
        ({"profile": "huge"}, "NAME_UNKNOWN"),
        ({"settings": {"asr.beam": step_pb2.Setting(value_json="5")}}, "NAME_UNKNOWN"),
    ],
)
def test_a_name_that_nobody_knows_is_not_found(place: Place, changes: dict[str, Any], reason: str) -> None:
    assert refused(lambda: place.create(**changes)) == (grpc.StatusCode.NOT_FOUND, reason)


def artifact(**changes: Any) -> artifact_pb2.Artifact:
    digest = digest_bytes(b"nowhere")
    return artifact_pb2.Artifact(**{"uri": keys.blob(digest), "digest": digest, "size_bytes": 7, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"workflow": ""}, "REQUEST_INVALID"),
        ({"source_language_code": ""}, "REQUEST_INVALID"),
        ({"media": None}, "REQUEST_INVALID"),
        ({"media": artifact(digest="abc")}, "REQUEST_INVALID"),
        ({"media": artifact(uri="../secret")}, "REQUEST_INVALID"),
        ({"media": artifact()}, "MEDIA_NOT_FOUND"),
        ({"settings": {"asr.beam_size": step_pb2.Setting(value_json="{")}}, "SETTING_INVALID"),
        ({"settings": {"asr.beam_size": step_pb2.Setting(value_json='"many"')}}, "SETTING_INVALID"),
        ({"clip_end_offset": wire.duration_to_proto(3600.0)}, "CLIP_OUT_OF_RANGE"),
    ],
)
def test_a_request_that_cannot_be_done_is_an_invalid_argument(
    place: Place, changes: dict[str, Any], reason: str
) -> None:
    assert refused(lambda: place.create(**changes)) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert place.jobs.ListJobs(ListJobsRequest()).jobs == []


def test_a_film_of_another_size_is_refused(place: Place) -> None:
    film = place.request().media
    film.size_bytes += 1
    assert refused(lambda: place.create(media=film)) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


def test_a_film_that_was_altered_in_the_store_is_refused(place: Place) -> None:
    film = place.request().media
    altered = b"x" * film.size_bytes
    place.store.delete(film.uri)
    place.store.create(film.uri, altered)
    request = CreateJobRequest(request=place.request(media=film))
    place.store.delete(film.uri)
    place.store.create(film.uri, altered)
    assert refused(lambda: place.jobs.CreateJob(request)) == (grpc.StatusCode.FAILED_PRECONDITION, "BLOB_ALTERED")


def test_a_refusal_names_the_film_as_people_do(place: Place) -> None:
    media = wire.artifact_to_proto(blobs.add_bytes(place.store, b"no film at all", "text/plain"))
    with pytest.raises(grpc.RpcError) as caught:
        place.create(media=media, title="A reading")
    assert "'A reading'" in str(caught.value)


@pytest.mark.parametrize("request_id", ["a b", "x" * 65, "ü"])
def test_a_request_id_of_another_form_is_refused(place: Place, request_id: str) -> None:
    assert refused(lambda: place.create(request_id)) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


@pytest.mark.parametrize(
    ("name", "status"),
    [("jobs/nobody", grpc.StatusCode.NOT_FOUND), ("nobody", grpc.StatusCode.INVALID_ARGUMENT)],
)
def test_a_job_that_is_not_there_is_not_found(place: Place, name: str, status: grpc.StatusCode) -> None:
    calls: list[Callable[[], object]] = [
        lambda: place.jobs.GetJob(GetJobRequest(name=name)),
        lambda: place.jobs.CancelJob(CancelJobRequest(name=name)),
        lambda: place.jobs.RetryJob(RetryJobRequest(name=name)),
        lambda: list(place.watch(name)),
        lambda: place.lineage.GetLineage(lineage_service_pb2.GetLineageRequest(name=name)),
        lambda: place.lineage.TraceCue(lineage_service_pb2.TraceCueRequest(name=name, cue_number=1)),
        lambda: place.lineage.VerifyJob(lineage_service_pb2.VerifyJobRequest(name=name)),
    ]
    assert {refused(call)[0] for call in calls} == {status}


def test_jobs_are_listed_newest_first_page_by_page(place: Place) -> None:
    names = [f"2026010{day}-000000-000000000000" for day in range(1, 6)]
    for name in names:
        write_job(place.store, name)
    pages, token = [], ""
    while True:
        page = place.jobs.ListJobs(ListJobsRequest(page_size=2, page_token=token))
        pages.append([job.name.removeprefix("jobs/") for job in page.jobs])
        token = page.next_page_token
        if not token:
            break
    assert pages == [names[4:2:-1], names[2:0:-1], names[:1]]


def test_jobs_are_listed_by_state(place: Place) -> None:
    write_job(place.store, "20260101-000000-000000000000")
    done = place.ended(place.create().name)
    page = place.jobs.ListJobs(ListJobsRequest(state=JOB_STATE_SUCCEEDED))
    assert done.name in [job.name for job in page.jobs]
    assert place.jobs.ListJobs(ListJobsRequest(state=JOB_STATE_FAILED)).jobs == []


def test_a_broken_job_hides_none_of_the_others_in_a_list(place: Place) -> None:
    done = place.ended(place.create().name)
    write_job(place.store, "20260101-000000-000000000000", seal=False)
    place.store.create(keys.round_file("20260101-000000-000000000000", 1, "outcome"), b"{}")
    for asked in (ListJobsRequest(), ListJobsRequest(state=JOB_STATE_SUCCEEDED)):
        assert [job.name for job in place.jobs.ListJobs(asked).jobs] == [done.name]


@pytest.mark.parametrize("changes", [{"page_size": -1}, {"page_token": "nonsense"}, {"state": 17}])
def test_a_page_that_cannot_be_is_refused(place: Place, changes: dict[str, Any]) -> None:
    assert refused(lambda: place.jobs.ListJobs(ListJobsRequest(**changes))) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "REQUEST_INVALID",
    )


def test_a_watcher_sees_the_job_its_progress_its_log_and_its_end(place: Place) -> None:
    place.gate.opened.clear()
    name = place.create().name
    events = []
    for event in place.watch(name):
        events.append(event)
        if event.HasField("step_progress") and event.step_progress.progress.done.seconds > 2:
            place.gate.opened.set()
    jobs = [event.job for event in events if event.HasField("job")]
    assert events[0].HasField("job")
    assert (jobs[0].state in (JOB_STATE_QUEUED, JOB_STATE_RUNNING), jobs[-1].state) == (True, JOB_STATE_SUCCEEDED)
    assert any(step.stage == "asr" and step.running for job in jobs for step in job.steps)
    assert {e.step_progress.step.stage for e in events if e.HasField("step_progress")} == {"asr"}
    lines = [e.log_line for e in events if e.HasField("log_line")]
    assert {line.severity for line in lines} >= {step_pb2.SEVERITY_INFO}


def test_watching_a_job_that_is_over_tells_it_once(place: Place) -> None:
    done = place.ended(place.create().name)
    assert [event.job.state for event in place.watch(done.name)] == [JOB_STATE_SUCCEEDED]


def test_a_job_under_way_tells_how_far_it_is(place: Place) -> None:
    place.gate.opened.clear()
    name = place.create().name
    assert place.gate.begun.wait(PATIENCE_SECONDS)
    step = asr_of(place.jobs.GetJob(GetJobRequest(name=name)).job)
    assert (step.running, step.progress.total.seconds) == (True, 10_000)


def test_a_cancelled_job_ends_soon_and_can_be_retried(place: Place) -> None:
    place.gate.opened.clear()
    name = place.create().name
    assert place.gate.begun.wait(PATIENCE_SECONDS)
    assert place.jobs.CancelJob(CancelJobRequest(name=name)).job.name == name
    job = place.ended(name)
    assert job.state == JOB_STATE_CANCELLED
    assert asr_of(job).status == step_pb2.STEP_STATUS_CANCELLED
    place.gate.opened.set()
    assert place.jobs.RetryJob(RetryJobRequest(name=name)).job.state in (JOB_STATE_QUEUED, JOB_STATE_RUNNING)
    assert place.ended(name).state == JOB_STATE_SUCCEEDED


def test_a_job_that_has_ended_stays_as_it_is_when_it_is_called_off(place: Place) -> None:
    done = place.ended(place.create().name)
    assert place.jobs.CancelJob(CancelJobRequest(name=done.name)).job == done


def test_a_failed_job_says_why_and_where_and_goes_on_from_there(place: Place) -> None:
    place.gate.broken = True
    name = place.create().name
    job = place.ended(name)
    assert job.state == JOB_STATE_FAILED
    assert [(error.code, error.stage) for error in job.errors] == [("STAGE_FAILED", "asr")]
    assert job.deliverables == []
    place.gate.broken = False
    place.jobs.RetryJob(RetryJobRequest(name=name))
    again = place.ended(name)
    assert again.state == JOB_STATE_SUCCEEDED
    assert again.steps[0].manifest == job.steps[0].manifest


def test_only_a_job_that_failed_or_was_cancelled_can_be_retried(place: Place) -> None:
    done = place.ended(place.create().name)
    assert refused(lambda: place.jobs.RetryJob(RetryJobRequest(name=done.name))) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "JOB_STATE_WRONG",
    )


def test_a_job_that_another_process_put_into_the_store_is_driven(tmp_path: Path) -> None:
    gate = Gate()
    app = small_app(tmp_path, {"asr": gate.work})
    film = blobs.add_file(app.store, FILM, "audio/flac")
    job = app.accept(film, "A reading", admission.JobRequest("transcribe", "en"))
    with served(app) as address, place_at(address, app.store, gate) as place:
        assert place.ended(f"jobs/{job.job}").state == JOB_STATE_SUCCEEDED


def test_a_killed_coordinator_goes_on_with_its_jobs_and_runs_nothing_twice(tmp_path: Path) -> None:
    store = small_app(tmp_path, {}).store
    with served_by_child(tmp_path) as (child, address), place_at(address, store, Gate()) as place:
        name = place.create().name
        assert any(e.HasField("step_progress") for e in place.watch(name)), "asr works"
        child.kill()
        assert child.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    (tmp_path / "release").touch()
    with served_by_child(tmp_path) as (_, address), place_at(address, store, Gate()) as place:
        assert place.ended(name).state == JOB_STATE_SUCCEEDED
    assert (tmp_path / "runs.txt").read_text().split() == ["demux", "vad", "asr", "asr", "alignment", "subtitles"]


def test_a_told_coordinator_leaves_what_does_not_end_for_the_next_one(tmp_path: Path) -> None:
    store = small_app(tmp_path, {}).store
    with served_by_child(tmp_path) as (child, address), place_at(address, store, Gate()) as place:
        name = place.create().name
        assert any(e.HasField("step_progress") for e in place.watch(name)), "asr works"
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE_SECONDS) == 0
    assert not Jobs(store).state(name.removeprefix("jobs/")).is_final
    (tmp_path / "release").touch()
    with served_by_child(tmp_path) as (_, address), place_at(address, store, Gate()) as place:
        assert place.ended(name).state == JOB_STATE_SUCCEEDED


def test_lineage_is_a_graph_with_causes_before_effects(place: Place) -> None:
    name = place.ended(place.create().name).name
    graph = place.lineage.GetLineage(lineage_service_pb2.GetLineageRequest(name=name))
    order = {node.id: position for position, node in enumerate(graph.nodes)}
    assert all(order[edge.source] < order[edge.target] for edge in graph.edges)
    runs = [node.run for node in graph.nodes if node.HasField("run")]
    assert sorted(run.step.stage for run in runs) == sorted(STAGES)
    for run in runs:
        blobs.read(place.store, wire.artifact_from_proto(run.manifest))
    files = {node.label: node.file for node in graph.nodes if node.HasField("file")}
    assert files["srt"].file_name == "srt.txt"
    assert graph.nodes[0].file.role == "media"


def test_a_cue_is_traced_to_its_samples(place: Place) -> None:
    write_job(place.store)
    answer = place.lineage.TraceCue(lineage_service_pb2.TraceCueRequest(name="jobs/film", cue_number=2))
    kinds = [element.kind for element in answer.elements]
    assert kinds[0] == "cue"
    assert set(kinds) == {"cue", "word", "segment", "region"}
    for element in answer.elements:
        assert element.HasField("source_document") == (element.kind != "region")
        assert place.store.size(element.document.uri) == element.document.size_bytes
    span = answer.source_span
    assert (span.end_sample - span.start_sample) / span.sample_rate == pytest.approx(
        wire.duration_from_proto(span.end_offset) - wire.duration_from_proto(span.start_offset)
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"cue_number": 99}, grpc.StatusCode.NOT_FOUND),
        ({"cue_number": 1, "language_code": "hi"}, grpc.StatusCode.NOT_FOUND),
        ({"cue_number": 0}, grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_a_cue_that_is_not_there_cannot_be_traced(
    place: Place, changes: dict[str, Any], status: grpc.StatusCode
) -> None:
    write_job(place.store)
    request = lineage_service_pb2.TraceCueRequest(name="jobs/film", **changes)
    assert refused(lambda: place.lineage.TraceCue(request))[0] == status


def test_verify_tells_what_does_not_hold_the_gravest_first(place: Place) -> None:
    write_job(place.store)
    ask = lineage_service_pb2.VerifyJobRequest
    good = place.lineage.VerifyJob(ask(name="jobs/film"))
    assert (list(good.findings), good.sealed) == ([], True)
    assert good.strength == lineage_service_pb2.VERIFICATION_STRENGTH_CONTENT
    lost = place.store.list("blobs/")
    place.store.delete(next(lost))
    bad = place.lineage.VerifyJob(ask(name="jobs/film", strength=lineage_service_pb2.VERIFICATION_STRENGTH_PRESENCE))
    assert bad.strength == lineage_service_pb2.VERIFICATION_STRENGTH_PRESENCE
    assert bad.findings[0].severity == step_pb2.SEVERITY_ERROR
    assert bad.findings[0].subject.startswith("blobs/")


def test_the_coordinator_says_that_it_serves_and_what(place: Place) -> None:
    with grpc.insecure_channel(place.address) as channel:
        names = set(ProtoReflectionDescriptorDatabase(channel).get_services())
        assert {"cuegraph.v1.JobService", "cuegraph.v1.LineageService"} <= names
        for name in ("", "cuegraph.v1.JobService", "cuegraph.v1.LineageService"):
            health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=name))
            assert health.status == health_pb2.HealthCheckResponse.SERVING


def test_jobs_beyond_the_slots_wait_for_their_turn(tmp_path: Path) -> None:
    gate = Gate()
    gate.opened.clear()
    app = small_app(tmp_path, {"asr": gate.work})
    with served(app, slots=1) as address, place_at(address, app.store, gate) as place:
        first = place.create()
        assert gate.begun.wait(PATIENCE_SECONDS)
        second = place.create(settings=setting("7"))
        assert place.jobs.GetJob(GetJobRequest(name=second.name)).job.state == JOB_STATE_QUEUED
        gate.opened.set()
        assert [place.ended(job.name).state for job in (first, second)] == [JOB_STATE_SUCCEEDED] * 2


def test_a_job_that_waits_for_a_stage_can_be_called_off(place: Place) -> None:
    place.gate.opened.clear()
    first = place.create()
    assert place.gate.begun.wait(PATIENCE_SECONDS)
    second = place.create(settings=setting("7"))
    for event in place.watch(second.name):
        if event.HasField("job") and asr_of(event.job).running:
            break
    place.jobs.CancelJob(CancelJobRequest(name=second.name))
    assert place.ended(second.name).state == JOB_STATE_CANCELLED
    place.gate.opened.set()
    assert place.ended(first.name).state == JOB_STATE_SUCCEEDED


def test_a_watcher_who_goes_away_disturbs_nobody(place: Place) -> None:
    place.gate.opened.clear()
    name = place.create().name
    gone = place.jobs.WatchJob(WatchJobRequest(name=name))
    next(iter(gone))
    gone.cancel()
    place.gate.opened.set()
    assert place.ended(name).state == JOB_STATE_SUCCEEDED
