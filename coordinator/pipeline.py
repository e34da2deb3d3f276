"""Pipelines: which stages a workflow has, in which order, and what feeds what. Written as YAML in `pipelines/`.

A step takes an input from the film (`film`) or from an output of an earlier step (`demux.speech_audio`). A setting
may be a value of the job, written with a dollar: `$source_language`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from services.runtime.errors import InvalidDocument, unknown_name

from .records import Deliverable, PlannedInput, PlannedStep

FILM = "film"
_FOLDER = Path(__file__).parent / "pipelines"
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class StepDefinition:
    """One stage of a pipeline."""

    __pydantic_config__ = _STRICT

    stage: str
    inputs: dict[str, str | tuple[str, ...]]
    """Source, or sources, by role."""
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliverableDefinition:
    """One output that people get, and the ending of its file name."""

    __pydantic_config__ = _STRICT

    output: str
    """`stage.role`"""
    extension: str


@dataclass(frozen=True)
class Pipeline:
    """The steps of a workflow. A stage appears at most once."""

    __pydantic_config__ = _STRICT

    steps: tuple[StepDefinition, ...]
    deliverables: tuple[DeliverableDefinition, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        return tuple(step.stage for step in self.steps)

    def plan(self) -> tuple[PlannedStep, ...]:
        """The steps with their numbers, from 1, and where their inputs come from."""
        return tuple(
            PlannedStep(number, step.stage, inputs=_planned_inputs(step))
            for number, step in enumerate(self.steps, start=1)
        )

    def planned_deliverables(self) -> tuple[Deliverable, ...]:
        return tuple(Deliverable(*_output(d.output), d.extension) for d in self.deliverables)

    def settings(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """What the pipeline itself sets, by `stage.setting`, with the job's values filled in.

        Raises InvalidDocument for a `$name` that is not a value of the job.
        """
        return {
            f"{step.stage}.{name}": filled
            for step in self.steps
            for name, value in step.settings.items()
            if (filled := _filled(value, job)) is not None
        }


def workflows() -> tuple[str, ...]:
    """Names of the workflows there are."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load(workflow: str) -> Pipeline:
    """The pipeline of a workflow. Raises UnknownName."""
    if workflow not in workflows():
        raise unknown_name("workflow", workflow, workflows())
    return parse((_FOLDER / f"{workflow}.yaml").read_text(), workflow)


def parse(text: str, name: str) -> Pipeline:
    """Reads a pipeline. Raises InvalidDocument if it is not one, or if it does not hang together."""
    try:
        pipeline = TypeAdapter(Pipeline).validate_python(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidDocument(f"pipeline {name} cannot be read: {error}") from error
    _check(pipeline, name)
    return pipeline


def _check(pipeline: Pipeline, name: str) -> None:
    seen: set[str] = set()
    for step in pipeline.plan():
        if step.stage in seen:
            raise InvalidDocument(f"pipeline {name} has the stage {step.stage} twice")
        for given in step.inputs:
            if given.stage and given.stage not in seen:
                raise InvalidDocument(f"pipeline {name}: {step.stage} takes from {given.stage}, which is not before it")
        seen.add(step.stage)
    for deliverable in pipeline.planned_deliverables():
        if deliverable.stage not in seen:
            raise InvalidDocument(f"pipeline {name} delivers from {deliverable.stage}, which is not in it")


def _planned_inputs(step: StepDefinition) -> tuple[PlannedInput, ...]:
    return tuple(
        PlannedInput(role, *_output(source))
        for role, sources in step.inputs.items()
        for source in ((sources,) if isinstance(sources, str) else sources)
    )


def _output(source: str) -> tuple[str, str]:
    """(stage, role) of a source; both empty for the film."""
    if source == FILM:
        return "", ""
    stage, dot, role = source.partition(".")
    if not dot:
        raise InvalidDocument(f"{source!r} names no output: write it as stage.role, or film")
    return stage, role


def _filled(value: Any, job: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in job:
            raise InvalidDocument(f"{value} is no value of a job; known are: {', '.join(sorted(job))}")
        return job[value[1:]]
    if isinstance(value, list):
        return [_filled(item, job) for item in value]
    return value
