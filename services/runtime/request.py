"""What is asked of a stage and what it answers: the same whether it runs in this process or far away."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .artifact import Artifact
from .manifest import Origin, SettingRecord, Status, now
from .store.keys import Step


@dataclass(frozen=True)
class StageInput:
    """One file for one role."""

    role: str
    artifact: Artifact
    origin: Origin | None = None
    """Where it came from; None for the film itself."""


@dataclass(frozen=True)
class StageRequest:
    """Asks for one step to be done."""

    step: Step
    inputs: tuple[StageInput, ...] = ()
    settings: dict[str, SettingRecord] = field(default_factory=dict)
    """Settings that differ from the stage's defaults, each with its source. Values are JSON."""
    use_cache: bool = True
    """Whether the outputs of an equal action may be taken over."""
    requested: datetime = field(default_factory=now)
    trace_id: str = ""
    """32 hex; empty if nobody traces the request."""
    parent_span_id: str = field(default="", compare=False)
    """The span of whoever asks, 16 hex, empty if there is none. It travels beside the request and is no part of it."""
    debug: bool = False
    """Whether scratch files are kept as intermediates, and DEBUG lines told to the observer."""
    cache_scope: str = ""
    """Whose outputs may be taken over: only requests of one scope share theirs."""


@dataclass(frozen=True)
class StageResult:
    """What came of it: the manifest says everything else."""

    manifest: Artifact
    status: Status


class Observer(Protocol):
    """Hears what happens while a stage runs. Called from the stage's threads; must return quickly."""

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        """So many seconds of media are done."""

    def log(self, record: logging.LogRecord) -> None:
        """A line for those who watch: INFO and up, all of them if debugging; secrets are removed already."""


@dataclass(frozen=True)
class StageDescription:
    """What a stage says about itself."""

    name: str
    version: str
    inputs: tuple[str, ...]
    """Roles; `?` after an optional one, `*` after one that takes many."""
    outputs: tuple[str, ...]
    settings_schema: dict[str, Any]
    """JSON Schema of the settings."""
    models: tuple[str, ...]
    """Names of the models that it uses with its default settings."""
    capacity: int
    """How many runs it takes at once."""


class StageClient(Protocol):
    """A stage, wherever it is."""

    def describe(self) -> StageDescription:
        """What the stage takes, gives and can be told. Raises StageUnavailable."""

    def run(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> StageResult:
        """Runs the step, or joins the run of the same step that is under way, or answers with its commit.

        Returns when the step has a manifest, a FAILED or CANCELLED one too. Raises only if the step could not
        start or its end could not be learned: InputError, ModelError, StageUnavailable, StageBusy, StageCrashed,
        StoreError, RemoteError, or Cancelled before it began.
        Setting `cancelled` reaches the stage within a second.
        """
