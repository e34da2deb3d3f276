"""What it costs a step that does nothing to be measured and traced: watched and not in turns, on the same disk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from coordinator.app import open_app
from services.runtime.exposition import RunMetrics, registry_of
from services.runtime.manifest import from_json
from services.runtime.node import Node
from services.runtime.redaction import Redactor
from services.runtime.request import StageClient
from services.runtime.store import blobs
from services.runtime.telemetry import AttemptReport, open_telemetry
from services.runtime.traces import id_of_span, id_of_trace
from tests.bench.clock import milliseconds
from tests.bench.figures import Figure, median
from tests.bench.noop_stage import Deaf, noop_here, request
from tests.collector import collecting

RATIO = 1.05
"""Watched beside unwatched."""


def measure(folder: Path, *, count: int = 300) -> Iterator[Figure]:
    plain = open_app((folder / "store").as_uri()).node
    with collecting() as collector:
        telemetry = open_telemetry(collector.address, "bench", "0", Redactor())
        telemetry.add(RunMetrics(registry_of()))
        watched = replace(plain, telemetry=telemetry)
        yield from _in_turns(noop_here(plain), noop_here(watched), count)
        yield from _alone(watched, count)
        telemetry.close()
        yield Figure("spans that arrived at the collector", len(collector.received), "", note="more is right")


def _in_turns(plain: StageClient, watched: StageClient, count: int) -> Iterator[Figure]:
    pairs = [(_run(plain, 2 * number), _run(watched, 2 * number + 1)) for number in range(count + 1)][1:]
    without, with_it = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    one, other = median("not watched", without, "ms"), median("metrics and traces", with_it, "ms")
    yield one
    yield other
    yield Figure("watched beside not watched", other.value / one.value, "x", RATIO)


def _alone(node: Node, count: int) -> Iterator[Figure]:
    """What is done when an attempt has ended, without the attempt."""
    trace_id = id_of_trace("alone")
    asked = replace(request(9_999), trace_id=trace_id, parent_span_id=id_of_span(trace_id, "step"))
    result = noop_here(node).run(asked, Deaf(), threading.Event())
    report = AttemptReport(from_json(blobs.read(node.store, result.manifest)), (), asked.parent_span_id)
    yield median(
        "taking note of an attempt",
        [milliseconds(lambda: node.telemetry.attempt_ended(report)) for _ in range(count)],
        "ms",
    )


def _run(client: StageClient, number: int) -> float:
    trace_id = id_of_trace(str(number))
    asked = replace(request(number), trace_id=trace_id, parent_span_id=id_of_span(trace_id, "step"))
    return milliseconds(lambda: client.run(asked, Deaf(), threading.Event()))
