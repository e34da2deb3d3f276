"""A collector of traces in this process: what was sent to it over OTLP, span by span."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PATIENCE_SECONDS = 60.0


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what it gets, with the name of the service that sent it."""

    def __init__(self) -> None:
        self.address = ""
        self.received: list[tuple[str, Span]] = []
        self._changed = threading.Condition()

    def Export(  # noqa: N802  the contract's name
        self, message: trace_service_pb2.ExportTraceServiceRequest, context: Any
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        with self._changed:
            for sent in message.resource_spans:
                service = next(it.value.string_value for it in sent.resource.attributes if it.key == "service.name")
                self.received += [(service, span) for scope in sent.scope_spans for span in scope.spans]
            self._changed.notify_all()
        return trace_service_pb2.ExportTraceServiceResponse()

    def spans(self, name: str) -> list[Span]:
        """Those whose name begins so."""
        return [span for _, span in self.received if span.name.startswith(name)]

    def wait_for(self, name: str) -> None:
        """Until there is a span whose name begins so."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.spans(name), PATIENCE_SECONDS), f"no span {name}"


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port."""
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    collector.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(None).wait(PATIENCE_SECONDS)


def attributes(span: Span) -> dict[str, str | int | float]:
    """What a span says, by name."""
    return {it.key: getattr(it.value, str(it.value.WhichOneof("value"))) for it in span.attributes}
