"""Running other programs (ffmpeg, ffprobe): no shell, no inherited environment, cancellable, and never left behind.

A program dies with the thread that runs it, even after `kill -9`: it is started through `setpriv --pdeathsig`
(util-linux), because Python code between fork and exec (`preexec_fn`) may deadlock in a process with threads.
"""

from __future__ import annotations

import logging
import os
import selectors
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .errors import ToolFailed, ToolMissing
from .progress import Progress

log = logging.getLogger(__name__)

Line = Callable[[str], None]

_POLL_SECONDS = 0.1
_READ_BYTES = 1 << 16
_LONGEST_LINE_BYTES = 1 << 16
_LAST_LINES = 12
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "AV_LOG_FORCE_NOCOLOR": "1"}


@dataclass(frozen=True)
class Finished:
    """How a program ended and what it said."""

    program: str
    status: int
    """Exit status; negative: the signal that ended it."""
    output: str
    """Everything it wrote to standard output, unless a callback took the lines."""
    messages: tuple[str, ...]
    """The last lines it wrote to standard error."""

    def error(self) -> ToolFailed:
        """The error that says how it failed, with its last words."""
        said = "\n".join(self.messages) or "it said nothing"
        return ToolFailed(f"{self.program} failed with {_describe(self.status)}; its last lines were:\n{said}")


def run_tool(
    arguments: Sequence[str],
    *,
    progress: Progress,
    on_output: Line | None = None,
    on_message: Line | None = None,
) -> None:
    """Runs a program to its end. Its standard error goes to the log line by line, and to `on_message`; its
    standard output goes to `on_output`, or to the log if that is None. Both are called in this thread.

    Raises ToolMissing if it is not installed, ToolFailed if it ends badly, and Cancelled within a fifth of a second
    of a cancellation. Whatever is raised, here or in a callback, the program and its children are dead by then.
    """
    finished = _run(arguments, progress, _Lines(on_output or _log_line), on_message)
    if finished.status != 0:
        raise finished.error()


def capture_tool(arguments: Sequence[str], *, progress: Progress) -> Finished:
    """Runs a program to its end, well or badly, and returns what it said. For answers that fit into memory.

    Raises ToolMissing, Cancelled, and ToolFailed if a signal ended it: then it said nothing about its input.
    """
    lines: list[str] = []
    finished = _run(arguments, progress, _Lines(lines.append, longest_bytes=sys.maxsize), None)
    if finished.status < 0:
        raise finished.error()
    return Finished(finished.program, finished.status, "\n".join(lines), finished.messages)


def _run(arguments: Sequence[str], progress: Progress, output: _Lines, on_message: Line | None) -> Finished:
    last: deque[str] = deque(maxlen=_LAST_LINES)

    def message(line: str) -> None:
        _log_line(line)
        last.append(line)
        if on_message is not None:
            on_message(line)

    log.debug("running %r", list(arguments))
    with _started(arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        _read_lines({process.stdout: output, process.stderr: _Lines(message)}, progress)
        status = _wait(process, progress)
    return Finished(arguments[0], status, "", tuple(last))


@contextmanager
def _started(arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The running program in a session of its own; on any exception the whole session's group is killed."""
    process = subprocess.Popen(
        [*_dying_with_this_thread(), _find(arguments[0]), *arguments[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def _dying_with_this_thread() -> tuple[str, ...]:
    if sys.platform != "linux":
        return ()  # no other system can do it
    return (_find("setpriv"), "--pdeathsig", "KILL", "--")


def _find(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        package = {"ffprobe": "ffmpeg", "setpriv": "util-linux"}.get(program, program)
        raise ToolMissing(f"the program {program} is not installed; install the package {package}")
    return str(Path(path).absolute())


def _read_lines(streams: dict[IO[bytes], _Lines], progress: Progress) -> None:
    """Feeds every stream to its lines until all are at their end."""
    with selectors.DefaultSelector() as selector:
        for stream, lines in streams.items():
            selector.register(stream, selectors.EVENT_READ, lines)
        while selector.get_map():
            for key, _ in selector.select(_POLL_SECONDS):
                data = os.read(key.fd, _READ_BYTES)
                key.data.feed(data)
                if not data:
                    selector.unregister(key.fileobj)
            progress.check()


class _Lines:
    """Cuts a stream of bytes into lines; a line without end is cut where it grows too long."""

    def __init__(self, on_line: Line, longest_bytes: int = _LONGEST_LINE_BYTES) -> None:
        self._on_line = on_line
        self._longest_bytes = longest_bytes
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Takes the next bytes; no bytes mean the end of the stream."""
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        if not data or len(self._rest) > self._longest_bytes:
            lines, self._rest = [*lines, self._rest], b""
        for line in filter(None, lines):
            self._on_line(line.decode(errors="replace"))


def _wait(process: subprocess.Popen[bytes], progress: Progress) -> int:
    """Exit status of a program that has closed its streams, which need not be its end."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_POLL_SECONDS)
        progress.check()


def _log_line(line: str) -> None:
    log.debug("%s", line)


def _describe(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"
