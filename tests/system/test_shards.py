"""Targets side by side: what is laid out when one fails, what is done anew, and what is kept and shown."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from coordinator.engines.local import LocalEngine
from coordinator.folder import lay_out
from coordinator.jobs import Jobs, JobState
from coordinator.lineage.reading import read_job
from coordinator.lineage.text import show_text
from coordinator.lineage.verify import verify
from coordinator.records import FileRecord, JobRecord, PlannedInput, PlannedStep
from coordinator.status import job_status
from services.runtime import commits
from services.runtime.manifest import SettingRecord, Status
from services.runtime.node import Node
from services.runtime.stage import Run
from services.runtime.store import blobs
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import StagesHere, Watched, Work, join, say, say_all_but_es, sharded, small_job
from tests.small_stages import UpperSettings, node_of

PLAN = sharded("translate", ("pt", "es", "de"))


def drive(node: Node, **work: Work) -> Watched:
    watched = Watched()
    stages = StagesHere(node, {"first": join, "translate": say, "last": join} | work)
    LocalEngine(Jobs(node.store), stages, node).drive("job1", watched)
    return watched


def film_of(node: Node, job: JobRecord) -> str:
    (made,) = [it for it in job_status(Jobs(node.store), job.job).delivering if it.stage == "last"]
    return blobs.read(node.store, made.outputs[0].artifact).decode()


def test_a_target_that_fails_does_not_stop_the_others_and_the_job_says_so(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    job = small_job(node.store, plan=PLAN)
    (outcome,) = drive(node, translate=say_all_but_es).outcomes
    assert outcome.state is JobState.FAILED
    assert [error.message.startswith("translate/es: ") for error in outcome.errors] == [True]
    assert film_of(node, job) == "[[film]+pt+de]"
    folder, delivered = lay_out(Jobs(node.store), job, tmp_path / "out")
    assert [file.path.read_text() for file in delivered] == ["[[film]+pt+de]"]
    assert (folder / "03_last" / "partial-1" / "manifest.json").is_file()


def test_stages_that_are_to_be_done_anew_take_nothing_over(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    first = small_job(node.store, plan=PLAN)
    drive(node)
    again = replace(first, job="job2", anew=("translate", "last"))
    Jobs(node.store).create(again)
    stages = StagesHere(node, {"first": join, "translate": say, "last": join})
    watched = Watched()
    LocalEngine(Jobs(node.store), stages, node).drive("job2", watched)
    assert dict(watched.finished) == {"first": "REUSED", "translate": "SUCCEEDED", "last": "SUCCEEDED"}


def test_a_step_with_nothing_to_do_leaves_a_manifest_with_the_reason_its_settings_and_a_log(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    skipped = PlannedStep(1, "vad", skip="vad.model is none")
    after = PlannedStep(2, "last", inputs=(PlannedInput("text", "", ""), PlannedInput("more", "vad", "speech")))
    job = small_job(node.store, plan=(skipped, after), settings={"vad.onset": SettingRecord(0.7, "command line")})
    assert drive(node).outcomes[0].state is JobState.SUCCEEDED
    found = commits.find(node.store, skipped.of(job.job))
    assert found is not None
    assert (found[0].status, found[0].skip_reason) == (Status.SKIPPED, "vad.model is none")
    assert found[0].settings["onset"] == SettingRecord(0.7, "command line")
    assert b"vad.model is none" in blobs.read(node.store, found[0].logs[0].artifact)
    assert verify(node.store, job.job).ok


def test_debugging_keeps_scratch_files_and_tells_debug_lines_to_who_watches_but_not_to_the_pipeline_log(
    tmp_path: Path,
) -> None:
    def work(run: Run[UpperSettings]) -> None:
        run.scratch("half-done.txt").write_text("half")
        logging.getLogger("services.first").debug("looking closer")
        join(run)

    node = node_of(MemoryStore(), tmp_path)
    plan = PLAN[:1]
    job = replace(small_job(node.store, "without", plan=plan), job="job1", debug=True)
    Jobs(node.store).create(job)
    watched = drive(node, first=work)
    found = commits.find(node.store, plan[0].of("job1"))
    assert found is not None
    (kept,) = found[0].intermediates
    assert (kept.file_name, blobs.read(node.store, kept.artifact)) == ("scratch-half-done.txt", b"half")
    assert "looking closer" in watched.lines
    (log,) = node.store.list("jobs/job1/logs/")
    assert b"looking closer" not in node.store.get(log)
    assert b"looking closer" in blobs.read(node.store, found[0].logs[0].artifact)


def test_files_that_came_with_the_film_are_explained_and_shown_by_name(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    terms = [
        FileRecord("job_glossary", blobs.add_bytes(node.store, name.encode(), "text/plain"), name)
        for name in ("a.tsv", "b.tsv")
    ]
    plan = (PlannedStep(1, "first", inputs=(PlannedInput("text", "", ""), PlannedInput("more", "", "job_glossary"))),)
    job = replace(small_job(node.store, "without", plan=plan), job="job1", files=tuple(terms))
    Jobs(node.store).create(job)
    drive(node)
    assert verify(node.store, "job1").ok
    shown = show_text(read_job(node.store, "job1"))
    assert "a.tsv" in shown
    assert "b.tsv" in shown
    node.store.delete(terms[1].artifact.uri)
    assert [finding.code for finding in verify(node.store, "job1").findings] == ["BLOB_MISSING"]
