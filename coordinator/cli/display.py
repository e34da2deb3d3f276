"""How a run shows itself: a bar per stage on a terminal, plain lines elsewhere. Always on stderr."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from services.runtime.manifest import Manifest, Status

from ..jobs import Outcome
from ..records import JobRecord, PlannedStep
from .output import printable

_COLOURS = {
    Status.SUCCEEDED: "green",
    Status.REUSED: "cyan",
    Status.SKIPPED: "yellow",
    Status.FAILED: "red",
    Status.CANCELLED: "yellow",
}
_PLAIN_EVERY_SECONDS = 10.0


def clock(seconds: float) -> str:
    """`1:02:03` or `2:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def rate(done: float, total: float | None, elapsed: float) -> str:
    """`0:42 of 1:30, 8.1x, 0:06 left`: media done, speed against real time, time left."""
    text = clock(done) + (f" of {clock(total)}" if total else "")
    if elapsed > 0 and done > 0:
        text += f", {done / elapsed:.1f}x"
        if total and total > done:
            text += f", {clock((total - done) * elapsed / done)} left"
    return text


class _Rate(ProgressColumn):
    """Media seconds, speed and time left of a bar; how it ended when it has."""

    def render(self, task: Task) -> Text:
        if task.fields["note"]:
            return Text.from_markup(task.fields["note"])
        return Text(rate(task.completed, task.total, task.elapsed or 0.0) if task.completed else "")


class Bars:
    """A bar per step, for a terminal."""

    def __init__(self, console: Console, least_level: int = logging.WARNING) -> None:
        self._least_level = least_level
        # No redirection: the logs of runs stand for stdout and stderr already, and each would feed the other.
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            _Rate(),
            console=console,
            refresh_per_second=5,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: dict[PlannedStep, TaskID] = {}

    def job_started(self, job: JobRecord) -> None:
        self._progress.console.print(
            f"job [bold]{job.job}[/]: {job.workflow} of {escape(printable(job.media.file_name))}"
        )
        for step in job.plan:
            self._task(step)
        self._progress.start()

    def step_started(self, step: PlannedStep) -> None:
        self._progress.start_task(self._task(step))

    def step_waiting(self, step: PlannedStep, reason: str) -> None:
        self._progress.update(self._task(step), note=f"[yellow]waiting: {escape(reason)}[/]" if reason else "")

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        self._progress.update(self._task(step), completed=done_seconds, total=total_seconds)

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        if record.levelno >= self._least_level:
            colour = "yellow" if record.levelno >= logging.WARNING else "dim"
            name = step.title if step else "job"
            self._progress.console.print(f"[{colour}]{name}: {escape(printable(record.getMessage()))}[/]")

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        note = f"[{_COLOURS[manifest.status]}]{manifest.status}[/] {_seconds(manifest):.1f} s"
        self._progress.update(self._task(step), completed=1, total=1, note=note)

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None:  # noqa: ARG002  bars say it all
        self.stop()

    def stop(self) -> None:
        self._progress.stop()

    def _task(self, step: PlannedStep) -> TaskID:
        """The bar of a step: one that is done with what there is joins those that were planned."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(_name(step), total=None, start=False, note="")
        return self._tasks[step]


class Lines:
    """A line per event, for logs and pipes."""

    def __init__(self, console: Console, least_level: int = logging.WARNING) -> None:
        self._console, self._least_level = console, least_level
        self._started: dict[PlannedStep, float] = {}
        self._said: dict[PlannedStep, float] = {}

    def job_started(self, job: JobRecord) -> None:
        self._console.print(f"job {job.job}: {job.workflow} of {escape(printable(job.media.file_name))}")

    def step_started(self, step: PlannedStep) -> None:
        self._started[step] = self._said[step] = time.monotonic()
        self._console.print(f"{_name(step)}: started")

    def step_waiting(self, step: PlannedStep, reason: str) -> None:
        self._console.print(f"{_name(step)}: " + (f"waiting: {reason}" if reason else "waits no longer"), markup=False)

    def step_progress(self, step: PlannedStep, done_seconds: float, total_seconds: float | None) -> None:
        now = time.monotonic()
        if now - self._said[step] >= _PLAIN_EVERY_SECONDS:
            self._said[step] = now
            note = rate(done_seconds, total_seconds, now - self._started[step])
            self._console.print(f"{_name(step)}: {note}")

    def step_log(self, step: PlannedStep | None, record: logging.LogRecord) -> None:
        if record.levelno >= self._least_level:
            name = _name(step) if step else "job"
            self._console.print(f"{name}: {record.levelname}: {escape(printable(record.getMessage()))}")

    def step_finished(self, step: PlannedStep, manifest: Manifest) -> None:
        note = f" ({escape(printable(manifest.skip_reason))})" if manifest.skip_reason else ""
        self._console.print(f"{_name(step)}: {manifest.status} in {_seconds(manifest):.1f} s{note}")

    def job_finished(self, job: JobRecord, outcome: Outcome) -> None:
        self._console.print(f"job {job.job}: {outcome.state}")


@contextmanager
def display(console: Console, *, debug: bool = False) -> Iterator[Bars | Lines]:
    """Bars on a terminal, lines elsewhere. However it ends, the terminal gets its cursor back."""
    least_level = logging.DEBUG if debug else logging.WARNING
    if not console.is_terminal:
        yield Lines(console, least_level)
        return
    bars = Bars(console, least_level)
    try:
        yield bars
    finally:
        bars.stop()


def _name(step: PlannedStep) -> str:
    return f"{step.number:02d} {step.title}"


def _seconds(manifest: Manifest) -> float:
    return (manifest.times.finished - manifest.times.started).total_seconds()
