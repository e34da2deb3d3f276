"""Pipelines: which stages a workflow has, in which order, and what feeds what. Written as YAML in `pipelines/`.

A step takes an input from what the job is about (`film`, or `transcript`), from files that came with it
(`files.job_glossary`) or from an output of an earlier step (`demux.speech_audio`). A setting may be a value of the job,
written with a dollar (`$source_language`), or true unless another one has a value:
`{unless: {separation.engine: none}}`.

- `unless: {separation.engine: none}`: the step is skipped if that setting has that value.
- `without: {film: {subtitles.shot_changes: false}}`: the input of that role is left out if that setting has that value.
- `needs: [separation.vocals]`: the step is skipped if that output was not written.
- `shards: $target_languages`: one run for each. A step of the same shard feeds it, else the one that has no shards; a
  step without shards takes from all of them. The setting whose value is `$shard` gets the shard's name. The files of a
  shard have its name after a dot: `files.edited_subtitles` are, for `pt`, those named `edited_subtitles.pt`.
- `partial: true`: should shards of its inputs fail, the step is also done with those there are.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from services.runtime.errors import InvalidDocument, unknown_name
from services.runtime.store.keys import UNSHARDED

from .records import Deliverable, PlannedInput, PlannedStep

SUBJECTS = ("film", "transcript")
"""What a job can be about."""
FILES = "files"
SHARD = "$shard"
_FOLDER = Path(__file__).parent / "pipelines"
_STRICT = ConfigDict(extra="forbid")

Setting = Callable[[str], Any]
"""The value of a setting, by `stage.setting`."""


@dataclass(frozen=True)
class StepDefinition:
    """One stage of a pipeline."""

    __pydantic_config__ = _STRICT

    stage: str
    inputs: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Source, or sources, by role."""
    settings: dict[str, Any] = field(default_factory=dict)
    unless: dict[str, Any] = field(default_factory=dict)
    without: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By role: the setting and its value with which the stage has no use for the input."""
    needs: tuple[str, ...] = ()
    shards: Literal["", "$target_languages"] = ""
    partial: bool = False

    @property
    def shard_setting(self) -> str:
        return next((name for name, value in self.settings.items() if value == SHARD), "")


@dataclass(frozen=True)
class DeliverableDefinition:
    """One output that people get, and the ending of its file name."""

    __pydantic_config__ = _STRICT

    output: str
    """`stage.role`"""
    extension: str


@dataclass(frozen=True)
class Pipeline:
    """The steps of a workflow. A stage appears at most once without shards and once with them."""

    __pydantic_config__ = _STRICT

    steps: tuple[StepDefinition, ...]
    deliverables: tuple[DeliverableDefinition, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        """In order, each once."""
        return tuple(dict.fromkeys(step.stage for step in self.steps))

    @property
    def has_targets(self) -> bool:
        """Whether it does anything for target languages."""
        return any(step.shards for step in self.steps)

    def plan(self, targets: Sequence[str] = (), setting: Setting | None = None) -> tuple[PlannedStep, ...]:
        """The steps with the numbers of their stages, from 1, and where their inputs come from.

        Without `setting`, no condition on a setting is looked at.
        """
        plan: list[PlannedStep] = []
        for step in self.steps:
            for shard in targets if step.shards else (UNSHARDED,):
                plan.append(self._planned(step, shard, plan, setting))
        return tuple(sorted(plan, key=lambda step: step.number))

    def planned_deliverables(self) -> tuple[Deliverable, ...]:
        return tuple(Deliverable(*_source(d.output), d.extension) for d in self.deliverables)

    def settings(self, job: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
        """What the pipeline itself sets, by `stage.setting`, with the job's values filled in.

        Raises InvalidDocument for a `$name` that is not a value of the job.
        """
        return {
            f"{step.stage}.{name}": filled
            for step in self.steps
            for name, value in step.settings.items()
            if value != SHARD and (filled := _filled(value, job, setting)) is not None
        }

    def _planned(
        self, step: StepDefinition, shard: str, before: Sequence[PlannedStep], setting: Setting | None
    ) -> PlannedStep:
        unwanted = {role for role, values in step.without.items() if setting and _is_so(values, setting)}
        return PlannedStep(
            number=self.stages.index(step.stage) + 1,
            stage=step.stage,
            shard=shard,
            inputs=tuple(given for given in _planned_inputs(step, shard, before) if given.role not in unwanted),
            needs=step.needs,
            skip=_skip(step, setting) if setting else "",
            shard_setting=step.shard_setting,
            partial=step.partial,
        )


def workflows() -> tuple[str, ...]:
    """Names of the workflows there are."""
    return tuple(sorted({path.name.partition(".")[0] for path in _FOLDER.glob("*.yaml")}))


@functools.cache
def load(workflow: str, subject: str = "film") -> Pipeline:
    """The pipeline of a workflow for a film or a transcript. Raises UnknownName."""
    if workflow not in workflows():
        raise unknown_name("workflow", workflow, workflows())
    name = workflow if subject == "film" else f"{workflow}.{subject}"
    path = _FOLDER / f"{name}.yaml"
    if not path.exists():
        able = [it for it in workflows() if (_FOLDER / f"{it}.{subject}.yaml").exists()]
        raise unknown_name(f"workflow for a {subject}", workflow, able)
    return parse(path.read_text(), name)


def parse(text: str, name: str) -> Pipeline:
    """Reads a pipeline. Raises InvalidDocument if it is not one, or if it does not hang together."""
    try:
        pipeline = TypeAdapter(Pipeline).validate_python(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidDocument(f"pipeline {name} cannot be read: {error}") from error
    _check(pipeline, name)
    return pipeline


def _check(pipeline: Pipeline, name: str) -> None:
    seen: set[tuple[str, str]] = set()
    for step in pipeline.steps:
        if (step.stage, step.shards) in seen:
            raise InvalidDocument(f"pipeline {name} has the stage {step.stage} twice")
        known = {stage for stage, _ in seen}
        for stage, _ in (_source(source) for source in (*_sources(step), *step.needs)):
            if stage and stage not in known:
                raise InvalidDocument(f"pipeline {name}: {step.stage} takes from {stage}, which is not before it")
        seen.add((step.stage, step.shards))
    for deliverable in pipeline.planned_deliverables():
        if deliverable.stage not in pipeline.stages:
            raise InvalidDocument(f"pipeline {name} delivers from {deliverable.stage}, which is not in it")


def _sources(step: StepDefinition) -> Iterator[str]:
    for sources in step.inputs.values():
        yield from (sources,) if isinstance(sources, str) else sources


def _planned_inputs(step: StepDefinition, shard: str, before: Sequence[PlannedStep]) -> Iterator[PlannedInput]:
    for role, sources in step.inputs.items():
        for source in (sources,) if isinstance(sources, str) else sources:
            stage, output = _source(source)
            if not stage and output and shard != UNSHARDED:
                output = f"{output}.{shard}"
            for feeding in _shards_of(stage, shard, before) if stage else (UNSHARDED,):
                yield PlannedInput(role, stage, output, feeding)


def _shards_of(stage: str, shard: str, before: Sequence[PlannedStep]) -> list[str]:
    """The shards of a producer that feed a shard of a consumer."""
    there = [step.shard for step in before if step.stage == stage]
    if shard == UNSHARDED:
        return there
    return [shard] if shard in there else [it for it in there if it == UNSHARDED]


def _source(source: str) -> tuple[str, str]:
    """(stage, role) of a source; for what came from outside no stage, and the name of the job's files or nothing."""
    if source in SUBJECTS:
        return "", ""
    stage, dot, role = source.partition(".")
    if not dot:
        raise InvalidDocument(f"{source!r} names no output: write it as stage.role, files.name or film")
    return ("", role) if stage == FILES else (stage, role)


def _skip(step: StepDefinition, setting: Setting) -> str:
    return next((f"{name} is {value}" for name, value in step.unless.items() if setting(name) == value), "")


def _is_so(values: Mapping[str, Any], setting: Setting) -> bool:
    """Whether any of the settings has the value."""
    return any(setting(name) == value for name, value in values.items())


def _filled(value: Any, job: Mapping[str, Any], setting: Setting) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in job:
            raise InvalidDocument(f"{value} is no value of a job; known are: {', '.join(sorted(job))}")
        return job[value[1:]]
    if isinstance(value, list):
        return [_filled(item, job, setting) for item in value]
    if isinstance(value, dict) and set(value) == {"unless"}:
        return not _is_so(value["unless"], setting)
    return value
