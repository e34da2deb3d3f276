"""The log of a run takes what it can, says when it could not, and never ends a run itself."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from services.runtime.errors import StoreError
from services.runtime.logs import RunLog
from services.runtime.redaction import Redactor

FULL = Path("/dev/full")


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("library", logging.INFO, "", 0, message, (), None)


def test_a_line_that_comes_after_the_end_does_not_open_the_log_again(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "stage.log", Redactor(), lambda _: None)
    with log:
        log.take(record("in time"))
    written = log.path.read_bytes()
    log.take(record("too late"))
    assert log.path.read_bytes() == written
    assert log.fault == ""


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_does_not_end_the_run_but_is_known() -> None:
    heard: list[str] = []
    with RunLog(FULL, Redactor(), lambda line: heard.append(line.getMessage())) as log:
        logging.getLogger("services.engine").info("news")
        print("printed")
    assert "No space left" in log.fault
    assert heard == ["news"]


def test_a_log_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"stage\.log"):
        RunLog(tmp_path / "gone" / "stage.log", Redactor(), lambda _: None)


def test_a_log_call_with_the_wrong_arguments_is_logged_and_ends_nothing(tmp_path: Path) -> None:
    heard: list[str] = []
    with RunLog(tmp_path / "stage.log", Redactor(), lambda line: heard.append(line.getMessage())) as log:
        log.take(logging.LogRecord("services.engine", logging.INFO, "", 0, "%d files", ("many",), None))
    assert "%d files (its arguments do not fit" in log.path.read_text()
    assert len(heard) == 1


def test_runs_that_overlap_give_the_streams_back_when_the_last_ends(tmp_path: Path) -> None:
    before = sys.stdout, sys.stderr, logging.getLogger().level
    first = RunLog(tmp_path / "first.log", Redactor(), lambda _: None)
    second = RunLog(tmp_path / "second.log", Redactor(), lambda _: None)
    with first:
        with second:
            print("of the second")
        print("of the first")
    assert (sys.stdout, sys.stderr, logging.getLogger().level) == before
    assert "of the first" in first.path.read_text()
    assert "of the second" not in first.path.read_text()
