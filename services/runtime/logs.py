"""The two logs. The stage log has everything from DEBUG up; INFO and up goes on to the pipeline log, from libraries
WARNING and up.

Code logs with the standard `logging` module. While a run is under way in a thread, what that thread logs,
warns or prints belongs to the run. Threads that libraries start do not know their run: what they log goes to
every run under way in the process, so that it is never lost.
"""

from __future__ import annotations

import copy
import io
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar, copy_context
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TextIO

from .canonical import encodable
from .redaction import Redactor
from .store.keys import UNSHARDED, Step
from .store.system_errors import reported

P = ParamSpec("P")

About = Mapping[str, str | int]
"""What a line is about, by name: those of ABOUT that are known."""
ABOUT = ("job", "stage", "shard", "attempt", "trace_id")

_current: ContextVar[RunLog | None] = ContextVar("current_run_log", default=None)
_active: list[RunLog] = []
_lock = threading.Lock()


def leave_alone(logger: str) -> None:
    """Keeps a library that is not imported yet from writing its log to stdout and hiding it from the stage's.

    Such libraries (whisperx) set up an output of their own unless their logger has a handler already.
    """
    library = logging.getLogger(logger)
    if not library.handlers:
        library.addHandler(logging.NullHandler())


class LogFormat(logging.Formatter):
    """`2026-11-22T13:00:00.123Z INFO services.asr.engine: message`, secrets removed."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redactor = redactor
        self.redacted = 0
        """How many lines held a secret."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return f"{seconds}.{int(record.msecs):03d}Z"

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        clean = self._redactor.text(line)
        self.redacted += clean != line
        return clean


class JsonLogFormat(LogFormat):
    """One JSON object on one line, secrets removed: time, level, logger, message and, where known, what it is about.

    What it is about says the run in whose thread the line is logged, or the record itself (`extra`).
    """

    def format(self, record: logging.LogRecord) -> str:
        record = _readable(record)
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_about(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return self._redactor.text(json.dumps(line))


def about_run(step: Step, attempt: int, trace_id: str) -> About:
    """What the lines of an attempt are about."""
    shard = "" if step.shard == UNSHARDED else step.shard
    known: list[str | int] = [step.job, step.stage, shard, attempt, trace_id]
    return {name: value for name, value in zip(ABOUT, known, strict=True) if value}


def _about(record: logging.LogRecord) -> dict[str, str | int]:
    run = _current.get()
    said = {name: getattr(record, name) for name in ABOUT if hasattr(record, name)}
    return {**(run.about if run is not None else {}), **said}


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a stage or the runtime says it, and no library."""
    return record.name.partition(".")[0] == __name__.partition(".")[0]


class _LogFile(logging.FileHandler):
    """A log on disk. That it cannot be written is kept: to report it here, as handlers do, would log again."""

    def __init__(self, path: Path) -> None:
        # With mode "a", a line that comes after the end would open the file again.
        super().__init__(path, mode="w", encoding="utf-8", errors="backslashreplace")
        self.fault = ""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802
        self.fault = self.fault or str(sys.exc_info()[1])

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:
            self.fault = self.fault or str(error)


class RunLog:
    """The log of one run. As a context it takes in what the current thread logs and prints."""

    def __init__(
        self,
        path: Path,
        redactor: Redactor,
        on_line: Callable[[logging.LogRecord], None],
        about: About | None = None,
        *,
        debug: bool = False,
    ) -> None:
        """`on_line` hears INFO and up, everything with `debug`; `about` says which run this is.

        Raises StoreError if the file cannot be made.
        """
        self.path = path
        self.about = about or {}
        self._redactor = redactor
        self._outside = copy_context()
        self._on_line = self.outside(on_line)
        self._debug = debug
        self._format = LogFormat(redactor)
        with reported(f"the log {path}"):
            self._handler = _LogFile(path)
        self._handler.setFormatter(self._format)

    @property
    def redacted(self) -> int:
        """How many lines held a secret and were masked."""
        return self._format.redacted

    @property
    def fault(self) -> str:
        """Why lines are missing from the file; empty if none are. Known for sure once the run is over."""
        return self._handler.fault

    def __enter__(self) -> RunLog:
        self._token = _current.set(self)
        with _lock:
            _active.append(self)
            if len(_active) == 1:
                _router.install()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with _lock:
            _router.finish_lines()
            _active.remove(self)
            if not _active:
                _router.remove()
        _current.reset(self._token)
        self._handler.close()

    def outside(self, call: Callable[P, None]) -> Callable[P, None]:
        """`call`, made as from outside the run: what those who watch a run print is theirs, not the run's."""

        def made(*args: P.args, **kwargs: P.kwargs) -> None:
            # A copy, as a context can be entered only once at a time and threads of libraries log as well.
            self._outside.copy().run(call, *args, **kwargs)

        return made

    def take(self, record: logging.LogRecord) -> None:
        record = _readable(record)
        self._handler.handle(record)
        if self._debug or record.levelno >= (logging.INFO if _is_ours(record) else logging.WARNING):
            self._on_line(self._clean(record))

    def _clean(self, record: logging.LogRecord) -> logging.LogRecord:
        """A copy that is safe to hand on: message redacted and complete, traceback left in the stage log."""
        message = self._redactor.text(encodable(record.getMessage()))
        clean = logging.LogRecord(record.name, record.levelno, "", 0, message, (), None)
        clean.created, clean.msecs = record.created, record.msecs
        return clean


def _readable(record: logging.LogRecord) -> logging.LogRecord:
    """The record, or one that says so if its arguments do not fit its text: a library's slip must not end a run."""
    try:
        record.getMessage()
    except Exception as error:  # noqa: BLE001  the arguments may raise anything when they are made text
        told = copy.copy(record)
        told.msg, told.args = f"{record.msg} (its arguments do not fit: {error})", ()
        return told
    return record


class _Router(logging.Handler):
    """Brings every record, warning and printed line of the process to the runs it belongs to."""

    def install(self) -> None:
        root = logging.getLogger()
        self._level = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        logging.captureWarnings(capture=True)
        self._streams = sys.stdout, sys.stderr
        sys.stdout = _Printed(sys.stdout, "stdout")
        sys.stderr = _Printed(sys.stderr, "stderr")

    def remove(self) -> None:
        sys.stdout, sys.stderr = self._streams
        logging.captureWarnings(capture=False)
        root = logging.getLogger()
        root.setLevel(self._level)
        root.removeHandler(self)

    def finish_lines(self) -> None:
        """Logs what this thread printed without ending the line."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, _Printed):
                stream.finish_line()

    def emit(self, record: logging.LogRecord) -> None:
        run = _current.get()
        for target in [run] if run is not None else list(_active):
            target.take(record)


_router = _Router()


def log_all_that_is_printed() -> None:
    """For a process whose output is its log: what is printed outside of runs, as libraries do, is logged as well."""
    sys.stdout = _Printed(sys.stdout, "stdout", outside=True)
    sys.stderr = _Printed(sys.stderr, "stderr", outside=True)


class _Printed(io.TextIOBase):
    """Stands for stdout or stderr: what a run prints is logged line by line; all else passes through, or is logged."""

    def __init__(self, original: TextIO, name: str, *, outside: bool = False) -> None:
        self._original = original
        self._outside = outside
        self._logger = logging.getLogger(name)
        self._lines = threading.local()

    def write(self, text: str) -> int:
        is_in_run = _current.get() is not None
        if not (is_in_run or self._outside) or getattr(self._lines, "is_logging", False):
            return self._original.write(text)
        *complete, rest = (getattr(self._lines, "rest", "") + text).split("\n")
        self._lines.rest = rest
        self._lines.is_logging = True  # a log that cannot be written says so on stderr
        for line in filter(None, complete):
            self._logger.log(logging.DEBUG if is_in_run else logging.INFO, "%s", line)
        self._lines.is_logging = False
        return len(text)

    def finish_line(self) -> None:
        if getattr(self._lines, "rest", ""):
            self.write("\n")

    def flush(self) -> None:
        self._original.flush()

    def isatty(self) -> bool:
        return _current.get() is None and self._original.isatty()

    def fileno(self) -> int:
        return self._original.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # io says str | None
        return self._original.encoding
