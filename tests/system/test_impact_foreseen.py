"""What is foreseen of a changed job is what then happens, for a setting of every stage, whatever its outputs do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from coordinator.lineage.comparing.foreseen import Verdict, held
from coordinator.lineage.comparing.steps import steps_of
from coordinator.lineage.facts import JobFacts
from services.runtime.errors import CuegraphError
from services.runtime.layers import effective
from services.runtime.manifest import SettingRecord, Status
from services.runtime.registry import STAGES, load_stage
from tests.foreseen_jobs import Studio
from tests.small_requests import asked_for

REQUEST = asked_for("subtitle", target_languages=("pt", "es"))
ENGINES = {"diarization.engine": "none", "separation.engine": "spleeter"}


def changes_of(stage: str) -> Iterator[tuple[str, str]]:
    """Every setting of a stage that can be given another value, with one."""
    kind = load_stage(stage).settings_type()
    for field in dataclasses.fields(kind):
        for value in other_values(field.default):
            if is_possible(stage, kind, field.name, value):
                yield f"{stage}.{field.name}", value
                break


def other_values(value: Any) -> tuple[str, ...]:
    if isinstance(value, bool):
        return (str(not value).lower(),)
    if isinstance(value, int | float):
        return str(value + 1), str(value / 2)
    return ()


def is_possible(stage: str, kind: type[Any], name: str, value: str) -> bool:
    try:
        effective(stage, kind, {name: SettingRecord(value, "command line")})
    except CuegraphError:
        return False
    return True


BY_HAND = {
    "metadata": [("metadata.engine", "none")],
    "separation": [("separation.engine", "spleeter"), ("separation.variant", "fine")],
    "diarization": [("diarization.engine", "none")],
    "mux": [("mux.containers", "mkv"), ("mux.titles", "en=English")],
}
EVERY_CHANGE = {stage: [*BY_HAND.get(stage, ()), *changes_of(stage)] for stage in STAGES}
TRIED = 3
"""How many settings of each stage are changed and the job done again; any may be drawn by the test after it."""


def test_every_stage_has_a_setting_to_change() -> None:
    assert all(EVERY_CHANGE.values())


def statuses(facts: JobFacts) -> dict[tuple[str, str], Status]:
    return {place: found.content.status for place, found in steps_of(facts).items() if found.content}


@pytest.mark.parametrize("stage", STAGES)
def test_where_every_step_tells_what_it_took_what_would_run_is_what_runs(stage: str, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    before = studio.do(REQUEST, "before")
    for number, (name, value) in enumerate(EVERY_CHANGE[stage][:TRIED]):
        foreseen = studio.foresee(before, {name: value})
        after = studio.do_again(before, {name: value}, f"after-{number}")
        assert held(foreseen.values(), statuses(after)) == ()
        ran = {place for place, status in statuses(after).items() if status is not Status.REUSED}
        skipped = {step.place for step in foreseen.values() if step.verdict is Verdict.SKIPPED}
        assert {step.place for step in foreseen.values() if step.would_run} == ran - skipped


@settings(max_examples=15)
@given(
    change=strategies.sampled_from([change for of_stage in EVERY_CHANGE.values() for change in of_stage]),
    more=strategies.sampled_from([{}, *({name: value} for name, value in ENGINES.items())]),
    deaf=strategies.sets(strategies.sampled_from(STAGES)),
)
def test_what_is_certain_runs_and_what_is_reused_does_not(
    change: tuple[str, str], more: dict[str, str], deaf: set[str]
) -> None:
    with TemporaryDirectory() as folder:
        studio = Studio(Path(folder), deaf)
        before = studio.do(REQUEST, "before")
        wanted = {**more, change[0]: change[1]}
        foreseen = studio.foresee(before, wanted)
        after = studio.do_again(before, wanted, "after")
        assert held(foreseen.values(), statuses(after)) == ()


def test_what_was_done_once_is_reused_when_it_is_asked_for_again(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    before = studio.do(REQUEST, "before")
    studio.do_again(before, {"asr.beam_size": "3"}, "tried")
    foreseen = studio.foresee(before, {"asr.beam_size": "3"})
    assert {step.verdict for step in foreseen.values() if step.stage != "metadata"} <= {
        Verdict.REUSED,
        Verdict.SKIPPED,
    }


def test_a_failed_job_is_foreseen_to_run_what_it_never_did(tmp_path: Path) -> None:
    studio = Studio(tmp_path, failing=("alignment",))
    before = studio.do(REQUEST, "before")
    studio.failing = ()
    foreseen = studio.foresee(before, {"subtitles.lead_in_seconds": "0.1"})
    verdicts = {title: step.verdict for title, step in foreseen.items()}
    assert verdicts["asr"] is Verdict.REUSED
    assert {verdicts[title] for title in ("alignment", "hallucination", "translation/pt", "subtitles/es", "mux")} == {
        Verdict.CERTAIN
    }
    after = studio.do_again(before, {"subtitles.lead_in_seconds": "0.1"}, "after")
    assert held(foreseen.values(), statuses(after)) == ()


def test_a_job_without_one_of_its_shards_is_foreseen_to_do_that_shard(tmp_path: Path) -> None:
    studio = Studio(tmp_path, failing=("translation/es",))
    before = studio.do(REQUEST, "before")
    assert steps_of(before)["mux", "_"].place.step.shard.startswith("partial")
    studio.failing = ()
    foreseen = studio.foresee(before, {"mux.titles": "en=English"})
    verdicts = {title: step.verdict for title, step in foreseen.items()}
    assert verdicts["translation/pt"] is verdicts["subtitles/pt"] is Verdict.REUSED
    assert verdicts["translation/es"] is verdicts["subtitles/es"] is verdicts["mux"] is Verdict.CERTAIN
    after = studio.do_again(before, {"mux.titles": "en=English"}, "after")
    assert held(foreseen.values(), statuses(after)) == ()


def test_a_foresight_that_did_not_come_true_is_told(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    before = studio.do(REQUEST, "before")
    foreseen = studio.foresee(before, {"asr.beam_size": "3"})
    assert held(foreseen.values(), {("asr", "_"): Status.REUSED, ("vad", "_"): Status.SUCCEEDED}) == (
        "vad was foreseen as reused and is SUCCEEDED",
        "asr was foreseen as certain and is REUSED",
    )


def test_a_step_that_takes_several_files_of_another_names_it_once(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    before = studio.do(REQUEST, "before")
    mux = studio.foresee(before, {"asr.beam_size": "3"})["mux"]
    names = mux.reason.removeprefix("only if ").removesuffix(" writes something else").split(" or ")
    assert mux.verdict is Verdict.POSSIBLE
    assert sorted(names) == ["subtitles", "subtitles/es", "subtitles/pt"]
