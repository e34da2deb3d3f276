"""A process that logs JSON writes one object a line, says what each line is about, and no secrets."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.runtime.logs import JsonLogFormat, RunLog, about_run
from services.runtime.redaction import Redactor
from services.runtime.store.keys import Step

ROOT = Path(__file__).parents[2]
TRACE = "0af7651916cd43dd8448eb211c80319c"
ABOUT = about_run(Step("job1", 5, "asr", "pt"), 2, TRACE)


@contextmanager
def written(*secrets: str) -> Iterator[list[dict[str, Any]]]:
    """What the root logger's handler wrote, once the block has ended."""
    stream, lines = io.StringIO(), list[dict[str, Any]]()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLogFormat(Redactor(secrets)))
    handler.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
        lines += [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_how_bad_who_and_what() -> None:
    with written() as lines:
        logging.getLogger("services.engine").warning("%d of %d", 1, 2)
    assert lines[0].pop("time").endswith("Z")
    assert lines == [{"level": "WARNING", "logger": "services.engine", "message": "1 of 2"}]


def test_a_line_of_a_run_says_which_run(tmp_path: Path) -> None:
    with written() as lines:
        with RunLog(tmp_path / "stage.log", Redactor(), lambda _: None, ABOUT):
            logging.getLogger("services.engine").info("inside")
        logging.getLogger("services.engine").warning("outside")
    inside, outside = lines
    assert {name: inside[name] for name in ABOUT} == {
        "job": "job1", "stage": "asr", "shard": "pt", "attempt": 2, "trace_id": TRACE,
    }  # fmt: skip
    assert not ABOUT.keys() & outside.keys()


def test_a_line_can_say_itself_what_it_is_about() -> None:
    with written() as lines:
        logging.getLogger("coordinator").warning("ended", extra={"job": "job7"})
    assert lines[0]["job"] == "job7"


def test_what_is_not_known_is_left_out() -> None:
    assert about_run(Step("job1", 1, "demux"), 1, "") == {"job": "job1", "stage": "demux", "attempt": 1}


def test_a_traceback_stays_on_the_line_and_a_secret_off_it() -> None:
    secret = 'cor"rect-horse'
    with written(secret) as lines:
        try:
            int(secret)
        except ValueError:
            logging.getLogger("services.engine").exception("it failed with %s", secret)
    (line,) = lines
    assert "Traceback" in line["exception"]
    assert "rect-horse" not in json.dumps(line)


def test_arguments_that_do_not_fit_end_nothing() -> None:
    record = logging.LogRecord("library", logging.WARNING, "", 0, "%d files", ("many",), None)
    assert "its arguments do not fit" in json.loads(JsonLogFormat(Redactor()).format(record))["message"]


def test_what_is_printed_anywhere_is_logged_once_output_is_log() -> None:
    program = (
        "import logging, sys\n"
        "from coordinator.cli.output import log_to_stderr\n"
        "from services.runtime.redaction import Redactor\n"
        "log_to_stderr(Redactor(['correct-horse']), 'json')\n"
        "print('from a library')\n"
        "print('the key is correct-horse', file=sys.stderr)\n"
        "raise ValueError('last words')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.stdout == ""
    assert [line["message"] for line in lines[:2]] == ["from a library", "the key is [redacted]"]
    assert lines[-1]["message"] == "ValueError: last words"


def test_a_log_that_cannot_be_written_ends_in_no_circle() -> None:
    program = (
        "import logging, sys\n"
        "from coordinator.cli.output import log_to_stderr\n"
        "from services.runtime.redaction import Redactor\n"
        "log_to_stderr(Redactor(), 'json')\n"
        "print('a line')\n"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", program], check=False, stderr=full, timeout=60, cwd=ROOT)
    assert done.returncode in (0, 1, 120)
