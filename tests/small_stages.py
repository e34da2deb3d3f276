"""Small stages for tests of what stands around a stage."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.runtime.artifact import Artifact
from services.runtime.execute import execute
from services.runtime.manifest import CodeRecord, Manifest, SettingRecord, Status, from_json
from services.runtime.models import Catalog, ModelStore
from services.runtime.node import Node
from services.runtime.redaction import Redactor
from services.runtime.request import StageInput, StageRequest, StageResult
from services.runtime.stage import Input, Output, Run, Stage
from services.runtime.store import blobs
from services.runtime.store.base import Store
from services.runtime.store.keys import Step


@dataclass(frozen=True)
class UpperSettings:
    repeat: int = 1
    """How many times the text is written."""
    suffix: str = ""
    """What is appended."""


class Upper(Stage[UpperSettings]):
    """Writes its text in capitals: does what it is asked."""

    name = "upper"
    version = "1"
    inputs = (Input("text"),)
    outputs = (Output("text", "text/plain"), Output("extra", "text/plain", optional=True, many=True))

    def run(self, run: Run[UpperSettings]) -> None:
        text = run.input("text").read_text() * run.settings.repeat + run.settings.suffix
        run.output("text", "upper.txt", language="en").write_text(text.upper())


class Doing(Upper):
    """Does whatever a test wants."""

    def __init__(self, what: Callable[[Run[UpperSettings]], None]) -> None:
        self._what = what

    def run(self, run: Run[UpperSettings]) -> None:
        self._what(run)

    @classmethod
    def settings_type(cls) -> type[UpperSettings]:
        return UpperSettings


@dataclass
class Heard:
    """An observer that keeps what it hears."""

    lines: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        self.seconds.append(done_seconds)

    def log(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def node_of(store: Store, folder: Path, secrets: Sequence[str] = ()) -> Node:
    """A node without models."""
    models = ModelStore(folder / "models", Catalog([]))
    return Node(store, models, folder / "scratch", CodeRecord("0"), redactor=Redactor(secrets))


def step_of(job: str = "job1", number: int = 1) -> Step:
    return Step(job, number, "upper")


def text_input(store: Store, text: str = "to be ") -> StageInput:
    return StageInput("text", blobs.add_bytes(store, text.encode(), "text/plain"))


def run_step(
    stage: Stage[Any],
    node: Node,
    *,
    step: Step | None = None,
    settings: dict[str, Any] | None = None,
    observer: Heard | None = None,
    cancelled: threading.Event | None = None,
    use_cache: bool = True,
    cache_scope: str = "",
) -> tuple[StageResult, Manifest]:
    """Executes one step on the usual input and reads the manifest it answers with."""
    request = StageRequest(
        step or step_of(),
        (text_input(node.store),),
        {name: SettingRecord(value, "command line") for name, value in (settings or {}).items()},
        use_cache=use_cache,
        cache_scope=cache_scope,
    )
    result = execute(stage, request, node, observer or Heard(), cancelled or threading.Event())
    return result, manifest_at(node.store, result.manifest)


def manifest_at(store: Store, artifact: Artifact) -> Manifest:
    return from_json(blobs.read(store, artifact))


def assert_nothing_is_called_done_that_is_not(store: Store) -> None:
    """Every manifest that was written says SUCCEEDED and has its outputs and its log in the store, byte for byte."""
    for key in store.list("jobs/"):
        if key.endswith("/manifest.json"):
            manifest = from_json(store.get(key))
            assert manifest.status is Status.SUCCEEDED
            for artifact in (*(o.artifact for o in manifest.outputs), *(log.artifact for log in manifest.logs)):
                blobs.read(store, artifact)
