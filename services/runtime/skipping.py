"""Leaves a SKIPPED manifest for a step that is not run, with the reason, its settings and a log like any other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .execute import execute
from .node import Node
from .request import Observer, StageRequest, StageResult
from .stage import Run, Skipped, Stage


def skip(stage: Stage[Any], reason: str, request: StageRequest, node: Node, observer: Observer) -> StageResult:
    """Commits the step as SKIPPED, unless it is done already. The stage itself is not run and needs no models.

    Raises InputError for settings that the stage does not know, StoreError.
    """
    bare = replace(request, inputs=(), use_cache=False)
    return execute(_Unneeded(stage, reason), bare, node, observer, threading.Event())


class _Unneeded(Stage[Any]):
    """Stands for a stage that has nothing to do."""

    inputs = ()
    outputs = ()

    def __init__(self, stage: Stage[Any], reason: str) -> None:
        self.name, self.version = stage.name, stage.version  # type: ignore[misc]  # of the stage it stands for
        self._stage, self._reason = stage, reason

    def settings_type(self) -> type[Any]:  # type: ignore[override]  # of the stage it stands for
        return self._stage.settings_type()

    def models(self, settings: Any) -> Sequence[str]:  # noqa: ARG002  it loads nothing
        return ()

    def run(self, run: Run[Any]) -> None:  # noqa: ARG002  it does nothing
        raise Skipped(self._reason)
