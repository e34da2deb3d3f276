"""A stage in this process."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from . import layers
from .errors import Cancelled, CuegraphError
from .execute import execute, warm_up
from .manifest import SettingRecord
from .node import Node
from .request import Observer, StageDescription, StageRequest, StageResult
from .stage import Input, Output, Stage
from .store.keys import Step

_LOOK_SECONDS = 0.2
"""How often a run that waits for its turn looks whether it was cancelled."""


class LocalStage:
    """Runs a stage in the caller's thread; more callers than `capacity` wait for their turn."""

    def __init__(
        self, stage: Stage[Any], node: Node, *, capacity: int = 1, warm: Mapping[str, SettingRecord] | None = None
    ) -> None:
        """`warm` are settings, beside the defaults, with which `warm_up` loads. Raises InvalidSetting."""
        self._stage = stage
        self._node = node
        self._warm, _ = layers.effective(stage.name, stage.settings_type(), warm or {})
        self._capacity = capacity
        self._slots = threading.BoundedSemaphore(capacity)
        self._under_way: set[Step] = set()

    @property
    def name(self) -> str:
        return self._stage.name

    @property
    def capacity(self) -> int:
        """How many runs it takes at once."""
        return self._capacity

    @property
    def under_way(self) -> int:
        """How many runs it has taken and not ended."""
        return len(self._under_way)

    def describe(self) -> StageDescription:
        return describe(self._stage, self._capacity)

    def warm_up(self) -> None:
        """Loads what a run needs. Raises ModelError."""
        warm_up(self._stage, self._warm, self._node)

    def run(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> StageResult:
        while not self._slots.acquire(timeout=_LOOK_SECONDS):
            if cancelled.is_set():
                raise Cancelled(f"{self._stage.name} was cancelled before its turn came")
        self._under_way.add(request.step)
        try:
            return execute(self._stage, request, self._node, observer, cancelled)
        except CuegraphError as error:
            self._node.telemetry.run_failed(self._stage.name, error)
            raise
        finally:
            self._under_way.discard(request.step)
            self._slots.release()


def describe(stage: Stage[Any], capacity: int) -> StageDescription:
    """What a stage says about itself."""
    settings_type = stage.settings_type()
    return StageDescription(
        name=stage.name,
        version=stage.version,
        inputs=tuple(_role(declared) for declared in stage.inputs),
        outputs=tuple(_role(declared) for declared in stage.outputs),
        settings_schema=layers.json_schema(settings_type),
        models=tuple(stage.models(settings_type())),
        capacity=capacity,
    )


def _role(declared: Input | Output) -> str:
    return declared.role + "?" * declared.optional + "*" * declared.many
