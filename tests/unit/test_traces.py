"""The spans of an attempt say where its time went, in the trace of whoever asked."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime import clock
from services.runtime.clock import Clock, Phase
from services.runtime.errors import CuegraphError, StageError
from services.runtime.execute import execute
from services.runtime.local import LocalStage
from services.runtime.request import StageRequest
from services.runtime.stage import Run
from services.runtime.store.memory import MemoryStore
from services.runtime.telemetry import AttemptReport, Telemetry
from services.runtime.traces import Span, id_of_span, to_metadata, with_metadata
from tests.small_stages import Doing, Heard, Upper, UpperSettings, node_of, step_of, text_input

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


def spans_of(stage: Upper, folder: Path, *, trace_id: str = TRACE, parent: str = PARENT) -> list[Span]:
    """The spans of a run of that stage."""
    store, sent = MemoryStore(), list[Span]()
    node = replace(node_of(store, folder), telemetry=Telemetry(spans=sent.extend))
    asked = StageRequest(step_of(), (text_input(store),), trace_id=trace_id, parent_span_id=parent)
    execute(stage, asked, node, Heard(), threading.Event())
    return sent


def loading(run: Run[UpperSettings]) -> None:
    time.sleep(0.002)
    run.engine(time.sleep, 0.002)
    time.sleep(0.002)
    run.output("text", "text.txt").write_text("done")


def test_an_attempt_is_a_span_of_the_trace_of_who_asked(tmp_path: Path) -> None:
    attempt = spans_of(Upper(), tmp_path)[0]
    assert (attempt.name, attempt.trace_id, attempt.parent_id) == ("attempt upper", TRACE, PARENT)
    assert attempt.attributes["cuegraph.status"] == "SUCCEEDED"
    assert not attempt.error


def test_its_children_are_what_it_spent_its_time_on(tmp_path: Path) -> None:
    attempt, *children = spans_of(Doing(loading), tmp_path)
    assert {child.parent_id for child in children} == {attempt.span_id}
    names = [child.name for child in children if child.name != "load" or child.end - child.start > 0.001]
    assert names == ["fetch", "compute", "load", "compute", "store", "store"]
    assert len({span.span_id for span in (attempt, *children)}) == len(children) + 1


def test_an_attempt_that_failed_says_why(tmp_path: Path) -> None:
    def fail(run: Run[UpperSettings]) -> None:
        raise StageError("there is no text in it")

    attempt = spans_of(Doing(fail), tmp_path)[0]
    assert attempt.error == "STAGE_FAILED: there is no text in it"


@pytest.mark.parametrize("trace_id", ["", "0" * 32, "mine"])
def test_who_names_no_trace_gets_no_spans(tmp_path: Path, trace_id: str) -> None:
    assert spans_of(Upper(), tmp_path, trace_id=trace_id, parent="") == []


def test_a_trace_travels_beside_a_request_and_is_found_again() -> None:
    asked = StageRequest(step_of(), trace_id=TRACE, parent_span_id=PARENT)
    arrived = with_metadata(replace(asked, parent_span_id=""), to_metadata(asked))
    assert (arrived.trace_id, arrived.parent_span_id) == (TRACE, PARENT)


def test_a_request_that_names_no_trace_joins_the_one_beside_it() -> None:
    arrived = with_metadata(StageRequest(step_of()), [("traceparent", f"00-{TRACE}-{PARENT}-01")])
    assert (arrived.trace_id, arrived.parent_span_id) == (TRACE, PARENT)


@pytest.mark.parametrize("text", ["", "00", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE[:-1]}-{PARENT}-01", b"\xff"])
def test_metadata_that_name_no_trace_change_nothing(text: str | bytes) -> None:
    asked = StageRequest(step_of())
    assert with_metadata(asked, [("traceparent", text), ("user-agent", "grpc")]) == asked


def test_a_request_keeps_its_own_trace() -> None:
    own = "1" * 32
    arrived = with_metadata(StageRequest(step_of(), trace_id=own), [("traceparent", f"00-{TRACE}-{PARENT}-01")])
    assert (arrived.trace_id, arrived.parent_span_id) == (own, "")


def test_the_span_of_who_asks_is_no_part_of_the_request() -> None:
    asked = StageRequest(step_of(), trace_id=TRACE)
    assert replace(asked, parent_span_id=PARENT) == asked
    assert to_metadata(asked) == ()


def test_the_id_of_a_span_depends_on_all_it_is_about() -> None:
    assert len({id_of_span(TRACE, "a", 1), id_of_span(TRACE, "a", 2), id_of_span(TRACE, "b", 1)}) == 3
    assert id_of_span(TRACE, "a", 1) == id_of_span(TRACE, "a", 1)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=12).map(sorted))
def test_loading_and_computing_share_the_time_of_a_run(times: list[float]) -> None:
    loads = [Phase("load", *times[i : i + 2]) for i in range(0, len(times) - 1, 2)]
    kept = Clock(_counted=[*loads, Phase("run", 0.0, 1.0)]).phases
    computed = sum(phase.end - phase.start for phase in kept if phase.name == "compute")
    loaded = sum(load.end - load.start for load in loads)
    assert computed == pytest.approx(1.0 - loaded, abs=len(times) * clock._SHORTEST_SECONDS)


def test_a_listener_that_fails_does_not_end_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def attempt_ended(self, report: AttemptReport) -> None:
            raise RuntimeError("full")

        def run_failed(self, stage: str, error: CuegraphError) -> None:
            raise RuntimeError("full")

    store = MemoryStore()
    node = replace(node_of(store, tmp_path), telemetry=Telemetry([Broken()]))
    asked = StageRequest(step_of(), (text_input(store),))
    assert LocalStage(Upper(), node).run(asked, Heard(), threading.Event()).status.is_done
    assert "Broken failed to take note of a run" in caplog.text
