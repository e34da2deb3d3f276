"""Every code of verify has a job here that causes exactly it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from coordinator import waiting
from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.lineage.depth import QUICK
from coordinator.lineage.findings import RULES, Severity
from coordinator.lineage.verify import verify, verify_all
from coordinator.records import FileRecord, JobRecord, PlannedInput
from coordinator.sealing.record import SealedManifest, read_record
from services.documents import codec, cues
from services.runtime import commits
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.errors import ObjectNotFound
from services.runtime.manifest import (
    CodeRecord,
    ModelRecord,
    Notice,
    Origin,
    OutputRecord,
    SettingRecord,
    Status,
    to_json,
)
from services.runtime.store import blobs, keys
from services.runtime.store.keys import Step
from services.runtime.store.memory import MemoryStore
from tests import erased_jobs, sealed_jobs
from tests.jobs_in_memory import (
    CODE,
    LINES,
    STAGES,
    START,
    JobWriter,
    cues_document,
    rewrite,
    step_of,
    with_action_key,
    write_job,
    write_seal,
)

Tamper = Callable[[MemoryStore], None]

MODEL = ModelRecord("any", "package:any==1", "1", "a" * 64, "MIT")
JOB, SEAL = keys.job("film"), keys.seal("film")


def codes(store: MemoryStore, job: str = "film") -> list[str]:
    return [finding.code for finding in verify(store, job).findings]


def sealed_job() -> MemoryStore:
    store = MemoryStore()
    write_job(store)
    return store


def unsealed(store: MemoryStore) -> None:
    store.delete(SEAL)


def changed_job(store: MemoryStore, **changes: object) -> None:
    record = JobRecord.from_json(store.get(JOB))
    store.put(JOB, replace(record, **changes).to_json())  # type: ignore[arg-type]


def changed_seal(store: MemoryStore, **changes: object) -> None:
    write_seal(store, SEAL, replace(read_record(store.get(SEAL)), **changes))  # type: ignore[arg-type]


def sealed_entry_changed(store: MemoryStore) -> None:
    seal = read_record(store.get(SEAL))
    commit = step_of("asr").commit
    entries = tuple(SealedManifest(e.key, "0" * 64) if e.key == commit else e for e in seal.manifests)
    changed_seal(store, manifests=entries)


def sealed_again(store: MemoryStore) -> None:
    """The seal of what lies there now: a forger's work, so that only what else is wrong is told."""
    below = [key for key in store.list(keys.stages("film")) if key.endswith("/manifest.json")]
    entries = tuple(SealedManifest(key, digest_bytes(store.get(key))) for key in below)
    changed_seal(store, manifests=entries, job_digest=digest_bytes(store.get(JOB)))


def commit_not_sealed(store: MemoryStore) -> None:
    seal = read_record(store.get(SEAL))
    entries = tuple(entry for entry in seal.manifests if entry.key != step_of("mux").commit)
    changed_seal(store, manifests=entries)


def late_attempt(store: MemoryStore) -> None:
    manifest, _ = commits.find(store, step_of("asr"))  # type: ignore[misc]
    store.create(step_of("asr").attempt(2, "manifest"), to_json(replace(manifest, attempt=2)))


def job_invalid(store: MemoryStore) -> None:
    store.put(JOB, b"{}")
    sealed_again(store)


def job_misplaced(store: MemoryStore) -> None:
    changed_job(store, job="other")
    sealed_again(store)


def manifest_invalid(store: MemoryStore) -> None:
    for key in (step_of("mux").commit, step_of("mux").attempt(1, "manifest")):
        store.put(key, b"{}")
    sealed_again(store)


def without_commit(store: MemoryStore) -> None:
    for key in list(store.list(step_of("mux").prefix)):
        store.delete(key)
    unsealed(store)


def rewritten(stage: str, **changes: object) -> Tamper:
    def tamper(store: MemoryStore) -> None:
        rewrite(store, step_of(stage), **changes)
        sealed_again(store)

    return tamper


def forged_commit(store: MemoryStore) -> None:
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    store.put(step_of("mux").commit, to_json(replace(manifest, trace_id="another")))
    sealed_again(store)


def moved_step(store: MemoryStore) -> None:
    """The last step lies where the plan has it, and says that it is another."""
    rewrite(store, step_of("mux"), shard="hi")
    sealed_again(store)


def unplanned_step(store: MemoryStore) -> None:
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    commits.commit(store, with_action_key(replace(manifest, number=7, stage="lyrics")))
    sealed_again(store)


def input_changed(store: MemoryStore, stage: str, role: str, **changes: object) -> None:
    manifest, _ = commits.find(store, step_of(stage))  # type: ignore[misc]
    inputs = tuple(replace(i, **changes) if i.role == role else i for i in manifest.inputs)
    rewrite(store, step_of(stage), inputs=inputs)
    sealed_again(store)


def dangling(store: MemoryStore) -> None:
    input_changed(store, "mux", "subtitles_srt", origin=Origin("d" * 64, "subtitles_srt"))


def unexplained(store: MemoryStore) -> None:
    input_changed(store, "mux", "subtitles_srt", origin=None)


def unknown_role(store: MemoryStore) -> None:
    subtitles = commits.find(store, step_of("subtitles"))[1].digest  # type: ignore[index]
    input_changed(store, "mux", "subtitles_srt", origin=Origin(subtitles, "subtitles_ass"))


def different_input(store: MemoryStore) -> None:
    other = blobs.add_bytes(store, b"other", "application/x-subrip")
    input_changed(store, "mux", "subtitles_srt", artifact=other)


def blob_of(store: MemoryStore, stage: str, role: str) -> str:
    manifest, _ = commits.find(store, step_of(stage))  # type: ignore[misc]
    output = manifest.output(role)
    assert output is not None
    return output.artifact.uri


def film(store: MemoryStore) -> Artifact:
    return JobRecord.from_json(store.get(JOB)).media.artifact


def blob_altered(store: MemoryStore) -> None:
    key = blob_of(store, "mux", "film")
    store.put(key, store.get(key)[:-1] + b"!")


def blob_truncated(store: MemoryStore) -> None:
    key = blob_of(store, "mux", "film")
    store.put(key, store.get(key)[:-1])


def blob_elsewhere(store: MemoryStore) -> None:
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    film = manifest.outputs[0]
    rewrite(store, step_of("mux"), outputs=(replace(film, artifact=replace(film.artifact, uri="film.mkv")),))
    sealed_again(store)


def log_missing(store: MemoryStore) -> None:
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    store.delete(manifest.logs[0].artifact.uri)


def cues_replaced(store: MemoryStore, data: bytes) -> None:
    """As a stage with a bug would have written it: everything else fits."""
    artifact = blobs.add_bytes(store, data, cues.MEDIA_TYPE)
    manifest, _ = commits.find(store, step_of("subtitles"))  # type: ignore[misc]
    outputs = tuple(replace(o, artifact=artifact) if o.role == "cues" else o for o in manifest.outputs)
    digest = rewrite(store, step_of("subtitles"), outputs=outputs)
    input_changed(store, "mux", "subtitles_srt", origin=Origin(digest, "subtitles_srt"))


def broken_element(store: MemoryStore) -> None:
    document = cues_document(LINES)
    broken = replace(document.cues[0], sources=("aligned-word-9.9",))
    cues_replaced(store, codec.to_json(replace(document, cues=(broken, *document.cues[1:]))))


def reused(store: MemoryStore, reused: Artifact | None, **changes: object) -> None:
    rewrite(store, step_of("mux"), status=Status.REUSED, reused=reused, **changes)
    sealed_again(store)


def original(store: MemoryStore) -> Artifact:
    write_job(store, "earlier")
    found = commits.find(store, step_of("mux", "earlier"))
    assert found is not None
    return found[1]


def original_missing(store: MemoryStore) -> None:
    reused(store, replace(original(store), uri="jobs/gone/stages/06_mux/_/manifest.json"))


def original_altered(store: MemoryStore) -> None:
    artifact = original(store)
    reused(store, artifact)
    rewrite(store, step_of("mux", "earlier"), trace_id="changed")


def original_different(store: MemoryStore) -> None:
    other = OutputRecord("film", "film.mkv", blobs.add_bytes(store, b"another film", "video/x-matroska"))
    reused(store, original(store), outputs=(other,))


def attempt_written(store: MemoryStore, number: int, **changes: object) -> None:
    """Another attempt at the last step, which failed, as if it had been there when the job was sealed."""
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    failed = {"attempt": number, "status": Status.FAILED, "outputs": ()} | changes
    store.create(step_of("mux").attempt(number, "manifest"), to_json(replace(manifest, **failed)))
    sealed_again(store)


def schema_unknown(store: MemoryStore) -> None:
    newer = store.get(step_of("mux").commit).replace(b"cuegraph.manifest/1", b"cuegraph.manifest/2")
    for key in (step_of("mux").commit, step_of("mux").attempt(1, "manifest")):
        store.put(key, newer)
    sealed_again(store)


def not_committed(store: MemoryStore) -> None:
    store.delete(step_of("mux").commit)
    unsealed(store)


def given_up(store: MemoryStore) -> None:
    not_committed(store)
    Jobs(store).end("film", 1, Outcome(JobState.FAILED, START, (Notice("TOOL_FAILED", "ffmpeg ended with 1", START),)))
    JobWriter(store).seal(state=JobState.FAILED)


def times_disordered(store: MemoryStore) -> None:
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    times = replace(manifest.times, finished=manifest.times.started - timedelta(seconds=2))
    rewritten("mux", times=times)(store)


def plan_in_a_circle(store: MemoryStore) -> None:
    plan = JobRecord.from_json(store.get(JOB)).plan
    first = replace(plan[0], inputs=(PlannedInput("media", "mux", "film"),))
    last = replace(plan[-1], inputs=(PlannedInput("media", "demux", "film"),))
    changed_job(store, plan=(first, *plan[1:-1], last))
    sealed_again(store)


def reused_in_a_circle(store: MemoryStore) -> None:
    """Digests cannot name each other: the earlier one names the address of the later one alone."""
    later = replace(original(store), uri=step_of("mux").commit, digest="e" * 64)
    digest = rewrite(store, step_of("mux", "earlier"), status=Status.REUSED, reused=later)
    reused(store, replace(later, uri=step_of("mux", "earlier").commit, digest=digest))


def cached_otherwise(store: MemoryStore) -> None:
    """The cache knows another result of the last step."""
    other = OutputRecord("film", "film.mkv", blobs.add_bytes(store, b"film with other tracks", "video/x-matroska"))
    write_job(store, "earlier", changes={"mux": {"outputs": (other,)}})
    commits.remember(store, *commits.find(store, step_of("mux", "earlier")))  # type: ignore[misc]


def taken_from_another_job(store: MemoryStore) -> None:
    write_job(store, "earlier")
    digest = commits.find(store, step_of("subtitles", "earlier"))[1].digest  # type: ignore[index]
    input_changed(store, "mux", "subtitles_srt", origin=Origin(digest, "subtitles_srt"))


def log_altered(store: MemoryStore) -> None:
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    key = manifest.logs[0].artifact.uri
    store.put(key, store.get(key)[:-1] + b"!")


CAUSES: dict[str, Tamper] = {
    "JOB_MISSING": lambda store: store.delete(JOB),
    "JOB_INVALID": job_invalid,
    "JOB_ALTERED": lambda store: changed_job(store, source_language="hi"),
    "JOB_MISPLACED": job_misplaced,
    "MEDIA_MISSING": lambda store: store.delete(JobRecord.from_json(store.get(JOB)).media.artifact.uri),
    "SEAL_MISSING": unsealed,
    "SEAL_INVALID": lambda store: store.put(SEAL, b"[]"),
    "SEAL_ALTERED": sealed_entry_changed,
    "SEAL_MISPLACED": lambda store: changed_seal(store, job="other"),
    "SEAL_INCOMPLETE": commit_not_sealed,
    "ATTEMPT_AFTER_SEAL": late_attempt,
    "MANIFEST_INVALID": manifest_invalid,
    "MANIFEST_ALTERED": lambda store: store.put(step_of("asr").commit, store.get(step_of("mux").commit)[:-1] + b" "),
    "MANIFEST_MISSING": lambda store: store.delete(step_of("asr").commit),
    "MANIFEST_MISPLACED": moved_step,
    "COMMIT_FORGED": forged_commit,
    "ACTION_FORGED": rewritten("mux", action_key="0" * 64),
    "COMMIT_NOT_DONE": rewritten("mux", status=Status.FAILED, outputs=()),
    "SUCCESS_WITH_ERRORS": rewritten("mux", errors=(Notice("TOOL_FAILED", "ffmpeg ended with 1", START),)),
    "SUCCESS_WITHOUT_OUTPUTS": rewritten("mux", outputs=()),
    "OUTCOME_INVALID": lambda store: store.create(keys.round_file("film", 1, "outcome"), b"{}"),
    "STEP_UNFINISHED": not_committed,
    "STEP_MISSING": without_commit,
    "STEP_GIVEN_UP": given_up,
    "OUTPUT_ORPHANED": lambda store: attempt_written(
        store, 2, outputs=(OutputRecord("film", "film.mkv", film(store)),)
    ),
    "ATTEMPT_CHAIN_BROKEN": lambda store: attempt_written(store, 3),
    "SCHEMA_UNKNOWN": schema_unknown,
    "TIMES_DISORDERED": times_disordered,
    "CYCLE": plan_in_a_circle,
    "MODEL_FLOATING": rewritten("mux", models=(replace(MODEL, revision="main"),)),
    "CODE_DIRTY": rewritten("mux", code=replace(CODE, dirty=True)),
    "DIVERGENCE": cached_otherwise,
    "INPUT_FOREIGN": taken_from_another_job,
    "STEP_UNPLANNED": unplanned_step,
    "STRANGER": lambda store: store.create(f"{step_of('asr').prefix}notes.txt", b"hello"),
    "ATTEMPT_UNFINISHED": lambda store: store.create(step_of("asr").attempt(2, "started"), b"{}"),
    "INPUT_DANGLING": dangling,
    "INPUT_UNEXPLAINED": unexplained,
    "INPUT_DIFFERENT": different_input,
    "ROLE_UNKNOWN": unknown_role,
    "ORIGINAL_MISSING": original_missing,
    "ORIGINAL_ALTERED": original_altered,
    "ORIGINAL_DIFFERENT": original_different,
    "BLOB_MISSING": lambda store: store.delete(blob_of(store, "mux", "film")),
    "BLOB_SIZE_WRONG": blob_truncated,
    "BLOB_ALTERED": blob_altered,
    "BLOB_ELSEWHERE": blob_elsewhere,
    "LOG_MISSING": log_missing,
    "LOG_ALTERED": log_altered,
    "DOCUMENT_INVALID": lambda store: cues_replaced(store, b"{}"),
    "ELEMENT_BROKEN": broken_element,
}


@pytest.mark.parametrize("code", sorted(RULES.keys() - sealed_jobs.CAUSES.keys() - erased_jobs.CAUSES.keys()))
def test_each_tampering_is_told_by_its_code_and_no_other(code: str) -> None:
    store = sealed_job()
    CAUSES[code](store)
    report = verify(store, "film")
    assert [finding.code for finding in report.findings] == [code]
    assert report.ok is (RULES[code].severity is Severity.WARNING)
    assert RULES[code].remedy in report.findings[0].message


def test_an_untouched_job_has_no_findings() -> None:
    store = sealed_job()
    report = verify(store, "film")
    assert report.findings == ()
    assert report.is_sealed
    assert report.manifest_count == 2 * len(STAGES)


def test_a_missing_step_in_the_chain_is_no_fault_if_the_plan_does_not_ask_for_it() -> None:
    store = MemoryStore()
    write_job(store, stages=("demux", "vad", "asr", "subtitles", "mux"))
    assert codes(store) == []


def test_a_job_that_is_still_running_is_unfinished_and_needs_no_seal() -> None:
    store = MemoryStore()
    write_job(store, seal=False)
    for stage in ("mux", "subtitles"):
        for key in list(store.list(step_of(stage).prefix)):
            store.delete(key)
    assert codes(store) == ["STEP_MISSING", "STEP_MISSING"]


def test_without_a_seal_an_altered_manifest_is_told_by_those_who_read_it() -> None:
    store = sealed_job()
    unsealed(store)
    rewrite(store, step_of("asr"), trace_id="changed")
    assert codes(store) == ["SEAL_MISSING", "INPUT_DANGLING"]


def test_without_a_seal_a_changed_commit_is_forged() -> None:
    store = sealed_job()
    forged_commit(store)
    unsealed(store)
    assert codes(store) == ["SEAL_MISSING", "COMMIT_FORGED"]


def test_a_manifest_altered_in_both_places_is_told_for_both() -> None:
    store = sealed_job()
    rewrite(store, step_of("asr"), trace_id="changed")
    assert codes(store) == ["MANIFEST_ALTERED", "MANIFEST_ALTERED"]


def test_a_commit_replaced_by_that_of_another_step_is_the_altered_one_and_not_the_seal() -> None:
    store = sealed_job()
    store.put(step_of("asr").commit, store.get(step_of("vad").commit))
    assert codes(store) == ["MANIFEST_ALTERED"]


def test_a_blob_that_many_manifests_name_is_told_once() -> None:
    store = sealed_job()
    store.delete(blob_of(store, "demux", "speech_audio"))
    assert codes(store) == ["BLOB_MISSING"]


def test_a_job_copied_under_another_name_is_misplaced_everywhere() -> None:
    store = sealed_job()
    for key in list(store.list("jobs/film/")):
        store.create(key.replace("jobs/film/", "jobs/copy/"), store.get(key))
    found = codes(store, "copy")
    assert found[:2] == ["JOB_MISPLACED", "SEAL_MISPLACED"]
    assert found[2:] == ["MANIFEST_MISPLACED"] * len(STAGES)


def test_a_failed_attempt_before_the_commit_is_evidence_and_no_fault() -> None:
    store = MemoryStore()
    writer = write_job(store, stages=("demux",), seal=False)
    step = Step("film", 1, "demux")
    failed = replace(
        commits.find(store, step)[0],  # type: ignore[index]
        attempt=2,
        status=Status.FAILED,
        outputs=(),
        errors=(Notice("TOOL_FAILED", "ffmpeg ended with 1", START),),
    )
    commits.commit(store, failed)
    writer.seal()
    assert codes(store) == []


def test_all_jobs_are_verified_without_reading_a_blob() -> None:
    store = MemoryStore()
    for number in range(70):
        writer = JobWriter(store, f"job-{number:03d}", title=f"Film {number}")
        writer.write(STAGES, {})
        writer.seal()
    altered = blob_of_job(store, "job-007")
    store.put(altered, store.get(altered)[:-1] + b"!")
    store.delete(blob_of_job(store, "job-042"))
    reports = list(verify_all(store, QUICK))
    assert [report.job for report in reports] == [f"job-{number:03d}" for number in range(70)]
    assert {report.job for report in reports if not report.ok} == {"job-042"}
    assert {report.job for report in verify_all(store) if not report.ok} == {"job-007", "job-042"}


def blob_of_job(store: MemoryStore, job: str) -> str:
    manifest, _ = commits.find(store, step_of("demux", job))  # type: ignore[misc]
    return manifest.outputs[0].artifact.uri


def test_an_unknown_job_is_an_error() -> None:
    with pytest.raises(ObjectNotFound):
        verify(MemoryStore(), "nobody")


@pytest.mark.parametrize("uri", ["", "../../etc/passwd", "a\nb", "jobs"])
def test_a_forged_address_of_an_original_is_only_ever_missing(uri: str) -> None:
    store = sealed_job()
    reused(store, Artifact(uri, "e" * 64, 1, "application/json"))
    assert codes(store) == ["ORIGINAL_MISSING"]


def test_a_report_is_text_and_json() -> None:
    store = sealed_job()
    forged_commit(store)
    report = verify(store, "film")
    assert report.to_json()["ok"] is False
    assert report.to_json()["findings"][0]["code"] == "COMMIT_FORGED"
    assert "does NOT hold" in report.to_text()


@pytest.mark.parametrize(
    "changes",
    [{"settings": {"token": SettingRecord("[redacted]", "environment")}}, {"code": CodeRecord("0.0.1")}, {}],
)
def test_an_action_key_that_cannot_be_computed_again_is_not_judged(changes: dict[str, Any]) -> None:
    store = sealed_job()
    key = "0" * 64 if changes else ""
    rewritten("mux", action_key=key, **changes)(store)
    assert codes(store) == []


def test_a_reused_step_whose_original_is_in_order_has_no_findings() -> None:
    store = sealed_job()
    reused(store, original(store))
    assert codes(store) == []


def test_an_output_of_a_role_may_be_one_of_several() -> None:
    store = MemoryStore()
    one, two = (OutputRecord("subtitles_srt", f"{n}.srt", blobs.add_bytes(store, n, "x/y")) for n in (b"1", b"2"))  # type: ignore[str-bytes-safe]
    writer = write_job(store, stages=STAGES[:5], seal=False, changes={"subtitles": {"outputs": (one, two)}})
    writer.outputs["subtitles_srt"] = one
    changed = writer.record(STAGES)
    store.put(JOB, changed.to_json())
    writer.step(6, "mux")
    writer.seal()
    assert codes(store) == []


def test_manifests_that_reuse_each_other_are_a_circle_and_no_other_fault() -> None:
    store = sealed_job()
    reused_in_a_circle(store)
    assert codes(store) == ["CYCLE"]


def test_a_manifest_that_reuses_itself_is_a_circle() -> None:
    store = sealed_job()
    reused(store, Artifact(step_of("mux").commit, "e" * 64, 1, "application/json"))
    assert codes(store) == ["CYCLE"]


@pytest.mark.parametrize(
    ("node", "seconds_early", "found"),
    [
        ("laptop", 1.0, []),
        ("laptop", 1.5, ["TIMES_DISORDERED"]),
        ("pod", 59.0, []),
        ("pod", 61.0, ["TIMES_DISORDERED"]),
    ],
)
def test_a_consumer_may_begin_before_its_producer_finished_by_as_much_as_clocks_differ(
    node: str, seconds_early: float, found: list[str]
) -> None:
    store = sealed_job()
    taken, _ = commits.find(store, step_of("subtitles"))  # type: ignore[misc]
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    began = taken.times.finished - timedelta(seconds=seconds_early)
    times = replace(manifest.times, requested=began, started=began)
    rewritten("mux", times=times, host=replace(manifest.host, node=node))(store)
    assert codes(store) == found


def test_a_step_that_began_before_it_was_asked_for_is_out_of_order() -> None:
    store = sealed_job()
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    times = manifest.times
    rewritten("mux", times=replace(times, requested=times.started + timedelta(minutes=2)))(store)
    assert codes(store) == ["TIMES_DISORDERED"]


def test_a_forged_time_without_a_zone_is_taken_for_utc() -> None:
    store = sealed_job()
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    rewritten("mux", times=replace(manifest.times, started=manifest.times.started.replace(tzinfo=None)))(store)
    assert codes(store) == []


@pytest.mark.parametrize(
    ("unfinished", "found"),
    [
        ((), ["ATTEMPT_CHAIN_BROKEN"]),
        ((2,), []),
        ((2, 7), ["ATTEMPT_CHAIN_BROKEN"]),
        ((1, 2), ["ATTEMPT_CHAIN_BROKEN"]),
    ],
    ids=str,
)
def test_an_attempt_names_those_before_it_that_had_not_ended(unfinished: tuple[int, ...], found: list[str]) -> None:
    """The first ended before the third began, the second never did."""
    store = sealed_job()
    store.create(step_of("mux").attempt(2, "started"), b"{}")
    manifest, _ = commits.find(store, step_of("mux"))  # type: ignore[misc]
    later = manifest.times.started + timedelta(minutes=1)
    times = replace(manifest.times, started=later, finished=later)
    attempt_written(store, 3, unfinished_attempts=unfinished, times=times)
    assert [code for code in codes(store) if code != "ATTEMPT_UNFINISHED"] == found


def test_a_note_on_why_a_step_waited_is_no_stranger() -> None:
    store = sealed_job()
    waiting.note(store, step_of("asr"), "no pod is free")
    assert codes(store) == []


@pytest.mark.parametrize("revision", ["main", "LATEST", ""])
def test_a_floating_revision_is_told_whatever_its_case(revision: str) -> None:
    store = sealed_job()
    rewritten("mux", models=(replace(MODEL, revision=revision),))(store)
    assert codes(store) == ["MODEL_FLOATING"]


def test_a_model_without_a_digest_floats() -> None:
    store = sealed_job()
    rewritten("mux", models=(replace(MODEL, digest=""),))(store)
    assert codes(store) == ["MODEL_FLOATING"]


def test_a_file_from_another_job_that_came_with_the_film_is_declared() -> None:
    store = sealed_job()
    taken_from_another_job(store)
    subtitles = commits.find(store, step_of("subtitles", "earlier"))[0].output("subtitles_srt")  # type: ignore[index]
    assert subtitles is not None
    changed_job(store, files=(FileRecord("subtitles", subtitles.artifact, "film.srt"),))
    sealed_again(store)
    assert codes(store) == []


def test_a_job_record_of_another_schema_is_unknown_and_not_invalid() -> None:
    store = sealed_job()
    store.put(JOB, store.get(JOB).replace(b"cuegraph.job/1", b"cuegraph.job/2"))
    sealed_again(store)
    assert codes(store) == ["SCHEMA_UNKNOWN"]


def test_a_divergence_names_both_and_where_they_first_differ() -> None:
    store = sealed_job()
    cached_otherwise(store)
    (finding,) = verify(store, "film").findings
    assert finding.location == step_of("mux").commit
    assert step_of("mux", "earlier").commit in finding.message
    assert "'film' (film.mkv)" in finding.message
    assert "from byte 10 on" in finding.message
