"""Sends spans to an OpenTelemetry collector. Imported only in a process that was told of one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator

from .redaction import Redactor
from .traces import Span

_SEND_SECONDS = 5.0
"""How long one sending may take; also how long the end of a process may wait for a collector that is gone."""


class Otlp:
    """A sink for spans. They are sent from a thread of its own and given up when too many wait."""

    def __init__(self, endpoint: str, service: str, version: str, redactor: Redactor) -> None:
        """`endpoint` is the collector's address for OTLP over gRPC, e.g. `http://127.0.0.1:4317`."""
        keep_out_of_runs()
        self._redactor = redactor
        self._ids = _GivenIds()
        self._lock = threading.Lock()
        resource = Resource.create({"service.name": service, "service.version": version})
        self._provider = TracerProvider(resource=resource, id_generator=self._ids)  # shuts down with the process
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=_SEND_SECONDS)))
        self._tracer = self._provider.get_tracer("cuegraph", version)

    def __call__(self, spans: Iterable[Span]) -> None:
        for span in spans:
            made = self._begin(span)
            if span.error:
                made.set_status(trace.StatusCode.ERROR, self._redactor.text(span.error))
            made.end(_nanoseconds(span.end))

    def close(self) -> None:
        """Sends what is left."""
        self._provider.shutdown()

    def _begin(self, span: Span) -> trace.Span:
        with self._lock:
            self._ids.give(span)
            return self._tracer.start_span(
                span.name,
                _parent(span),
                attributes=self._redactor.tree(dict(span.attributes)),
                start_time=_nanoseconds(span.start),
            )


class _GivenIds(IdGenerator):
    """The ids of the span that is begun next: they were known before the SDK heard of it."""

    def give(self, span: Span) -> None:
        self._trace_id, self._span_id = int(span.trace_id, 16), int(span.span_id, 16)

    def generate_trace_id(self) -> int:
        return self._trace_id

    def generate_span_id(self) -> int:
        return self._span_id


def keep_out_of_runs() -> None:
    """What the SDK says is the process's own: from its thread it would else go into the log of every run under way."""
    library = logging.getLogger("opentelemetry")
    library.propagate = False
    for handler in logging.getLogger().handlers:
        library.addHandler(handler)


def _parent(span: Span) -> Context:
    if not span.parent_id:
        return Context()
    ids = int(span.trace_id, 16), int(span.parent_id, 16)
    above = trace.SpanContext(*ids, is_remote=True, trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED))
    return trace.set_span_in_context(trace.NonRecordingSpan(above), Context())


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
