"""The planner starts a step when what it needs is there, never before and never twice."""

from __future__ import annotations

import functools
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from coordinator import planner
from coordinator.planner import Committed
from coordinator.records import FileRecord, JobRecord, PlannedInput, PlannedStep
from services.runtime.artifact import Artifact
from services.runtime.manifest import CodeRecord, HostRecord, Manifest, OutputRecord, SettingRecord, Status, Times, now
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import DIAMOND, small_job

FILE = Artifact("blobs/sha256/00/" + "0" * 64, "0" * 64, 1, "text/plain")


def committed(step: PlannedStep, roles: tuple[str, ...] = ("text",)) -> Committed:
    instant = now()
    manifest = Manifest(
        job="job1",
        stage=step.stage,
        stage_version="1",
        number=step.number,
        attempt=1,
        status=Status.SUCCEEDED,
        times=Times(instant, instant, instant),
        code=CodeRecord("0"),
        host=HostRecord("node", "", 1, "linux", "3", "cpu", 1, 1),
        outputs=tuple(OutputRecord(role, f"{role}.txt", FILE) for role in roles),
    )
    return Committed(manifest, replace(FILE, digest=f"{step.number:064x}"))


@functools.cache
def job() -> JobRecord:
    return small_job(MemoryStore())


@st.composite
def plans(draw: st.DrawFn) -> tuple[PlannedStep, ...]:
    """Any pipeline: each step takes from the film or from steps before it."""
    plan: list[PlannedStep] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        producers = draw(st.lists(st.sampled_from(["", *(step.stage for step in plan)]), max_size=3, unique=True))
        inputs = tuple(PlannedInput(f"in{i}", stage, "text" if stage else "") for i, stage in enumerate(producers))
        plan.append(PlannedStep(number, f"stage{number}", inputs=inputs))
    return tuple(plan)


@given(plans(), st.randoms())
def test_every_step_of_any_plan_comes_once_and_after_what_it_needs(
    plan: tuple[PlannedStep, ...], random: Random
) -> None:
    planned = replace(job(), plan=plan)
    done: dict[PlannedStep, Committed] = {}
    while not planner.is_done(planned, done):
        steps = planner.ready(planned, done)
        assert steps, "the plan is stuck"
        step = random.choice(steps)
        assert step not in done
        assert {given.stage for given in step.inputs} - {""} <= {other.stage for other in done}
        done[step] = committed(step)
    assert planner.ready(planned, done) == []


def test_a_step_under_way_is_not_started_again() -> None:
    assert planner.ready(job(), {}, under_way=[DIAMOND[0]]) == []


def test_inputs_come_in_order_each_with_its_origin() -> None:
    done = {step: committed(step) for step in DIAMOND[:3]}
    inputs = planner.inputs_of(job(), DIAMOND[3], done)
    assert [given.role for given in inputs] == ["text", "more"]
    assert [given.origin.manifest for given in inputs if given.origin] == [f"{2:064x}", f"{3:064x}"]


def test_the_film_comes_from_outside() -> None:
    (film,) = planner.inputs_of(job(), DIAMOND[0], {})
    assert (film.artifact, film.origin) == (job().media.artifact, None)


def test_what_a_producer_did_not_write_is_left_out() -> None:
    done = {DIAMOND[0]: committed(DIAMOND[0], roles=())}
    assert planner.inputs_of(job(), DIAMOND[1], done) == ()


def test_a_step_gets_the_settings_of_its_stage_only() -> None:
    record = SettingRecord(5, "command line")
    other = SettingRecord(1, "default")
    planned = replace(job(), settings={"first.size": record, "firstly.size": other})
    assert planner.settings_of(planned, DIAMOND[0]) == {"size": record}


def test_a_step_whose_shard_fills_a_setting_is_told_so() -> None:
    step = replace(DIAMOND[0], shard="pt", shard_setting="target_language")
    assert planner.settings_of(job(), step) == {"target_language": SettingRecord("pt", "pipeline")}


def test_files_that_came_with_the_film_are_found_by_name() -> None:
    names = ("job_glossary", "other", "job_glossary")
    files = tuple(FileRecord(name, replace(FILE, size_bytes=size), "") for size, name in enumerate(names))
    step = PlannedStep(1, "first", inputs=(PlannedInput("terms", "", "job_glossary"),))
    given = planner.inputs_of(replace(job(), files=files), step, {})
    assert [it.artifact.size_bytes for it in given] == [0, 2]


SHARDS = (
    PlannedStep(1, "first", inputs=(PlannedInput("text", "", ""),)),
    PlannedStep(2, "left", "pt", inputs=(PlannedInput("text", "first", "text"),)),
    PlannedStep(2, "left", "es", inputs=(PlannedInput("text", "first", "text"),)),
    PlannedStep(
        3,
        "last",
        inputs=(
            PlannedInput("text", "first", "text"),
            PlannedInput("more", "left", "text", "pt"),
            PlannedInput("more", "left", "text", "es"),
        ),
        partial=True,
    ),
)


def test_what_can_never_be_whole_is_done_with_what_there_is() -> None:
    planned = replace(job(), plan=SHARDS)
    done = {step: committed(step) for step in SHARDS[:2]}
    assert planner.ready(planned, done, failed=[SHARDS[2]]) == []
    (partial,) = planner.partly_ready(planned, done, [SHARDS[2]], 1)
    assert (partial.place, [given.shard for given in partial.inputs]) == (("last", "partial-1"), ["_", "pt"])
    assert planner.partly_ready(planned, done | {partial: committed(partial)}, [SHARDS[2]], 1) == []
    assert planner.partly_ready(planned, done, [SHARDS[2], partial], 1) == []


def test_what_all_shards_share_must_be_there() -> None:
    assert planner.partly_ready(replace(job(), plan=SHARDS), {}, [SHARDS[0]], 1) == []


def test_a_step_is_skipped_if_what_it_needs_was_not_written_and_says_by_whom() -> None:
    producer = PlannedStep(1, "separation")
    step = PlannedStep(2, "lyrics", needs=("separation.vocals",))
    planned = replace(job(), plan=(producer, step))
    assert planner.ready(planned, {}) == [producer]
    assert planner.skip_reason(step, {producer: committed(producer, ("vocals",))}) == ""
    skipped = committed(producer, ())
    reason = planner.skip_reason(
        step, {producer: replace(skipped, manifest=replace(skipped.manifest, skip_reason="x"))}
    )
    assert reason == "it needs vocals from separation, which wrote none: x"
