"""What a run shows of itself: every step by its name, and as much of the logs as was asked for."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from rich.console import Console

from coordinator.cli.display import Bars, Lines, display
from coordinator.pipeline_log import log_record
from coordinator.records import PlannedStep
from services.runtime.store.memory import MemoryStore
from tests.small_jobs import small_job

TARGET = PlannedStep(2, "translate", "pt")


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
@pytest.mark.parametrize("debug", [True, False], ids=["debug", "quiet"])
def test_debug_lines_are_shown_where_they_were_asked_for_and_warnings_always(is_terminal: bool, debug: bool) -> None:
    written = StringIO()
    with display(Console(file=written, force_terminal=is_terminal, width=200), debug=debug) as shown:
        assert isinstance(shown, Bars if is_terminal else Lines)
        shown.job_started(small_job(MemoryStore(), plan=(TARGET,)))
        shown.step_log(TARGET, log_record(logging.DEBUG, "looking closer"))
        shown.step_log(TARGET, log_record(logging.WARNING, "mind the gap"))
    assert ("looking closer" in written.getvalue()) is debug
    assert "mind the gap" in written.getvalue()
    assert "translate/pt" in written.getvalue()


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_a_step_that_was_not_planned_is_shown_all_the_same(is_terminal: bool) -> None:
    written = StringIO()
    with display(Console(file=written, force_terminal=is_terminal, width=200)) as shown:
        shown.job_started(small_job(MemoryStore(), plan=(TARGET,)))
        partial = TARGET.with_what_there_is(1, ())
        shown.step_started(partial)
        shown.step_progress(partial, 1.0, 2.0)
    assert "translate/partial-1" in written.getvalue()
