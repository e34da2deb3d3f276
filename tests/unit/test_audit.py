"""Each criterion of the audit has a job here that loses exactly it, and a whole job loses none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from coordinator.audit.criteria import CRITERIA
from coordinator.audit.html import page
from coordinator.audit.material import gather
from coordinator.audit.matrix import CRITERION_OF, JOB, Audit, audit
from coordinator.audit.pages import documented_versions, versions_of
from coordinator.audit.text import audit_text
from coordinator.lineage.findings import RULES, Severity
from coordinator.records import Deliverable
from services.documents import codec, cues
from services.runtime import commits
from services.runtime.manifest import (
    IntermediateRecord,
    ModelRecord,
    Notice,
    Origin,
    OutputRecord,
    SettingRecord,
    Status,
    to_json,
)
from services.runtime.registry import STAGES as REGISTERED
from services.runtime.registry import load_stage
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import LINES, STAGES, START, JobWriter, cues_document, rewrite, step_of

Tamper = Callable[[JobWriter], None]
Change = Callable[[JobWriter], Mapping[str, Mapping[str, Any]]]
"""What is otherwise of manifests, by stage, from the beginning."""
CAUSE = Notice("TOOL_FAILED", "it ended with 1", START, "services.runtime.errors.ToolFailed")


def whole_job(change: Change = lambda _: {}) -> JobWriter:
    """A job with a failed attempt, a file kept on the way, both logs and a film that people get."""
    writer = JobWriter(MemoryStore())
    changes = change(writer)
    kept = blobs.add_bytes(writer.store, b"scores", "text/plain")
    once_more = {"attempt": 2, "times": _later(writer.manifest(3, "vad").times)}
    given = {"vad": {"intermediates": (IntermediateRecord("scores.txt", kept, True, "debug"),)}, "asr": once_more}
    writer.write(STAGES, {stage: {**given.get(stage, {}), **changes.get(stage, {})} for stage in STAGES})
    record = replace(writer.record(STAGES), deliverables=(Deliverable("mux", "film", ".mkv"),))
    writer.store.put(keys.job("film"), record.to_json())
    write_failed_attempt(writer, (CAUSE,))
    write_pipeline_log(writer)
    writer.seal()
    return writer


def _later(times: Any) -> Any:
    second = timedelta(seconds=1)
    return replace(times, requested=times.requested + second, started=times.started + second)


def write_failed_attempt(writer: JobWriter, errors: tuple[Notice, ...]) -> None:
    committed, _ = commits.find(writer.store, step_of("asr"))  # type: ignore[misc]
    begun = START + timedelta(seconds=28)
    times = replace(committed.times, requested=begun, started=begun, finished=begun)
    failed = replace(committed, attempt=1, status=Status.FAILED, outputs=(), errors=errors, times=times)
    writer.store.put(step_of("asr").attempt(1, "started"), b"{}\n")
    writer.store.put(step_of("asr").attempt(1, "manifest"), to_json(failed))


def write_pipeline_log(writer: JobWriter, *more: str, stages: tuple[str, ...] = STAGES) -> None:
    time = "2026-03-14T09:26:53.000Z"
    lines = [
        f"{time} INFO coordinator: SUCCEEDED, attempt 1 [{STAGES.index(stage) + 1:02d}_{stage}]" for stage in stages
    ]
    text = "".join(f"{line}\n" for line in (*lines, *more))
    writer.store.put(keys.pipeline_log("film", "20260314T092653.000000Z"), text.encode())


def audited(writer: JobWriter) -> Audit:
    return audit(gather(writer.store, writer.job))


def lost(found: Audit) -> set[tuple[str, str]]:
    """Rows and criteria that are not met."""
    return {(row, criterion) for row, criterion, _ in found.faults()}


@dataclass(frozen=True)
class Loss:
    """What is done to a job, and the one cell that it costs."""

    row: str
    tamper: Tamper = lambda _: None
    change: Change = lambda _: {}


def rewritten(stage: str, **changes: Any) -> Tamper:
    def tamper(writer: JobWriter) -> None:
        rewrite(writer.store, step_of(stage), **changes)
        writer.seal()

    return tamper


def unsealed(stage: str, **changes: Any) -> Tamper:
    return lambda writer: (rewrite(writer.store, step_of(stage), **changes), None)[1]


def without_blob(stage: str, part: str) -> Tamper:
    def tamper(writer: JobWriter) -> None:
        found, _ = commits.find(writer.store, step_of(stage))  # type: ignore[misc]
        writer.store.delete(getattr(found, part)[0].artifact.uri)

    return tamper


def other_role(writer: JobWriter) -> None:
    found, _ = commits.find(writer.store, step_of("mux"))  # type: ignore[misc]
    first, *others = reversed(found.inputs)
    assert first.origin is not None
    forged = replace(first, origin=Origin(first.origin.manifest, "nothing"))
    rewritten("mux", inputs=(*others, forged))(writer)


def other_film(writer: JobWriter) -> None:
    found, _ = commits.find(writer.store, step_of("mux"))  # type: ignore[misc]
    artifact = found.outputs[0].artifact
    writer.store.put(artifact.uri, b"?" * artifact.size_bytes)


def elsewhere(writer: JobWriter) -> None:
    found, _ = commits.find(writer.store, step_of("mux"))  # type: ignore[misc]
    output = found.outputs[0]
    away = replace(output, artifact=replace(output.artifact, uri="/tmp/film.mkv"))
    rewritten("mux", outputs=(away,))(writer)


def error_without_type(writer: JobWriter) -> None:
    write_failed_attempt(writer, (replace(CAUSE, exception_type=""),))
    writer.seal()


def debug_in_pipeline_log(writer: JobWriter) -> None:
    write_pipeline_log(writer, "2026-03-14T09:26:53.000Z DEBUG services.asr: too much [03_asr]")
    writer.seal()


def step_not_in_pipeline_log(writer: JobWriter) -> None:
    write_pipeline_log(writer, stages=STAGES[:-1])
    writer.seal()


def broken_cues(writer: JobWriter) -> Mapping[str, Mapping[str, Any]]:
    """Changes of a job whose first cue names a word that nobody wrote."""
    document = cues_document(LINES, "aligned")
    first = replace(document.cues[0], sources=("word:nowhere",))
    data = codec.to_json(replace(document, cues=(first, *document.cues[1:])))
    artifact = blobs.add_bytes(writer.store, data, cues.MEDIA_TYPE)
    srt = OutputRecord("subtitles_srt", "film.en.srt", blobs.add_bytes(writer.store, b"1", "application/x-subrip"))
    return {"subtitles": {"outputs": (OutputRecord("cues", "cues.en.json", artifact), srt)}}


LOSSES = {
    "MANIFEST": Loss("06_mux", unsealed("mux", trace_id="another")),
    "STATUS": Loss("06_mux", rewritten("mux", errors=(CAUSE,))),
    "INPUTS": Loss("06_mux", other_role),
    "OUTPUTS": Loss("01_demux", without_blob("demux", "outputs")),
    "INTERMEDIATES": Loss("02_vad", without_blob("vad", "intermediates")),
    "STAGE_LOG": Loss("06_mux", without_blob("mux", "logs")),
    "PIPELINE_LOG": Loss("06_mux", step_not_in_pipeline_log),
    "SETTINGS": Loss("06_mux", rewritten("mux", settings={"container": SettingRecord("mkv", "")})),
    "PATHS": Loss("06_mux", elsewhere),
    "ERRORS": Loss("03_asr", error_without_type),
    "DOCUMENTATION": Loss("06_mux", rewritten("mux", stage_version="99")),
    "MODELS": Loss("06_mux", rewritten("mux", models=(ModelRecord("any", "hf:any/any", "main", "", "MIT"),))),
    "LINEAGE": Loss("05_subtitles", change=broken_cues),
    "DELIVERABLES": Loss("06_mux", other_film),
}


def test_a_job_that_wrote_all_it_should_has_all_of_it() -> None:
    found = audited(whole_job())
    assert lost(found) == set()
    assert found.percent == 100.0
    concerned = {cell.criterion for row in found.rows for cell in row.cells}
    assert concerned == {criterion.code for criterion in CRITERIA}


@pytest.mark.parametrize("criterion", [criterion.code for criterion in CRITERIA])
def test_each_criterion_can_be_lost_alone(criterion: str) -> None:
    loss = LOSSES[criterion]
    writer = whole_job(loss.change)
    loss.tamper(writer)
    found = audited(writer)
    assert lost(found) == {(loss.row, criterion)}
    assert found.percent < 100.0


def test_a_debug_line_in_the_pipeline_log_is_a_fault_of_the_job() -> None:
    writer = whole_job()
    debug_in_pipeline_log(writer)
    assert lost(audited(writer)) == {(JOB, "PIPELINE_LOG")}


def test_every_error_of_a_verification_counts_against_a_criterion() -> None:
    errors = {rule.code for rule in RULES.values() if rule.severity is Severity.ERROR}
    assert errors == CRITERION_OF.keys()
    assert set(CRITERION_OF.values()) <= {criterion.code for criterion in CRITERIA}


def test_the_page_and_the_text_say_what_is_missing_and_take_names_as_text() -> None:
    writer = whole_job()
    step_not_in_pipeline_log(writer)
    found = replace(audited(writer), job="<script>alert(1)</script>")
    assert "<script>" not in page([found])
    for text in (page([found]), audit_text(found)):
        assert "no pipeline log says how it ended" in text
        assert "06_mux" in text


@pytest.mark.parametrize("stage", REGISTERED)
def test_the_page_of_a_stage_documents_its_version(stage: str) -> None:
    assert load_stage(stage).version in documented_versions()[stage]


def test_a_page_without_a_table_of_versions_documents_none() -> None:
    assert versions_of("# vad\n\n| 1 | one |\n") == frozenset()
