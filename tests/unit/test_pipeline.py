"""Pipelines hang together, or are refused."""

from __future__ import annotations

import pytest

from coordinator import pipeline
from services.runtime.errors import InvalidDocument, UnknownName
from services.runtime.registry import load_stage


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


def test_steps_are_numbered_from_one() -> None:
    plan = pipeline.load("subtitle").plan()
    assert [(step.number, step.stage) for step in plan][:2] == [(1, "demux"), (2, "vad")]


def test_values_of_the_job_fill_in_settings() -> None:
    settings = pipeline.load("subtitle").settings({"source_language": "pt", "clip_start": 1.5, "clip_end": None})
    assert settings["asr.language"] == "pt"
    assert settings["mux.languages"] == ["pt"]
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
        pipeline.parse(text, "broken").settings({"source_language": "en"})
