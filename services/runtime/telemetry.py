"""Tells those who measure what became of every run: nobody, unless the process was asked for metrics or traces."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from .clock import Phase
from .errors import CuegraphError
from .manifest import Manifest
from .redaction import Redactor
from .traces import Span, SpanSink, attempt_spans

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AttemptReport:
    """An attempt that has ended."""

    manifest: Manifest
    phases: tuple[Phase, ...]
    parent_span_id: str
    """The span of whoever asked, 16 hex; empty if nobody named one."""


class Listener(Protocol):
    """Called from the threads of runs; must return quickly."""

    def attempt_ended(self, report: AttemptReport) -> None: ...

    def run_failed(self, stage: str, error: CuegraphError) -> None:
        """A run was refused, or left no manifest."""


class Telemetry:
    """The listeners of a process. That one of them fails is logged: watching must not end what is watched."""

    def __init__(
        self,
        listeners: Iterable[Listener] = (),
        spans: SpanSink | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`spans` takes the spans of runs and jobs, if anybody collects them; `close` sends those that wait."""
        self.spans = spans
        self.close = close
        self._listeners = [*listeners, *([AttemptTraces(spans)] if spans else [])]

    def add(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def attempt_ended(self, report: AttemptReport) -> None:
        self._tell(lambda listener: listener.attempt_ended(report))

    def run_failed(self, stage: str, error: CuegraphError) -> None:
        self._tell(lambda listener: listener.run_failed(stage, error))

    def trace(self, spans: Callable[[], Iterable[Span]]) -> None:
        """Tells of what has ended, if anybody collects spans: only then are they made."""
        if self.spans is None:
            return
        try:
            self.spans(spans())
        except Exception:  # noqa: BLE001  what is traced goes on
            _log.exception("a span is lost")

    def _tell(self, event: Callable[[Listener], None]) -> None:
        for listener in self._listeners:
            try:
                event(listener)
            except Exception:  # noqa: BLE001  whatever is wrong with the listener
                _log.exception("%s failed to take note of a run", type(listener).__name__)


def open_telemetry(collector: str, service: str, version: str, redactor: Redactor) -> Telemetry:
    """Sends spans to the collector at that address, as those of `service`; without an address, nothing to nobody."""
    if not collector:
        return Telemetry()
    from .otlp import Otlp  # noqa: PLC0415  nobody else pays for loading it

    spans = Otlp(collector, service, version, redactor)
    return Telemetry(spans=spans, close=spans.close)


class AttemptTraces:
    """Shows attempts as spans."""

    def __init__(self, spans: SpanSink) -> None:
        self._spans = spans

    def attempt_ended(self, report: AttemptReport) -> None:
        self._spans(attempt_spans(report.manifest, report.phases, report.parent_span_id))

    def run_failed(self, stage: str, error: CuegraphError) -> None:
        """What left no manifest is told by the span of the step."""
