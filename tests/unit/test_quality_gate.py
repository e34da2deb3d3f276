"""The gate judges a job by the documents that lie in the store, and refuses those that cannot be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coordinator.engines.ends import judge
from coordinator.jobs import Jobs
from coordinator.planner import Committed
from coordinator.quality.gate import judge_job
from coordinator.records import Deliverable, PlannedStep
from services.documents import cues
from services.runtime.artifact import Artifact
from services.runtime.errors import CuegraphError
from services.runtime.manifest import OutputRecord
from services.runtime.store import blobs
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter
from tests.small_jobs import Watched

LINES = (
    "It was a bright day.",
    "The river ran slowly.",
    "A boat came round the bend.",
    "Nobody was in it.",
    "We went down to the water.",
    "There was blood on the oars.",
)


def finished(lines: tuple[str, ...]) -> tuple[MemoryStore, dict[PlannedStep, Committed]]:
    store = MemoryStore()
    writer = JobWriter(store, lines=lines)
    writer.write(STAGES, {})
    return store, Jobs(store).commits(writer.record(STAGES))


def test_a_job_with_plain_lines_is_good() -> None:
    quality = judge_job(*finished(LINES))
    assert (quality.verdict, quality.reasons) == ("good", ())
    assert {measure.code for measure in quality.measures} >= {"COVERAGE", "CUES_PER_MINUTE", "REPETITION"}


def test_a_job_whose_84_cues_say_the_same_is_bad() -> None:
    quality = judge_job(*finished(("I don't know.",) * 84))
    assert quality.verdict == "bad"
    assert {reason.track for reason in quality.reasons} == {"transcript:en", "cues:en"}


def test_it_is_the_last_transcript_that_is_judged() -> None:
    store, commits = finished(LINES)
    (step,) = (step for step in commits if step.stage == "alignment")
    emptied = (
        b'{"audio":{"sample_count":384000,"sample_rate":16000,"start":0.25,"stream":"audio:0"},"language_code":"en",'
    )
    emptied += b'"language_probability":null,"schema":"cuegraph.transcript/1","segments":[],"silent":[]}'
    artifact = blobs.add_bytes(store, emptied, "application/vnd.cuegraph.transcript+json")
    quality = judge_job(store, commits | {step: with_output(commits[step], artifact)})
    assert "COVERAGE" in {reason.code for reason in quality.reasons}


def with_output(committed: Committed, artifact: Artifact) -> Committed:
    (output,) = committed.manifest.outputs
    changed: OutputRecord = replace(output, artifact=artifact)
    return replace(committed, manifest=replace(committed.manifest, outputs=(changed,)))


def test_a_job_without_commits_was_not_measured() -> None:
    assert judge_job(MemoryStore(), {}).measures == ()


def test_a_document_that_cannot_be_read_is_refused_by_name() -> None:
    store, commits = finished(LINES)
    (step,) = (step for step in commits if step.stage == "subtitles")
    broken = blobs.add_bytes(store, b"{}", cues.MEDIA_TYPE)
    manifest = commits[step].manifest
    first, *others = manifest.outputs
    changed = replace(commits[step], manifest=replace(manifest, outputs=(replace(first, artifact=broken), *others)))
    with pytest.raises(CuegraphError, match="cues") as caught:
        judge_job(store, commits | {step: changed})
    assert caught.value.code == "DOCUMENT_INVALID"


@pytest.mark.parametrize(("delivers", "verdict"), [("subtitles_srt", "bad"), ("mkv", None)])
def test_only_a_job_that_made_something_that_was_asked_for_is_judged(delivers: str, verdict: str | None) -> None:
    store = MemoryStore()
    writer = JobWriter(store, lines=("I don't know.",) * 84)
    writer.write(STAGES, {})
    job, jobs = replace(writer.record(STAGES), deliverables=(Deliverable("subtitles", delivers, ".any"),)), Jobs(store)
    judge(jobs, job, 1, jobs.commits(job), Watched())
    found = jobs.quality(job.job)
    assert (found.verdict if found else None) == verdict
