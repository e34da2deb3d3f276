"""Jobs in the contract's terms: what was asked comes back, and every target tells how it stands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.records import FileRecord
from coordinator.service import job_wire
from coordinator.status import job_status
from cuegraph.v1 import artifact_pb2, job_service_pb2, step_pb2
from services.documents import transcript
from services.documents.quality import Quality, Reason
from services.runtime.artifact import digest_bytes
from services.runtime.errors import CuegraphError
from services.runtime.manifest import Notice, SettingRecord, now
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.partial_jobs import PLAN, job_without_spanish
from tests.small_jobs import small_job


def artifact(media_type: str = "video/mp4") -> artifact_pb2.Artifact:
    digest = digest_bytes(b"film")
    return artifact_pb2.Artifact(uri=keys.blob(digest), digest=digest, size_bytes=4, media_type=media_type)


def message(**changes: Any) -> job_service_pb2.JobRequest:
    asked = {"workflow": "subtitle", "media": artifact(), "title": "Emma", "source_language_code": "en"}
    return job_service_pb2.JobRequest(**{**asked, **changes})


def finished(tmp_path: Path, **changes: Any) -> job_service_pb2.Job:
    """A job whose Spanish failed, as clients see it."""
    jobs = job_without_spanish(MemoryStore(), tmp_path, **changes)
    return job_wire.job_to_proto(job_status(jobs, "job1"), {})


def test_each_target_tells_how_it_stands_and_what_failed_in_it(tmp_path: Path) -> None:
    portuguese, spanish = finished(tmp_path).targets
    assert (portuguese.language_code, portuguese.status) == ("pt", step_pb2.STEP_STATUS_SUCCEEDED)
    assert (spanish.language_code, spanish.status) == ("es", step_pb2.STEP_STATUS_FAILED)
    assert [(error.stage, error.shard) for error in spanish.errors] == [("translate", "es")]
    assert not portuguese.errors


def test_a_target_failed_too_if_its_stage_could_not_even_be_asked() -> None:
    store = MemoryStore()
    job = replace(small_job(store, plan=PLAN), job="job2", target_languages=("pt", "es"))
    Jobs(store).create(job)
    lost = Notice("STAGE_UNAVAILABLE", "translate/es: nobody answers", now())
    Jobs(store).end("job2", 1, Outcome(JobState.FAILED, now(), (lost,)))
    portuguese, spanish = job_wire.job_to_proto(job_status(Jobs(store), "job2"), {}).targets
    assert (portuguese.status, spanish.status) == (step_pb2.STEP_STATUS_UNSPECIFIED, step_pb2.STEP_STATUS_FAILED)


def test_an_error_names_the_stage_and_the_shard_in_which_it_happened(tmp_path: Path) -> None:
    (error,) = finished(tmp_path).errors
    assert (error.stage, error.shard, error.message.startswith("translate/es: ")) == ("translate", "es", True)


def test_a_request_is_read_in_full() -> None:
    request = job_wire.request_from_proto(
        message(target_language_codes=["pt", "es"], year=1996, from_stage="asr", debug=True)
    )
    assert (request.target_languages, request.title, request.year) == (("pt", "es"), "Emma", 1996)
    assert (request.first_anew, request.debug, request.subject) == ("asr", True, "film")


def test_a_title_without_a_year_may_be_a_file_name() -> None:
    request = job_wire.request_from_proto(message(title="Emma.1996.1080p"))
    assert (request.title, request.year) == ("", None)


def test_without_cache_the_first_stage_and_all_after_it_are_done_anew() -> None:
    assert job_wire.request_from_proto(message(no_cache=True, from_stage="asr")).first_anew == "demux"


def test_a_transcript_is_known_by_its_media_type() -> None:
    assert job_wire.request_from_proto(message(media=artifact(transcript.MEDIA_TYPE))).subject == "transcript"


@pytest.mark.parametrize(
    ("anew", "no_cache", "from_stage"),
    [((), False, ""), (("first", "translate"), True, ""), (("translate",), False, "translate")],
)
def test_what_was_asked_comes_back(tmp_path: Path, anew: tuple[str, ...], no_cache: bool, from_stage: str) -> None:
    terms = blobs.add_bytes(MemoryStore(), b"Emma\tEmma\n", "text/tab-separated-values")
    asked = finished(
        tmp_path,
        anew=anew,
        debug=True,
        files=(FileRecord("job_glossary", terms, "terms.tsv"),),
        settings={"metadata.year": SettingRecord(1996, "request")},
    ).request
    assert list(asked.target_language_codes) == ["pt", "es"]
    assert (asked.no_cache, asked.from_stage, asked.debug, asked.year) == (no_cache, from_stage, True, 1996)
    assert [(file.name, file.file_name, file.artifact.digest) for file in asked.files] == [
        ("job_glossary", "terms.tsv", terms.digest)
    ]
    assert json.loads(asked.settings["metadata.year"].value_json) == 1996


def test_the_verdict_on_the_quality_comes_with_its_reasons(tmp_path: Path) -> None:
    store = MemoryStore()
    small_job(store)
    reason = Reason("REPETITION", "cues:en", "bad", 0.9, 0.45, "84 cues say the same")
    Jobs(store).keep_quality("job1", 1, Quality("bad", (reason,), ()))
    told = job_wire.job_to_proto(job_status(Jobs(store), "job1"), {}).quality
    assert told.verdict == job_service_pb2.QUALITY_VERDICT_BAD
    assert [(it.code, it.track, it.verdict) for it in told.reasons] == [("REPETITION", "cues:en", told.verdict)]


def test_a_job_that_was_not_judged_has_no_verdict(tmp_path: Path) -> None:
    store = MemoryStore()
    small_job(store)
    assert not job_wire.job_to_proto(job_status(Jobs(store), "job1"), {}).HasField("quality")


def test_files_come_with_what_they_are_for() -> None:
    (file,) = job_wire.files_from_proto([job_service_pb2.JobFile(name="film_glossary", artifact=artifact())])
    assert (file.name, file.file_name) == ("film_glossary", "film_glossary")


def test_a_file_that_is_no_artifact_is_refused() -> None:
    with pytest.raises(CuegraphError) as failure:
        job_wire.files_from_proto([job_service_pb2.JobFile(name="film_glossary")])
    assert failure.value.code == "REQUEST_INVALID"
