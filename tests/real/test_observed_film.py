"""A film through a coordinator and served stages can be followed: one trace, metrics of both, and logs as JSON."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc
from services.runtime import wire
from services.runtime.manifest import Manifest, from_json
from services.runtime.metrics import ALL
from services.runtime.store import blobs, open_store
from services.runtime.store.base import Store
from tests.collector import PATIENCE_SECONDS, Collector, attributes, collecting
from tests.small_coordinator import FILM

CUEGRAPH = Path(sys.executable).with_name("cuegraph")
SERVED = ("demux", "vad", "asr")
SECRET = "correct-horse-battery"


@dataclass
class Server:
    """A `cuegraph` process that serves, and logs JSON to a file."""

    process: subprocess.Popen[bytes]
    log: Path
    addresses: list[str] = field(default_factory=list)
    """Of its metrics, then of itself."""

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def samples(self) -> dict[str, float]:
        """What it shows, by name and labels."""
        with urllib.request.urlopen(f"{self.addresses[0]}", timeout=PATIENCE_SECONDS) as answer:
            text = answer.read().decode()
        return {
            f"{sample.name}{sorted(sample.labels.items())}": sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        return self.samples()[f"{name}{sorted(labels.items())}"]


@contextmanager
def serving(log: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[Server]:
    command = [str(CUEGRAPH), *arguments, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--log-format", "json"]
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stderr=output, stdout=output)
    server = Server(process, log)
    try:
        server.addresses = addresses_in(server)
        yield server
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0, log.read_text()
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def addresses_in(server: Server) -> list[str]:
    for _ in range(int(PATIENCE_SECONDS * 20)):
        found = re.findall(r'"(?:metrics|serving .*) on (\S+)"', server.log.read_text())
        if len(found) == 2:
            return found
        assert server.process.poll() is None, server.log.read_text()
        threading.Event().wait(0.05)
    raise AssertionError(f"no address: {server.log.read_text()}")


@dataclass
class Observed:
    """What could be seen of the film."""

    stage: Server
    coordinator: Server
    collector: Collector
    manifests: list[Manifest]
    metrics: dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """The sample film, transcribed by a coordinator and three served stages."""
    folder = tmp_path_factory.mktemp("observed")
    store = open_store((folder / "store").as_uri())
    with collecting() as collector:
        environment = {
            **os.environ,
            "CUEGRAPH_STORE": (folder / "store").as_uri(),
            "CUEGRAPH_DATA": str(folder / "data"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
            "SOME_TOKEN": SECRET,
            "OMP_NUM_THREADS": "1",
        }
        stages = {**environment, "OTEL_SERVICE_NAME": "cuegraph-stages"}
        with serving(folder / "stage.log", stages, "stage", "serve", *SERVED) as stage:
            where = [word for name in SERVED for word in ("--stage", f"{name}={stage.addresses[1]}")]
            with serving(folder / "serve.log", environment, "serve", *where) as coordinator:
                job = transcribed(coordinator.addresses[1], store)
                metrics = {"stage": stage.samples(), "coordinator": coordinator.samples()}
        manifests = [from_json(store.get(key)) for key in store.list(f"{job}/stages/") if re.search(r"_/manifest", key)]
        yield Observed(stage, coordinator, collector, manifests, metrics)


def transcribed(address: str, store: Store) -> str:
    """The name of the job for the film, once it has succeeded."""
    media = wire.artifact_to_proto(blobs.add_file(store, FILM, "audio/flac"))
    asked = job_service_pb2.JobRequest(
        workflow="transcribe", media=media, title=SECRET, source_language_code="en", profile="cpu-small"
    )
    with grpc.insecure_channel(address) as channel:
        jobs: Any = job_service_pb2_grpc.JobServiceStub(channel)
        created = jobs.CreateJob(job_service_pb2.CreateJobRequest(request=asked)).job
        *_, last = jobs.WatchJob(job_service_pb2.WatchJobRequest(name=created.name), timeout=PATIENCE_SECONDS * 2)
    assert last.job.state == job_service_pb2.JOB_STATE_SUCCEEDED, last.job.errors
    return str(created.name)


def test_a_round_of_a_job_is_one_trace_and_its_id_stands_in_every_manifest(observed: Observed) -> None:
    traces = {span.trace_id.hex() for _, span in observed.collector.received}
    assert len(traces) == 1
    assert {manifest.trace_id for manifest in observed.manifests} == traces


def test_every_span_but_that_of_the_job_has_its_place_below_another(observed: Observed) -> None:
    spans = [span for _, span in observed.collector.received]
    known = {span.span_id: span.name for span in spans}
    assert len(known) == len(spans)
    above = {span.name: known.get(span.parent_span_id) for span in spans if not span.name.startswith("attempt ")}
    assert above.pop("job transcribe") is None
    for name in ("fetch", "load", "compute", "store"):
        assert (above.pop(name) or "").startswith("attempt ")
    assert set(above.values()) == {"job transcribe"}
    for attempt in observed.collector.spans("attempt "):
        assert known[attempt.parent_span_id] == attempt.name.replace("attempt", "step")


def test_every_step_and_every_attempt_is_a_span(observed: Observed) -> None:
    stages = sorted(manifest.stage for manifest in observed.manifests)
    for kind in ("step", "attempt"):
        assert sorted(attributes(span)["cuegraph.stage"] for span in observed.collector.spans(f"{kind} ")) == stages


def test_spans_of_stages_come_from_the_process_that_served_them(observed: Observed) -> None:
    services = {span.name: service for service, span in observed.collector.received if "attempt" in span.name}
    assert {services[f"attempt {stage}"] for stage in SERVED} == {"cuegraph-stages"}
    assert services["attempt subtitles"] == "cuegraph"


def test_a_span_lasts_as_long_as_the_manifest_says(observed: Observed) -> None:
    asr = next(manifest for manifest in observed.manifests if manifest.stage == "asr")
    (attempt,) = observed.collector.spans("attempt asr")
    computed = [
        span.end_time_unix_nano - span.start_time_unix_nano
        for span in observed.collector.spans("compute")
        if span.parent_span_id == attempt.span_id
    ]
    assert sum(computed) / 1e9 == pytest.approx(asr.times.compute_seconds, abs=0.05)


def test_the_stage_shows_what_its_manifests_say(observed: Observed) -> None:
    samples = observed.metrics["stage"]
    for manifest in observed.manifests:
        if manifest.stage in SERVED:
            label = [("stage", manifest.stage)]
            assert samples[f"cuegraph_stage_compute_seconds_sum{label}"] == manifest.times.compute_seconds
            assert samples[f"cuegraph_stage_attempts_total{[*label, ('status', 'SUCCEEDED')]}"] == 1
            assert samples[f"cuegraph_stage_slots{label}"] == 1
            assert samples[f"cuegraph_stage_runs{label}"] == 0
    assert samples["cuegraph_engines_loaded[]"] >= 2


def test_all_metrics_there_are_can_be_found_on_one_of_both(observed: Observed) -> None:
    shown = {name.partition("[")[0] for samples in observed.metrics.values() for name in samples}
    missing = {metric.name for metric in ALL if not {metric.name, f"{metric.name}_count"} & shown}
    assert missing == {"cuegraph_stage_failures_total"}  # nothing failed


def test_both_log_json_that_says_which_run_it_is_about_and_no_secrets(observed: Observed) -> None:
    for server in (observed.stage, observed.coordinator):
        assert all({"time", "level", "logger", "message"} <= line.keys() for line in server.lines())
        assert SECRET not in server.log.read_text()
    of_asr = [line for line in observed.stage.lines() if line.get("stage") == "asr"]
    (manifest,) = (manifest for manifest in observed.manifests if manifest.stage == "asr")
    assert {(line["job"], line["attempt"], line["trace_id"]) for line in of_asr} == {
        (manifest.job, 1, manifest.trace_id)
    }
