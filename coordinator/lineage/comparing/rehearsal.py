"""Runs a step in memory to know what it would write: only steps that read no media and take no time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace

from services.documents import codec
from services.documents.glossary import Glossary
from services.runtime.artifact import Artifact
from services.runtime.errors import ObjectNotFound
from services.runtime.execute import execute
from services.runtime.manifest import Manifest, Status, from_json
from services.runtime.node import Node
from services.runtime.registry import load_stage
from services.runtime.request import StageRequest
from services.runtime.store import blobs
from services.runtime.store.memory import MemoryStore
from services.runtime.telemetry import Telemetry

REHEARSED = ("glossary",)
"""Pure functions of small files, done in milliseconds."""


class Rehearsal:
    """Runs steps so that they leave nothing in the store."""

    def __init__(self, node: Node, given: Mapping[str, bytes]) -> None:
        """`given` are files that the store does not have yet, by digest."""
        self._store, self._given = node.store, given
        self._node = replace(node, store=MemoryStore(), telemetry=Telemetry())

    def run(self, request: StageRequest) -> Manifest | None:
        """What the step would write; None if it is none that can be tried so, or fails."""
        stage = request.step.stage
        if stage not in REHEARSED or not all(self._bring(given.artifact) for given in request.inputs):
            return None
        done = execute(load_stage(stage), request, self._node, _Nobody(), threading.Event())
        return from_json(blobs.read(self._node.store, done.manifest)) if done.status is Status.SUCCEEDED else None

    def glossary(self, manifest: Manifest | None) -> Glossary | None:
        """The glossary that a step wrote, here or in the store; None if it wrote none."""
        output = manifest.output("glossary") if manifest else None
        if output is None or not self._bring(output.artifact):
            return None
        return codec.from_json(Glossary, blobs.read(self._node.store, output.artifact))

    def _bring(self, artifact: Artifact) -> bool:
        """Whether the file is at hand: in memory by now, or nowhere."""
        if self._node.store.size(artifact.uri or "nowhere") is not None:
            return True
        data = self._given.get(artifact.digest)
        if data is None:
            try:
                data = blobs.read(self._store, artifact)
            except ObjectNotFound:
                return False
        blobs.add_bytes(self._node.store, data, artifact.media_type)
        return True


class _Nobody:
    """Hears nothing."""

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        """See Observer."""

    def log(self, record: logging.LogRecord) -> None:
        """See Observer."""
