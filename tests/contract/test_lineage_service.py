"""LineageService says what the command says, of jobs of every kind, and refuses what cannot be asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from coordinator.garbage.erasing import Asked, erase
from coordinator.jobs import Jobs
from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.material import Material
from coordinator.lineage.exports.vouching import NOBODY, Vouching
from coordinator.records import Deliverable, FileRecord
from coordinator.sealing.notary import Notary
from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc, lineage_service_pb2_grpc, step_pb2, usage_pb2
from cuegraph.v1.lineage_service_pb2 import (
    VERIFICATION_STRENGTH_PRESENCE,
    VERIFICATION_STRENGTH_SAMPLE,
    AuditJobRequest,
    DiffJobsRequest,
    ExplainStepRequest,
    ExportLineageRequest,
    FindMakersRequest,
    FindUsesRequest,
    ListLineageFormatsRequest,
    PlanImpactRequest,
    TraceCueRequest,
    VerifyJobRequest,
)
from services.documents import codec, cues
from services.documents.cues import Edit, FormerCue
from services.runtime import client, wire
from services.runtime.artifact import digest_bytes
from services.runtime.keyring import Keyring
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.file import FileStore
from tests.cuegraph import cuegraph
from tests.jobs_in_memory import STAGES, JobWriter, cues_document, write_job
from tests.jobs_of_every_kind import KINDS
from tests.patience import until
from tests.plain_messages import plain, printed, without
from tests.small_coordinator import FILM, PATIENCE_SECONDS, served, small_app

LINES = ("It was a bright cold day.", "The river ran slowly.", "Nobody said a word.")
OTHER_LINES = ("It was a bright cold day.", "The river ran fast.", "Nobody said a word.")


@dataclass
class Place:
    """A coordinator with a client, and a store with the jobs `film` and `again`, of one film and in other words."""

    stub: Any
    jobs: Any
    store: Store
    folder: Path
    vouching: Vouching = NOBODY

    def __call__(self, message: Any) -> Any:
        """The answer to a request."""
        method = type(message).__name__.removesuffix("Request")
        return getattr(self.stub, method)(message, timeout=PATIENCE_SECONDS)

    def printed(self, *arguments: str | Path, code: int = 0) -> Any:
        """What the command prints of it."""
        ran = cuegraph(*arguments, "--store", self.folder / "store", "--json", env={"CUEGRAPH_DATA": str(self.folder)})
        assert ran.code == code, ran.stderr
        return printed(ran.json)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    app = small_app(folder, {})
    keys_of_place = Keyring(own=folder / "own.pem", is_named=False, folder=folder / "keys")
    app = replace(app, process=replace(app.process, keyring=keys_of_place))
    write_films(app.store)
    with ExitStack() as stack:
        channel = stack.enter_context(grpc.insecure_channel(stack.enter_context(served(app))))
        lineage = lineage_service_pb2_grpc.LineageServiceStub(channel)
        vouching = Vouching(keys_of_place.signers, lambda: app.trust)
        yield Place(lineage, job_service_pb2_grpc.JobServiceStub(channel), app.store, folder, vouching)


def write_films(store: Store) -> None:
    for job, lines in (("film", LINES), ("again", OTHER_LINES)):
        writer = JobWriter(store, job, lines=lines)
        record = replace(writer.record(STAGES), deliverables=(Deliverable("subtitles", "subtitles_srt", ".srt"),))
        store.create(keys.job(job), record.to_json())
        for number, stage in enumerate(STAGES, 1):
            writer.step(number, stage)
        writer.seal()


def refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    """The status and the reason of a call that must be refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    failed: Any = caught.value
    return failed.code(), client._own_error(caught.value, "the coordinator").code


NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "NAME_UNKNOWN")
INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


def test_a_difference_is_what_the_command_says(place: Place) -> None:
    said = plain(place(DiffJobsRequest(old_name="jobs/film", new_name="jobs/again")))
    tracks = [without(track, "differing") for track in said["tracks"]]
    told = place.printed("lineage", "diff", "film", "again", code=1)
    assert {**without(said, "next_page_token"), "tracks": tracks} == without(told, "schema", "old", "new")
    assert [cue["new"]["lines"] for cue in tracks[0]["cues"]] == [["The river ran fast."]]


def test_a_long_difference_comes_page_by_page_and_no_cue_twice_or_never(place: Place) -> None:
    ask = DiffJobsRequest(old_name="jobs/film", new_name="jobs/longer", page_size=2)
    writer = JobWriter(place.store, "longer", lines=[f"Line {number} of many." for number in range(5)])
    writer.write(STAGES, {})
    found, pages = [], 0
    while not pages or ask.page_token:
        answer = place(ask)
        (track,) = answer.tracks
        found += [(cue.old.id, cue.new.id) for cue in track.cues]
        assert len(track.cues) <= 2
        ask.page_token, pages = answer.next_page_token, pages + 1
    assert (len(found), len(set(found))) == (track.differing, track.differing)
    assert pages == -(-track.differing // 2) > 1
    ask.page_token = "of another list"
    assert refused(lambda: place(ask)) == INVALID


@pytest.mark.parametrize(("step", "against"), [("asr", ""), ("subtitles", "again"), ("vad", "")])
def test_why_is_what_the_command_says(place: Place, step: str, against: str) -> None:
    name = f"jobs/{against}" if against else ""
    said = plain(place(ExplainStepRequest(name="jobs/film", step=step, against=name)))
    option = ("--against", against) if against else ()
    assert said == without(place.printed("lineage", "why", "film", step, *option), "schema", "job")
    assert said["reasons"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_jobs_of_every_kind_are_explained_compared_verified_audited_and_exported(kind: str, tmp_path: Path) -> None:
    app = small_app(tmp_path, {})
    KINDS[kind](app.store, tmp_path / "work")
    with served(app) as address, grpc.insecure_channel(address) as channel:
        place = Place(lineage_service_pb2_grpc.LineageServiceStub(channel), None, app.store, tmp_path)
        difference = place(DiffJobsRequest(old_name="jobs/job1", new_name="jobs/job1"))
        assert not difference.differs
        for step in difference.steps:
            name = step.stage if step.shard == "_" else f"{step.stage}/{step.shard}"
            assert place(ExplainStepRequest(name="jobs/job1", step=name)).reasons
        report = place(VerifyJobRequest(name="jobs/job1"))
        assert (report.ok, report.read_size_bytes) == (True, report.total_size_bytes)
        assert place(AuditJobRequest(name="jobs/job1")).rows[0].name == "job"
        assert json.loads(exported(place, "json", "job1")["job1.json"])


def test_uses_are_what_the_command_says(place: Place) -> None:
    film = digest_bytes(b"film of A Bright Day")
    for query, kind in (("whisper-tiny-en", "model"), (film, "file"), (film[:12], "file")):
        said = place(FindUsesRequest(query=query))
        told = place.printed("lineage", "where-used", query, "--kind", kind)
        answer = plain(said)
        assert answer["uses"] == told["deliverables"]
        assert (answer["kind"], answer["meant"], answer["use_count"]) == (kind, told["meant"], len(answer["uses"]))
        assert {use["job"] for use in answer["uses"]} >= {"film", "again"}


def test_uses_come_page_by_page(place: Place) -> None:
    ask = FindUsesRequest(query="whisper-tiny-en", page_size=1, kind=usage_pb2.USED_KIND_MODEL)
    whole = place(FindUsesRequest(query="whisper-tiny-en")).uses
    jobs: list[str] = []
    while len(jobs) < len(whole):
        answer = place(ask)
        jobs += [use.job for use in answer.uses]
        ask.page_token = answer.next_page_token
    assert (jobs, ask.page_token) == ([use.job for use in whole], "")


def test_makers_are_what_the_command_says(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "found.srt"
    file.write_text("\n".join(LINES))
    said = plain(place(FindMakersRequest(digest=digest_bytes(file.read_bytes()))))
    told = place.printed("lineage", "who-made", file)
    assert without(said, "maker_count", "next_page_token") == without(told, "schema", "digest", "differs")
    assert said["makers"][0]["role"] == "subtitles_srt"


def test_what_nobody_made_is_an_answer_and_what_came_from_outside_too(place: Place) -> None:
    nothing = place(FindMakersRequest(digest=digest_bytes(b"made by nobody"), size_bytes=14))
    assert (nothing.is_made, list(nothing.makers), list(nothing.given)) == (False, [], [])
    film = place(FindMakersRequest(digest=digest_bytes(b"film of A Bright Day")))
    assert (film.is_made, {given.job for given in film.given} >= {"jobs/film", "jobs/again"}) == (False, True)


def test_an_audit_is_what_the_command_says(place: Place) -> None:
    said = place(AuditJobRequest(name="jobs/film", minimum_percent=10))
    told = place.printed("audit", "film", "--min", "10")
    rows = [
        {
            "name": row.name,
            "percent": row.percent,
            "criteria": {cell.criterion: {"met": cell.met, "faults": list(cell.faults)} for cell in row.cells},
        }
        for row in said.rows
    ]
    assert {"job": "film", "percent": said.percent, "rows": rows, "ok": said.ok} == told
    assert said.ok
    assert said.percent < 100
    assert not place(AuditJobRequest(name="jobs/film")).ok


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        (VerifyJobRequest(strength=VERIFICATION_STRENGTH_PRESENCE), ["--quick"]),
        (VerifyJobRequest(), ["--full"]),
        (
            VerifyJobRequest(strength=VERIFICATION_STRENGTH_SAMPLE, sample_share=0.5, sample_seed=7),
            ["--sample", "0.5", "--seed", "7"],
        ),
    ],
)
def test_a_verification_is_what_the_command_says(place: Place, asked: VerifyJobRequest, options: list[str]) -> None:
    asked.name = "jobs/film"
    said = plain(place(asked))
    told = place.printed("lineage", "verify", "film", *options)
    depth = {"presence": "quick", "content": "full", "sample": "sample"}[said["strength"]]
    renamed = {
        "job": "film",
        "depth": depth,
        "seed": said["sample_seed"],
        "blob_count": said["artifact_count"],
        "is_sealed": said["sealed"],
        "read_bytes": said["read_size_bytes"],
        "total_bytes": said["total_size_bytes"],
        "not_shown": [],
    }
    same = ("findings", "manifest_count", "standing", "outcome", "read_count", "ok", "erased")
    assert {**{name: said[name] for name in same}, **renamed} == told
    assert (told["standing"]["strength"], told["ok"]) == ("hash chain", True)


def test_a_sample_is_drawn_again_by_its_seed_and_an_unsigned_seal_can_be_refused(place: Place) -> None:
    ask = VerifyJobRequest(name="jobs/film", strength=VERIFICATION_STRENGTH_SAMPLE, sample_share=0.3)
    drawn = place(ask)
    ask.sample_seed = drawn.sample_seed
    assert place(ask) == drawn
    strict = place(VerifyJobRequest(name="jobs/film", require_signature=True))
    assert (strict.ok, {finding.code for finding in strict.findings}) == (False, {"SIGNATURE_MISSING"})


def test_a_job_that_was_erased_verifies_as_erased_and_is_not_there_for_anything_else(place: Place) -> None:
    write_job(place.store, "gone")
    notary = Notary(place.vouching.signers, lambda: None)
    erase(Jobs(place.store, notary), ["gone"], Asked("ops", "the rights ran out"))
    report = place(VerifyJobRequest(name="jobs/gone"))
    assert (report.ok, list(report.findings)) == (True, [])
    assert "the rights ran out" in report.erased
    assert refused(lambda: place(AuditJobRequest(name="jobs/gone"))) == (grpc.StatusCode.NOT_FOUND, "JOB_ERASED")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_trace_is_what_the_command_says(place: Place, number: int) -> None:
    answer = place(TraceCueRequest(name="jobs/film", cue_number=number))
    said = plain(answer)
    told = place.printed("lineage", "trace", "film", "--cue", str(number))
    span = told["span"]
    assert without(said, "elements", "source_span") == without(told, "schema", "job", "span")
    heard = said["source_span"]
    assert (heard["start"], heard["end"], heard["container_start"]) == (
        span["start"], span["end"], span["container_start"],
    )  # fmt: skip
    details = heard["stream_details"]
    assert {
        **without(details, "start", "seconds"),
        "start_offset_seconds": details["start"],
        "duration_seconds": details["seconds"],
    } == span["stream"]
    assert {element.kind for element in answer.elements} == {"cue", "word", "segment", "region"}


def test_a_trace_names_the_person_who_changed_the_cue(place: Place) -> None:
    writer = JobWriter(place.store, "edited")
    file = FileRecord("edited_subtitles", blobs.add_bytes(place.store, b"1\n", "text/plain"), "mine.srt", "Ada")
    place.store.create(keys.job("edited"), replace(writer.record(STAGES), files=(file,)).to_json())
    for number, stage in enumerate(STAGES, 1):
        writer.step(number, stage, **(edits(writer, file) if stage == "subtitles" else {}))
    writer.seal()
    said = place(TraceCueRequest(name="jobs/edited", cue_number=1))
    told = place.printed("lineage", "trace", "edited", "--cue", "1")
    assert plain(said.edit) == told["edit"]
    assert (said.edit.author, said.edit.file_name, said.edit.row) == ("Ada", "mine.srt", 2)
    assert [former.id for former in said.edit.former] == ["cue:old"]


def edits(writer: JobWriter, file: FileRecord) -> dict[str, Any]:
    """What the subtitles stage writes if a person changed the first cue."""
    document = cues_document(writer.lines)
    first = document.cues[0]
    former = FormerCue("cue:old", first.start, first.end, ("As it was.",), first.sources)
    changed = replace(document, cues=(replace(first, edit=Edit(2, (former,))), *document.cues[1:]))
    manifest = writer.manifest(5, "subtitles")
    output = blobs.add_bytes(writer.store, codec.to_json(changed), cues.MEDIA_TYPE)
    outputs = tuple(replace(it, artifact=output) if it.role == "cues" else it for it in manifest.outputs)
    taken = replace(manifest.inputs[0], role="edited", artifact=file.artifact, origin=None)
    return {"outputs": outputs, "inputs": (*manifest.inputs, taken)}


def exported(place: Place, form: str, job: str = "film") -> dict[str, bytes]:
    """Every file that comes over the stream."""
    files: dict[str, bytes] = {}
    for piece in place(ExportLineageRequest(name=f"jobs/{job}", format=form)):
        assert len(piece.data) <= 64 * 1024
        assert piece.file_name not in files or piece.file_name == list(files)[-1]
        files[piece.file_name] = files.get(piece.file_name, b"") + piece.data
    return files


def test_every_format_is_listed(place: Place) -> None:
    listed = place(ListLineageFormatsRequest()).formats
    assert [(it.name, it.media_type, it.extension, it.is_folder) for it in listed] == [
        (it.name, it.media_type, it.extension, it.is_folder) for it in FORMATS.values()
    ]


@pytest.mark.parametrize("name", list(FORMATS))
def test_an_export_comes_byte_for_byte_as_it_is_written(place: Place, tmp_path: Path, name: str) -> None:
    form, out = FORMATS[name], tmp_path / "out"
    write_whole(form, Material.of(place.store, "film", place.vouching), out)
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    written = files if form.is_folder else {f"film{form.extension}": out}
    assert exported(place, name) == {file: path.read_bytes() for file, path in written.items()}


def test_an_export_that_is_called_off_leaves_nothing(place: Place) -> None:
    call = place(ExportLineageRequest(name="jobs/film", format="html"))
    assert next(iter(call)).data
    call.cancel()
    until(lambda: not list((place.folder / "scratch").glob("*/export")))


class EndlessStore(FileStore):
    """A listing of one of its folders never ends."""

    begun, ended = threading.Event(), threading.Event()

    def list(self, prefix: str) -> Iterator[str]:
        if prefix != "jobs/film/":
            yield from super().list(prefix)
            return
        try:
            while True:
                self.begun.set()
                yield "jobs/film/nothing.txt"
                self.ended.wait(0.01)
        finally:
            self.ended.set()


@pytest.mark.parametrize(
    "message", [VerifyJobRequest(name="jobs/film"), ExportLineageRequest(name="jobs/film", format="prov")]
)
def test_nobody_reads_on_for_a_call_that_is_called_off(message: Any, tmp_path: Path) -> None:
    app = small_app(tmp_path, {})
    write_films(app.store)
    EndlessStore.begun, EndlessStore.ended = threading.Event(), threading.Event()
    vars(app)["store"] = EndlessStore(tmp_path / "store")  # where a cached property keeps its value
    with served(app) as address, grpc.insecure_channel(address) as channel:
        method = getattr(
            lineage_service_pb2_grpc.LineageServiceStub(channel), type(message).__name__[: -len("Request")]
        )
        call = method.future(message) if isinstance(message, VerifyJobRequest) else method(message)
        assert EndlessStore.begun.wait(PATIENCE_SECONDS)
        assert not EndlessStore.ended.is_set()
        call.cancel()
        assert EndlessStore.ended.wait(PATIENCE_SECONDS)


CALLS = (
    DiffJobsRequest(old_name="jobs/nobody", new_name="jobs/film"),
    DiffJobsRequest(old_name="jobs/film", new_name="jobs/nobody"),
    ExplainStepRequest(name="jobs/nobody", step="asr"),
    ExplainStepRequest(name="jobs/film", step="asr", against="jobs/nobody"),
    ExplainStepRequest(name="jobs/film", step="dubbing"),
    PlanImpactRequest(name="jobs/nobody", model_revisions={"whisper-tiny-en": "2"}),
    PlanImpactRequest(name="jobs/film", model_revisions={"no such model": "2"}),
    FindUsesRequest(query="nobody ever had it"),
    AuditJobRequest(name="jobs/nobody"),
    ExportLineageRequest(name="jobs/nobody", format="prov"),
    ExportLineageRequest(name="jobs/film", format="cave painting"),
)
WRONG_CALLS = (
    DiffJobsRequest(old_name="film", new_name="jobs/film"),
    DiffJobsRequest(old_name="jobs/film", new_name="jobs/film", page_size=-1),
    ExplainStepRequest(name="jobs/film"),
    PlanImpactRequest(name="jobs/film"),
    PlanImpactRequest(name="jobs/film", model_revisions={"whisper-tiny-en": "2"}, price_per_hour=-1),
    FindUsesRequest(),
    FindUsesRequest(query="film", kind=99),  # type: ignore[arg-type]
    FindUsesRequest(query="whisper-tiny-en", page_token="of another list"),
    FindMakersRequest(digest="abc"),
    AuditJobRequest(name="jobs/film", minimum_percent=101),
    VerifyJobRequest(name="jobs/film", strength=VERIFICATION_STRENGTH_SAMPLE),
    VerifyJobRequest(name="jobs/film", strength=VERIFICATION_STRENGTH_SAMPLE, sample_share=1.5),
    VerifyJobRequest(name="jobs/film", strength=VERIFICATION_STRENGTH_SAMPLE, sample_share=0.5, sample_seed=-1),
    VerifyJobRequest(name="jobs/film", sample_share=0.5),
    ExportLineageRequest(name="jobs/film"),
)


@pytest.mark.parametrize(
    ("message", "answer"), [*((call, NOT_FOUND) for call in CALLS), *((call, INVALID) for call in WRONG_CALLS)]
)
def test_what_cannot_be_answered_is_refused_with_its_code(
    place: Place, message: Any, answer: tuple[grpc.StatusCode, str]
) -> None:
    def call() -> object:
        asked = place(message)
        return list(asked) if isinstance(message, ExportLineageRequest) else asked

    assert refused(call) == answer


def test_the_impact_of_a_setting_and_a_glossary_is_what_the_command_says(place: Place, tmp_path: Path) -> None:
    film = wire.artifact_to_proto(blobs.add_file(place.store, FILM, "audio/flac"))
    request = job_service_pb2.JobRequest(
        workflow="transcribe",
        media=film,
        title="A film",
        source_language_code="en",
        settings={"metadata.engine": step_pb2.Setting(value_json='"none"')},
    )
    job = place.jobs.CreateJob(job_service_pb2.CreateJobRequest(request=request), timeout=PATIENCE_SECONDS).job
    list(place.jobs.WatchJob(job_service_pb2.WatchJobRequest(name=job.name), timeout=PATIENCE_SECONDS))
    terms = tmp_path / "terms.tsv"
    terms.write_text("term\taliases\nEmma\tEmmy\n")
    artifact = wire.artifact_to_proto(blobs.add_file(place.store, terms, "text/tab-separated-values"))
    said = place(
        PlanImpactRequest(
            name=job.name,
            settings={"asr.beam_size": step_pb2.Setting(value_json="3")},
            files=[job_service_pb2.JobFile(name="job_glossary", artifact=artifact, file_name="terms.tsv")],
            price_per_hour=2.5,
        )
    )
    changes = ("--set", "asr.beam_size=3", "--glossary", f"job={terms}", "--price-per-hour", "2.5")
    told = place.printed("lineage", "impact", job.name.removeprefix("jobs/"), *changes)
    answer = plain(said)
    assert without(answer, "cue_count", "next_page_token") == without(told, "schema", "job")
    assert {step["stage"]: step["verdict"] for step in answer["steps"]}["asr"] == "certain"
    assert answer["touches"]


def test_a_glossary_whose_purpose_nobody_knows_or_that_cannot_be_read_is_refused(place: Place) -> None:
    def ask(name: str, data: bytes) -> object:
        artifact = wire.artifact_to_proto(blobs.add_bytes(place.store, data, "text/plain"))
        return place(PlanImpactRequest(name="jobs/film", files=[job_service_pb2.JobFile(name=name, artifact=artifact)]))

    assert refused(lambda: ask("edited_subtitles", b"1\n")) == NOT_FOUND
    assert refused(lambda: ask("job_glossary", b"Emma\tEmmy\n")) == (INVALID[0], "DOCUMENT_INVALID")
