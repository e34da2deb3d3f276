"""Runs one step from request to commit: everything around a stage that its author could forget."""

from __future__ import annotations

import logging
import socket
import threading
from typing import Any

from . import commits
from .actions import action_of, models_of
from .artifact import Artifact
from .attempt import Attempt
from .errors import StoreError
from .manifest import Manifest, now
from .node import Node
from .request import Observer, StageRequest, StageResult
from .stage import Loader, Stage
from .store.base import Store
from .telemetry import AttemptReport

_log = logging.getLogger(__name__)


def execute(
    stage: Stage[Any], request: StageRequest, node: Node, observer: Observer, cancelled: threading.Event
) -> StageResult:
    """Does a step, or finds it done: by a commit, by an attempt killed before its commit, or in the cache.

    Whatever happens once the attempt has begun ends in a manifest. Raises InputError or ModelError for a request that
    cannot start, before anything is written, and StoreError if the store or the scratch disk cannot take what must be
    kept.
    """
    done = commits.find(node.store, request.step)
    if done is None:
        action = action_of(stage, request, node.models)
        begun = commits.attempts(node.store, request.step)
        done = commits.adopt(node.store, request.step, begun)
    if done is None:
        done = _attempt(Attempt(stage, request, action, node), begun, observer, cancelled)
    manifest, committed = done
    return StageResult(committed, manifest.status)


def warm_up(stage: Stage[Any], settings: Any, node: Node) -> None:
    """Loads what a run with these settings would load. Raises UnknownName and ModelError."""
    models = {model.name: node.models.path(model.name) for model in models_of(stage, settings, node.models)}
    with node.engines.lease() as engine:
        stage.warm_up(Loader(settings, models, engine))


def _attempt(
    attempt: Attempt, begun: list[int], observer: Observer, cancelled: threading.Event
) -> tuple[Manifest, Artifact]:
    store, step = attempt.node.store, attempt.request.step
    signers = attempt.node.signers()  # a key that cannot be used is told before anything is written
    number = commits.claim_attempt(store, step, begun, _started(attempt))
    unfinished = commits.unfinished(store, step, begun)
    with attempt.node.workspace() as folder:
        manifest = attempt.run(number, unfinished, folder, observer, cancelled)
        counts = commits.commit(store, manifest, signers, attempt.kept)
    attempt.node.telemetry.attempt_ended(AttemptReport(manifest, attempt.clock.phases, attempt.request.parent_span_id))
    if attempt.stage.repeatable:
        _remember(store, *counts, attempt.request.cache_scope)
    return counts


def _remember(store: Store, manifest: Manifest, committed: Artifact, scope: str) -> None:
    """The step is done whether or not the cache can be told: that costs later jobs time, and this one nothing."""
    try:
        commits.remember(store, manifest, committed, scope)
    except StoreError as error:
        _log.warning("%s is done, but no other job can reuse it: %s: %s", committed.uri, error.code, error)


def _started(attempt: Attempt) -> dict[str, str]:
    return {
        "time": now().isoformat(),
        "host": socket.gethostname(),
        "action_key": attempt.action.key,
        "trace_id": attempt.request.trace_id,
    }
