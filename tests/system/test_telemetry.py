"""What is measured of runs is shown to Prometheus and sent to a collector, and to nobody who was not named."""

from __future__ import annotations

import logging
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from coordinator.cli.metrics import of_stages
from coordinator.engines.local import LocalEngine
from coordinator.engines.spans import trace_of
from coordinator.jobs import Jobs, JobState
from cuegraph.v1 import stage_service_pb2_grpc
from services.runtime import wire
from services.runtime.client import RemoteStage
from services.runtime.errors import InvalidRequest, StageError
from services.runtime.exposition import RunMetrics, exposed, registry_of
from services.runtime.local import LocalStage
from services.runtime.redaction import Redactor
from services.runtime.request import StageClient, StageRequest
from services.runtime.settings import process_settings
from services.runtime.stage import Run
from services.runtime.store.memory import MemoryStore
from services.runtime.telemetry import Telemetry, open_telemetry
from services.runtime.traces import Span
from tests.collector import PATIENCE_SECONDS, attributes, collecting
from tests.fake_stage import ROOT, InProcess
from tests.small_jobs import DIAMOND, Watched, join, small_job, stage_named
from tests.small_stages import Doing, Heard, Upper, UpperSettings, manifest_at, node_of, run_step, step_of, text_input

TRACE = "0af7651916cd43dd8448eb211c80319c"


def span(name: str, *, parent: str = "", error: str = "", **attributes: str) -> Span:
    return Span(name, TRACE, f"{abs(hash(name)) % 2**63 + 1:016x}", parent, 1_000.25, 1_002.5, attributes, error)


@contextmanager
def shown_by(telemetry: Telemetry, *stages: str) -> Iterator[str]:
    """Where the metrics of the runs are shown."""
    registry = registry_of()
    telemetry.add(RunMetrics(registry, stages))
    with exposed("127.0.0.1:0", registry) as address:
        yield f"http://{address}/metrics"


def samples(address: str) -> dict[str, float]:
    """What is shown of Cuegraph, by name with labels."""
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
        text = answer.read().decode()
    return {name: float(value) for name, value in re.findall(r"^(cuegraph_\S+) (\S+)$", text, re.MULTILINE)}


def fail(run: Run[UpperSettings]) -> None:
    raise StageError("there is no text in it")


def test_what_became_of_runs_is_counted(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    with shown_by(node.telemetry, "upper") as address:
        before = samples(address)
        run_step(Upper(), node)
        run_step(Upper(), node, step=step_of("job2"))
        run_step(Doing(fail), node, step=step_of("job3"), settings={"suffix": "!"})
        after = samples(address)
    assert before['cuegraph_stage_attempts_total{stage="upper",status="FAILED"}'] == 0
    assert after['cuegraph_stage_attempts_total{stage="upper",status="SUCCEEDED"}'] == 1
    assert after['cuegraph_stage_cache_hits_total{stage="upper"}'] == 1
    assert after['cuegraph_stage_failures_total{code="STAGE_FAILED",stage="upper"}'] == 1
    assert after['cuegraph_stage_queue_seconds_count{stage="upper"}'] == 3
    assert after['cuegraph_stage_run_seconds_count{stage="upper"}'] == 2  # a cache hit tells nothing of the work


def test_media_is_counted_with_how_fast_it_was_gone_through(tmp_path: Path) -> None:
    def listen(run: Run[UpperSettings]) -> None:
        run.progress(20.0, 20.0)
        run.output("text", "text.txt").write_text("heard")

    node = node_of(MemoryStore(), tmp_path)
    with shown_by(node.telemetry) as address:
        run_step(Doing(listen), node)
        shown = samples(address)
    assert shown['cuegraph_stage_media_seconds_total{stage="upper"}'] == 20
    assert shown['cuegraph_stage_real_time_factor_bucket{le="1.0",stage="upper"}'] == 1


def test_a_run_that_is_refused_is_a_failure_too(tmp_path: Path) -> None:
    node = node_of(MemoryStore(), tmp_path)
    with shown_by(node.telemetry) as address:
        with pytest.raises(InvalidRequest):
            LocalStage(Upper(), node).run(StageRequest(step_of()), Heard(), threading.Event())
        assert samples(address)['cuegraph_stage_failures_total{code="REQUEST_INVALID",stage="upper"}'] == 1


def test_runs_in_flight_and_slots_are_read_when_somebody_looks(tmp_path: Path) -> None:
    begun, release = threading.Event(), threading.Event()

    def wait(run: Run[UpperSettings]) -> None:
        begun.set()
        assert release.wait(PATIENCE_SECONDS)
        run.output("text", "text.txt").write_text("done")

    store = MemoryStore()
    stage = LocalStage(Doing(wait), node_of(store, tmp_path), capacity=3)
    asked = StageRequest(step_of(), (text_input(store),))
    thread = threading.Thread(target=stage.run, args=(asked, Heard(), threading.Event()))
    with exposed("127.0.0.1:0", registry_of(lambda: of_stages([stage], 2))) as address:
        thread.start()
        assert begun.wait(PATIENCE_SECONDS)
        during = samples(f"http://{address}/metrics")
        release.set()
        thread.join(PATIENCE_SECONDS)
        after = samples(f"http://{address}/metrics")
    assert during['cuegraph_stage_runs{stage="upper"}'] == 1
    assert after['cuegraph_stage_runs{stage="upper"}'] == 0
    assert (after['cuegraph_stage_slots{stage="upper"}'], after["cuegraph_engines_loaded"]) == (3, 2)


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.0.0.1:many", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_refused(listen: str) -> None:
    with pytest.raises(InvalidRequest, match="metrics"), exposed(listen, registry_of()):
        pass


def test_an_address_in_use_is_refused() -> None:
    with (
        exposed("127.0.0.1:0", registry_of()) as address,
        pytest.raises(InvalidRequest, match="metrics"),
        exposed(address, registry_of()),
    ):
        pass


def test_spans_arrive_as_they_were_told_without_secrets() -> None:
    with collecting() as collector:
        telemetry = open_telemetry(collector.address, "tests", "1", Redactor(["correct-horse"]))
        assert telemetry.spans is not None
        telemetry.spans([span("job", title="correct-horse"), span("step", parent="b7ad6b7169203331", error="X: no")])
        telemetry.close()
    job, step = collector.spans("job")[0], collector.spans("step")[0]
    assert (job.trace_id.hex(), job.parent_span_id) == (TRACE, b"")
    assert (step.trace_id.hex(), step.parent_span_id.hex()) == (TRACE, "b7ad6b7169203331")
    assert attributes(job) == {"title": "[redacted]"}
    assert (job.start_time_unix_nano, job.end_time_unix_nano) == (1_000_250_000_000, 1_002_500_000_000)
    assert (job.status.code, step.status.code, step.status.message) == (0, 2, "X: no")
    assert {service for service, _ in collector.received} == {"tests"}


def test_a_collector_that_is_gone_holds_up_nobody_and_writes_into_no_run(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        telemetry = open_telemetry(address, "tests", "1", Redactor())
        node = replace(node_of(MemoryStore(), tmp_path), telemetry=telemetry)
        logging.getLogger("opentelemetry").error("the collector is gone")
        result, manifest = run_step(Upper(), node)
        closing = threading.Thread(target=telemetry.close)
        closing.start()
        closing.join(PATIENCE_SECONDS)
    assert result.status.is_done
    assert not closing.is_alive()
    assert not manifest.warnings


def test_nothing_is_loaded_and_nothing_sent_unless_a_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert process_settings().collector == ""
    assert open_telemetry("", "tests", "1", Redactor()).spans is None
    program = (
        "import sys, coordinator.cli.main\n"
        "from coordinator.app import open_app\n"
        "assert open_app('memory://x').node.telemetry.spans is None\n"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry', 'prometheus_client'))]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=ROOT)


class Remotes:
    """Pools of stages that are served in this process, as a coordinator in another would call them."""

    def __init__(self, *stages: LocalStage) -> None:
        self._server = InProcess(*stages)  # type: ignore[arg-type]  # it serves any hosted stage
        self.address = self._server.address
        self._clients = {stage.name: RemoteStage(self.address, stage.name) for stage in stages}

    def client(self, stage: str) -> StageClient:
        return self._clients[stage]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._server.stop()


def test_a_job_over_grpc_is_one_trace_whose_parts_have_their_place(tmp_path: Path) -> None:
    store, coordinator, stages = MemoryStore(), list[Span](), list[Span]()
    there = replace(node_of(store, tmp_path), telemetry=Telemetry(spans=stages.extend))
    here = replace(there, telemetry=Telemetry(spans=coordinator.extend))
    pools = Remotes(*(LocalStage(stage_named(step.stage), there) for step in DIAMOND))
    job = small_job(store)
    try:
        LocalEngine(Jobs(store), pools, here).drive(job.job, Watched())
    finally:
        pools.close()
    round_span = coordinator[-1]
    steps = {made.span_id: made for made in coordinator[:-1]}
    assert {made.trace_id for made in (*coordinator, *stages)} == {trace_of(job, 1)}
    assert {made.parent_id for made in steps.values()} == {round_span.span_id}
    attempts = [made for made in stages if made.name.startswith("attempt")]
    assert sorted(steps[made.parent_id].name for made in attempts) == sorted(f"step {it.stage}" for it in DIAMOND)


def test_spans_that_cannot_be_taken_hold_up_no_job(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(spans: Iterable[Span]) -> None:
        raise RuntimeError("full")

    store = MemoryStore()
    node = replace(node_of(store, tmp_path), telemetry=Telemetry(spans=refuse))
    stages = {step.stage: LocalStage(stage_named(step.stage), node) for step in DIAMOND}
    outcome = LocalEngine(Jobs(store), _Table(stages), node).drive(small_job(store).job, Watched())
    assert outcome.state is JobState.SUCCEEDED
    assert "a span is lost" in caplog.text


def test_a_foreign_client_has_the_run_in_its_own_trace(tmp_path: Path) -> None:
    store, told = MemoryStore(), list[Span]()
    node = replace(node_of(store, tmp_path), telemetry=Telemetry(spans=told.extend))
    pools = Remotes(LocalStage(Upper(), node))
    asked = wire.request_to_proto(StageRequest(step_of(), (text_input(store),)))
    try:
        with grpc.insecure_channel(pools.address) as channel:
            run = stage_service_pb2_grpc.StageServiceStub(channel).RunStage
            *_, last = run(
                asked, metadata=[("traceparent", f"00-{TRACE}-b7ad6b7169203331-01")], timeout=PATIENCE_SECONDS
            )
    finally:
        pools.close()
    assert manifest_at(store, wire.result_from_proto(last.done).manifest).trace_id == TRACE
    assert told[0].parent_id == "b7ad6b7169203331"


def test_a_retried_job_is_another_trace_and_what_failed_says_why(tmp_path: Path) -> None:
    store, told = MemoryStore(), list[Span]()
    node = replace(node_of(store, tmp_path), telemetry=Telemetry(spans=told.extend))
    job = small_job(store)
    for work in (fail, join):
        stages = {step.stage: LocalStage(stage_named(step.stage, work), node) for step in DIAMOND}
        LocalEngine(Jobs(store), _Table(stages), node).drive(job.job, Watched())
        if work is fail:
            Jobs(store).retry(job.job)
    rounds = [made for made in told if made.name == "job small"]
    assert [made.trace_id for made in rounds] == [trace_of(job, 1), trace_of(job, 2)]
    assert "there is no text in it" in rounds[0].error
    assert [made.attributes["cuegraph.state"] for made in rounds] == [JobState.FAILED, JobState.SUCCEEDED]
    assert rounds[1].start >= rounds[0].end
    failed = [made.name for made in told if made.error and made.trace_id == rounds[0].trace_id]
    assert failed == ["attempt first", "step first", "job small"]


class _Table:
    """Pools of stages by name."""

    def __init__(self, stages: dict[str, LocalStage]) -> None:
        self._stages = stages

    def client(self, stage: str) -> StageClient:
        return self._stages[stage]
