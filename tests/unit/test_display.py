"""How a run shows itself on a terminal and elsewhere."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from rich.console import Console

from coordinator.cli.display import Bars, Lines, display
from coordinator.jobs import JobState, Outcome
from coordinator.pipeline_log import log_record
from services.runtime.errors import StoreUnavailable
from services.runtime.logs import RunLog
from services.runtime.manifest import now
from services.runtime.redaction import Redactor
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


def terminal() -> Console:
    return Console(stderr=True, force_terminal=True, width=100)


def test_a_terminal_gets_bars_and_a_pipe_lines() -> None:
    with display(terminal()) as shown:
        assert isinstance(shown, Bars)
    with display(Console(stderr=True, force_terminal=False)) as shown:
        assert isinstance(shown, Lines)


def test_a_terminal_gets_its_cursor_back_whatever_happens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")

    def lose_the_store() -> None:
        with display(terminal()) as shown:
            shown.job_started(JobWriter(MemoryStore()).record(STAGES))
            raise StoreUnavailable("the store is gone")

    with pytest.raises(StoreUnavailable):
        lose_the_store()
    written = capsys.readouterr().err
    assert written.rfind(SHOW_CURSOR) > written.rfind(HIDE_CURSOR) >= 0


def test_bars_and_the_log_of_a_run_do_not_feed_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = JobWriter(MemoryStore()).record(STAGES)
    step = job.plan[0]
    bars = Bars(terminal())
    bars.job_started(job)
    bars.step_started(step)
    with RunLog(tmp_path / "stage.log", Redactor(), lambda record: bars.step_log(step, record)):
        for _ in range(3):
            print("a library talks", file=sys.stderr)
            logging.getLogger("stage").warning("nearly too quiet")
    bars.job_finished(job, Outcome(JobState.SUCCEEDED, now()))
    log = (tmp_path / "stage.log").read_text()
    assert log.count("\n") == 6
    assert "\x1b" not in log
    shown = capsys.readouterr().err
    assert shown.count("nearly too quiet") == 3
    assert "a library talks" not in shown


def test_a_warning_of_the_job_itself_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Lines(Console(stderr=True)).step_log(None, log_record(logging.WARNING, "[the store] is \x1b[31mslow"))
    assert capsys.readouterr().err == "job: WARNING: [the store] is \\x1b[31mslow\n"
