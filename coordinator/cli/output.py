"""What commands print: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape

from services.runtime.errors import Cancelled, CuegraphError, InvalidSetting, OutNotWritable
from services.runtime.logs import JsonLogFormat, LogFormat, log_all_that_is_printed
from services.runtime.redaction import Redactor

err = Console(stderr=True, highlight=False, soft_wrap=True)

LOG_FORMATS = {"text": LogFormat, "json": JsonLogFormat}

_log = logging.getLogger(__name__)


@contextmanager
def only_json(*, wanted: bool) -> Iterator[TextIO]:
    """The stream for the result. If JSON is wanted, whatever else writes to stdout goes to stderr instead.

    Raises Cancelled for an interruption, so that it is answered like any other failure.
    """
    if not wanted:
        yield sys.stdout
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8") as stream:
            yield stream
    except KeyboardInterrupt as interruption:
        raise Cancelled("interrupted; the same command goes on where this one stood") from interruption
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def log_to_stderr(redactor: Redactor, log_format: str) -> None:
    """What a server logs of itself: INFO and up, though the logs of stages have everything, and no secrets.

    Raises InvalidSetting for a format that is neither `text` nor `json`.
    """
    if log_format not in LOG_FORMATS:
        raise InvalidSetting(f"there is no log format {log_format!r}; take {' or '.join(LOG_FORMATS)}")
    handler = logging.StreamHandler()
    handler.setLevel(logging.INFO)
    handler.setFormatter(LOG_FORMATS[log_format](redactor))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    if log_format == "json":
        log_all_that_is_printed()


def _logs_json() -> bool:
    return any(isinstance(handler.formatter, JsonLogFormat) for handler in logging.getLogger().handlers)


def tell(text: str) -> None:
    """A line on stderr: for people, or a line of the log where that is JSON."""
    if _logs_json():
        _log.info("%s", text)
    else:
        err.print(text, markup=False)


def print_json(value: Any, stream: TextIO | None = None) -> None:
    """One JSON object on one or more lines."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str), file=stream or sys.stdout)


def say(text: str = "") -> None:
    """A line of the result, for people."""
    print(text)  # noqa: T201


def printable(name: str) -> str:
    """A name that somebody else gave, on one line and without what a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def require_writable(folder: Path) -> None:
    """Raises OutNotWritable if nothing can be written there: better now than after hours of work."""
    if not is_writable(nearest(folder)):
        raise OutNotWritable(f"nothing can be written to {str(folder)!r}: give a folder that is yours with --out")


def nearest(folder: Path) -> Path:
    """The folder itself or, if it is yet to come, the nearest one above it that is there."""
    places = (folder.absolute(), *folder.absolute().parents)
    return next(place for place in places if os.path.exists(place))  # noqa: PTH110  Path.exists may raise


def is_writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises OutNotWritable, which names the path, if what is done in here cannot write."""
    try:
        yield
    except OSError as error:
        raise OutNotWritable(f"{str(path)!r} cannot be written: {error.strerror}; make room or name another") from error


def report_error(error: CuegraphError) -> None:
    """`error NAME_UNKNOWN: ...` on stderr and, if JSON was asked for, an object on stdout."""
    if _logs_json():
        _log.error("%s: %s", error.code, error)
    else:
        err.print(f"[bold red]error[/] [bold]{error.code}[/]: {escape(str(error))}")
    if "--json" in sys.argv:
        print_json({"error": {"code": error.code, "message": str(error)}})
