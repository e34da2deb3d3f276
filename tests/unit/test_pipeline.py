"""Pipelines hang together, or are refused."""

from __future__ import annotations

import pytest

from coordinator import pipeline
from services.runtime.errors import InvalidDocument, UnknownName
from services.runtime.registry import load_stage

VALUES = {"source_language": "pt", "known_language": "pt", "file_name": "", "clip_start": 1.5, "clip_end": None}


def unset(name: str) -> None:
    """No setting has a value that a condition asks for."""


@pytest.mark.parametrize("workflow", pipeline.workflows())
def test_every_wire_of_a_pipeline_leads_from_an_output_to_an_input(workflow: str) -> None:
    for step in pipeline.load(workflow).plan():
        stage = load_stage(step.stage)
        assert {given.role for given in step.inputs} <= {declared.role for declared in stage.inputs}
        assert {declared.role for declared in stage.inputs if not declared.optional} <= {
            given.role for given in step.inputs
        }
        for given in step.inputs:
            if given.stage:
                assert load_stage(given.stage).declared_output(given.output)


@pytest.mark.parametrize("workflow", pipeline.workflows())
def test_every_deliverable_is_an_output(workflow: str) -> None:
    for deliverable in pipeline.load(workflow).planned_deliverables():
        assert load_stage(deliverable.stage).declared_output(deliverable.output)


def test_the_files_of_a_shard_have_its_name_after_a_dot() -> None:
    plan = pipeline.load("subtitle").plan(["pt"])
    taken = {
        step.shard: {it.output for it in step.inputs if not it.stage} for step in plan if step.stage == "subtitles"
    }
    assert taken == {"_": {"", "edited_subtitles"}, "pt": {"", "edited_subtitles.pt"}}


def test_steps_are_numbered_from_one() -> None:
    plan = pipeline.load("subtitle").plan()
    assert [(step.number, step.stage) for step in plan][:2] == [(1, "demux"), (2, "metadata")]


def test_values_of_the_job_fill_in_settings() -> None:
    settings = pipeline.load("subtitle").settings(VALUES, unset)
    assert settings["asr.language"] == "pt"
    assert settings["translation.source_language"] == "pt"
    assert settings["demux.start"] == 1.5
    assert "demux.end" not in settings


def test_an_unknown_workflow_is_named_with_the_nearest_right_one() -> None:
    with pytest.raises(UnknownName, match="did you mean 'subtitle'"):
        pipeline.load("subtitel")


@pytest.mark.parametrize(
    "text",
    [
        "steps: [",
        "steps: []",
        "{steps: [{stage: vad, inputs: {a: demux.b}}], deliverables: []}",
        "{steps: [{stage: vad, inputs: {a: vad.b}}], deliverables: []}",
        "{steps: [{stage: vad, inputs: {a: nonsense}}], deliverables: []}",
        "{steps: [{stage: vad, inputs: {}}, {stage: vad, inputs: {}}], deliverables: []}",
        "{steps: [{stage: vad, inputs: {}, colour: red}], deliverables: []}",
        "{steps: [{stage: vad, inputs: {}}], deliverables: [{output: mux.mkv, extension: .mkv}]}",
    ],
)
def test_a_pipeline_that_does_not_hang_together_is_refused(text: str) -> None:
    with pytest.raises(InvalidDocument):
        pipeline.parse(text, "broken").plan()


def test_a_dollar_that_is_no_value_of_the_job_is_refused() -> None:
    text = "{steps: [{stage: vad, inputs: {}, settings: {a: $moon}}], deliverables: []}"
    with pytest.raises(InvalidDocument, match="moon"):
        pipeline.parse(text, "broken").settings({"source_language": "en"}, unset)


SHARDED = """
steps:
  - {stage: demux, inputs: {media: film}, settings: {full_audio: {unless: {vad.model: none}}}}
  - {stage: vad, inputs: {speech_audio: demux.speech_audio, media: files.job_glossary}, unless: {vad.model: none}}
  - {stage: subtitles, inputs: {transcript: vad.speech}, needs: [vad.speech]}
  - {stage: asr, shards: $target_languages, inputs: {speech: vad.speech}, settings: {language: $shard}}
  - {stage: subtitles, shards: $target_languages, inputs: {transcript: asr.transcript, media: demux.media_document}}
  - {stage: mux, inputs: {subtitles: subtitles.srt}, partial: true}
deliverables: [{output: subtitles.srt, extension: .srt}]
"""


def test_shards_of_one_stage_share_its_number() -> None:
    plan = pipeline.parse(SHARDED, "sharded").plan(["pt", "es"])
    assert [(step.number, step.title) for step in plan] == [
        (1, "demux"),
        (2, "vad"),
        (3, "subtitles"),
        (3, "subtitles/pt"),
        (3, "subtitles/es"),
        (4, "asr/pt"),
        (4, "asr/es"),
        (5, "mux"),
    ]


def test_a_shard_takes_from_its_own_else_from_what_all_share_and_a_whole_takes_from_all() -> None:
    plan = {step.title: step for step in pipeline.parse(SHARDED, "sharded").plan(["pt", "es"])}
    fed_by = {title: [(given.stage, given.shard) for given in step.inputs] for title, step in plan.items()}
    assert fed_by["asr/pt"] == [("vad", "_")]
    assert fed_by["subtitles/es"] == [("asr", "es"), ("demux", "_")]
    assert fed_by["mux"] == [("subtitles", "_"), ("subtitles", "pt"), ("subtitles", "es")]


def test_a_condition_on_a_setting_skips_the_step_and_says_why() -> None:
    sharded = pipeline.parse(SHARDED, "sharded")
    plan = {step.title: step for step in sharded.plan([], lambda name: "none")}
    assert plan["vad"].skip == "vad.model is none"
    assert not {step.title: step for step in sharded.plan([], lambda name: "some")}["vad"].skip


def test_a_setting_may_hang_on_another_one() -> None:
    sharded = pipeline.parse(SHARDED, "sharded")
    assert sharded.settings({}, lambda name: "none")["demux.full_audio"] is False
    assert sharded.settings({}, lambda name: "some")["demux.full_audio"] is True


def test_the_shard_fills_the_setting_that_asks_for_it() -> None:
    plan = pipeline.parse(SHARDED, "sharded").plan(["pt"])
    assert [step.shard_setting for step in plan if step.stage == "asr"] == ["language"]
    assert "asr.language" not in pipeline.parse(SHARDED, "sharded").settings({}, unset)


def test_an_input_that_a_setting_makes_useless_is_left_out() -> None:
    def roles(shot_changes: bool) -> set[str]:
        plan = pipeline.load("subtitle").plan(["pt"], lambda name: shot_changes)
        return {given.role for step in plan if step.stage == "subtitles" for given in step.inputs}

    assert roles(True) - roles(False) == {"film"}
