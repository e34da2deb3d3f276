"""Traces: what is shown of a job as spans, and how their ids travel. Pure; `otlp` sends them.

Ids follow from what a span is about, so whoever tells of a part knows the id of the whole without having asked, and a
coordinator that goes on with a job of another goes on with its trace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .artifact import digest_bytes
from .clock import Phase
from .manifest import Manifest, Status
from .request import StageRequest

HEADER = "traceparent"
"""Name of the gRPC metadata, as W3C Trace Context calls it."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")


@dataclass(frozen=True)
class Span:
    """One thing that took its time."""

    name: str
    trace_id: str
    """32 hex."""
    span_id: str
    """16 hex."""
    parent_id: str
    """16 hex; empty for the first span of a trace."""
    start: float
    """Seconds since the epoch."""
    end: float
    """Seconds since the epoch."""
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)
    error: str = ""
    """Why it ended badly; empty if it did not."""


Metadata = tuple[tuple[str, str], ...]
"""What is sent beside a gRPC call, by name."""

SpanSink = Callable[[Iterable[Span]], None]
"""Takes spans that have ended; must return quickly."""


def id_of_trace(*about: str) -> str:
    """The id of the trace about that: 32 hex."""
    return digest_bytes("\n".join(about).encode())[:32]


def id_of_span(trace_id: str, *about: str | int) -> str:
    """The id, in that trace, of the span about that: 16 hex."""
    return digest_bytes("\n".join([trace_id, *map(str, about)]).encode())[:16]


def to_metadata(request: StageRequest) -> Metadata:
    """What is sent beside a request, so that the spans of its run find their place."""
    if not request.parent_span_id:
        return ()
    return ((HEADER, f"00-{request.trace_id}-{request.parent_span_id}-01"),)


def with_metadata(request: StageRequest, metadata: Iterable[tuple[str, str | bytes]]) -> StageRequest:
    """The request in the trace that came beside it, unless it names another itself."""
    text = next((value for name, value in metadata if name == HEADER), "")
    known = _TRACEPARENT.fullmatch(text) if isinstance(text, str) else None
    if known is None or not _TRACE_ID.fullmatch(known[1]) or request.trace_id not in ("", known[1]):
        return request
    return replace(request, trace_id=known[1], parent_span_id=known[2])


def attempt_spans(manifest: Manifest, phases: Sequence[Phase], parent_id: str) -> list[Span]:
    """An attempt and, in it, what it spent its time on; nothing if whoever asked named no trace."""
    trace_id = manifest.trace_id
    if not _TRACE_ID.fullmatch(trace_id):
        return []
    step = manifest.step
    about = (step.prefix, "attempt", manifest.attempt)
    attempt = Span(
        name=f"attempt {manifest.stage}",
        trace_id=trace_id,
        span_id=id_of_span(trace_id, *about),
        parent_id=parent_id,
        start=manifest.times.started.timestamp(),
        end=manifest.times.finished.timestamp(),
        attributes=_attributes(manifest),
        error=error_of(manifest),
    )
    return [attempt, *(_phase_span(attempt, number, phase) for number, phase in enumerate(phases))]


def error_of(manifest: Manifest) -> str:
    """Why an attempt ended badly; empty if it did not."""
    if manifest.status not in (Status.FAILED, Status.CANCELLED):
        return ""
    return "; ".join(f"{error.code}: {error.message}" for error in manifest.errors)


def _phase_span(attempt: Span, number: int, phase: Phase) -> Span:
    return Span(
        name=phase.name,
        trace_id=attempt.trace_id,
        span_id=id_of_span(attempt.trace_id, attempt.span_id, number),
        parent_id=attempt.span_id,
        start=phase.start,
        end=phase.end,
    )


def _attributes(manifest: Manifest) -> dict[str, str | int | float]:
    known: dict[str, str | int | float] = {
        "cuegraph.job": manifest.job,
        "cuegraph.stage": manifest.stage,
        "cuegraph.shard": manifest.shard,
        "cuegraph.attempt": manifest.attempt,
        "cuegraph.status": str(manifest.status),
        "cuegraph.queued_seconds": manifest.times.queued_seconds,
        "host.name": manifest.host.node,
    }
    if manifest.throughput is not None:
        known["cuegraph.media_seconds"] = manifest.throughput.media_seconds
        known["cuegraph.real_time_factor"] = manifest.throughput.real_time_factor
    return known
