"""The stages' own functions called one after the other: no store, no digests, no manifests, no logs, no coordinator.

python -m tests.bench.plain_script RECIPE FILM FOLDER     prints what took how long as JSON
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from pydantic import TypeAdapter

from services.runtime.layers import effective
from services.runtime.manifest import SettingRecord
from services.runtime.registry import load_stage
from services.runtime.settings import quiet_libraries
from services.runtime.testing import make_run

FILM = "film"


@dataclass(frozen=True)
class PlainStep:
    """One stage to call."""

    stage: str
    settings: dict[str, Any]
    models: dict[str, Path]
    inputs: dict[str, tuple[str, ...]]
    """By role: `film`, or `stage.role` of an earlier step."""


RECIPE = TypeAdapter(tuple[PlainStep, ...])


@dataclass
class Times:
    """Where the time went, in seconds."""

    start: float
    """From the start of the process to the first stage: imports."""
    load: float = 0.0
    """Loading models, and the libraries that they need."""
    ended: float = 0.0
    """When the last stage ended, in seconds since the epoch."""


def main(recipe: Path, film: Path, folder: Path) -> Times:
    quiet_libraries()
    steps = RECIPE.validate_json(recipe.read_bytes())
    files: dict[str, Path] = {FILM: film}
    times = Times(start=time.time() - psutil.Process().create_time())
    for step in steps:
        times.load += _run(step, files, folder / step.stage)
    times.ended = time.time()
    return times


def _run(step: PlainStep, files: dict[str, Path], folder: Path) -> float:
    """Runs one stage, adds what it wrote to `files`, and answers with the seconds that its models took to load."""
    stage = load_stage(step.stage)
    settings, _ = effective(step.stage, stage.settings_type(), _records(step.settings))
    inputs = {role: [files[name] for name in names] for role, names in step.inputs.items()}
    run = make_run(stage, folder=folder, settings=settings, inputs=inputs, models=step.models)
    begin = time.perf_counter()
    stage.warm_up(run)
    load_seconds = time.perf_counter() - begin
    stage.run(run)
    files.update({f"{step.stage}.{output.role}": output.path for output in run.outputs})
    return load_seconds


def _records(settings: Mapping[str, Any]) -> dict[str, SettingRecord]:
    return {name: SettingRecord(value, "job file") for name, value in settings.items()}


def paths(arguments: Sequence[str]) -> list[Path]:
    return [Path(argument) for argument in arguments]


if __name__ == "__main__":
    print(json.dumps(asdict(main(*paths(sys.argv[1:])))))
