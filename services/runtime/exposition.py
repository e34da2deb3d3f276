"""Shows metrics to Prometheus over HTTP, and counts what becomes of the runs of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from . import metrics
from .errors import CuegraphError, InvalidRequest
from .manifest import Manifest, Status
from .metrics import Metric, Values
from .telemetry import AttemptReport

_WORKED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)
"""Attempts that show how long the work takes; one that was skipped or reused shows nothing of it."""


class RunMetrics:
    """Counts the attempts of a process."""

    def __init__(self, registry: CollectorRegistry, stages: Iterable[str] = ()) -> None:
        """Those of `stages` are shown before there are any: a first failure must be seen as a rise from nought."""
        self._of = {metric: _instrument(metric, registry) for metric in metrics.OF_ATTEMPTS}
        for stage in stages:
            for status in Status:
                self._of[metrics.ATTEMPTS].labels(stage, status)
            for metric, instrument in self._of.items():
                if metric.labels == ("stage",):
                    instrument.labels(stage)

    def attempt_ended(self, report: AttemptReport) -> None:
        manifest = report.manifest
        self._of[metrics.ATTEMPTS].labels(manifest.stage, manifest.status).inc()
        self._of[metrics.QUEUE_SECONDS].labels(manifest.stage).observe(manifest.times.queued_seconds)
        if manifest.status is Status.REUSED:
            self._of[metrics.CACHE_HITS].labels(manifest.stage).inc()
        if manifest.status is Status.FAILED:
            for error in manifest.errors:
                self._of[metrics.FAILURES].labels(manifest.stage, error.code).inc()
        if manifest.status in _WORKED:
            self._time(manifest)

    def run_failed(self, stage: str, error: CuegraphError) -> None:
        self._of[metrics.FAILURES].labels(stage, error.code).inc()

    def _time(self, manifest: Manifest) -> None:
        stage, times = manifest.stage, manifest.times
        self._of[metrics.RUN_SECONDS].labels(stage).observe((times.finished - times.started).total_seconds())
        self._of[metrics.FETCH_SECONDS].labels(stage).observe(times.fetch_seconds)
        self._of[metrics.LOAD_SECONDS].labels(stage).observe(times.load_seconds)
        self._of[metrics.COMPUTE_SECONDS].labels(stage).observe(times.compute_seconds)
        self._of[metrics.STORE_SECONDS].labels(stage).observe(times.store_seconds)
        if manifest.throughput is not None:
            self._of[metrics.MEDIA_SECONDS].labels(stage).inc(manifest.throughput.media_seconds)
            self._of[metrics.REAL_TIME_FACTOR].labels(stage).observe(manifest.throughput.real_time_factor)


class _Readings(Collector):
    """Gauges that are read when somebody looks."""

    def __init__(self, read: Callable[[], Mapping[Metric, Values]]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for metric, values in self._read().items():
            family = GaugeMetricFamily(metric.name, metric.text, labels=metric.labels)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family


@contextmanager
def exposed(listen: str, registry: CollectorRegistry) -> Iterator[str]:
    """Answers `GET /metrics` at `listen` (`host:port`; port 0 picks a free one), and says where.

    Raises InvalidRequest if the address cannot be bound.
    """
    host, _, port = listen.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]") or "0.0.0.0", registry)  # noqa: S104  as it was asked for
    except (OSError, ValueError, OverflowError) as error:
        raise InvalidRequest(
            f"cannot show metrics on {listen!r}: {error}; give another address as HOST:PORT"
        ) from error
    try:
        yield f"{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def registry_of(read: Callable[[], Mapping[Metric, Values]] = dict) -> CollectorRegistry:
    """A registry with what every process tells of itself, and what `read` finds when somebody looks."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Readings(read))
    return registry


def _instrument(metric: Metric, registry: CollectorRegistry) -> Any:
    if metric.kind == "histogram":
        return Histogram(metric.name, metric.text, metric.labels, buckets=metric.buckets, registry=registry)
    kind = {"counter": Counter, "gauge": Gauge}[metric.kind]
    return kind(metric.name, metric.text, metric.labels, registry=registry)
