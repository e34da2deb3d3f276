"""Several films in a row, each a job of its own: one that goes wrong does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from services.runtime.errors import InputError

from ..app import App
from ..jobs import JobState
from ..records import JobRecord
from .finishing import Finished, bring_to_end, finished_object
from .output import err, print_json, printable, say

Submit = Callable[[Path], JobRecord]
_NOT_BEGUN = "NOT BEGUN"
_REFUSED = "REFUSED"


@dataclass(frozen=True)
class Result:
    """What became of one film."""

    film: Path
    finished: Finished | None = None
    refusal: InputError | None = None
    """Why it was not even begun; None as well if the batch was called off before."""

    @property
    def state(self) -> str:
        if self.finished is not None:
            return self.finished.outcome.state
        return _REFUSED if self.refusal is not None else _NOT_BEGUN

    @property
    def note(self) -> str:
        """Where its folder is, or what went wrong."""
        if self.refusal is not None:
            return f"{self.refusal.code}: {self.refusal}"
        if self.finished is None:
            return ""
        errors = [f"{error.code}: {error.message}" for error in self.finished.outcome.errors]
        return "; ".join([*errors, str(self.finished.folder)])


def run_batch(app: App, films: Sequence[Path], submit: Submit, out: Path, json_stream: TextIO | None) -> int:
    """Brings the films to their ends, one after another, and reports. Returns the exit code.

    That is 0 if all went well, 130 if somebody called the batch off, else 1.
    """
    results: list[Result] = []
    for number, film in enumerate(films, 1):
        called_off = any(result.state == JobState.CANCELLED for result in results)
        if not called_off:
            err.print(f"film {number} of {len(films)}: {printable(str(film))}", markup=False)
        results.append(Result(film) if called_off else _result(app, film, submit, out))
    if json_stream is not None:
        print_json([_object(app, result) for result in results], json_stream)
    else:
        _report(results)
    return _exit_code(results)


def _result(app: App, film: Path, submit: Submit, out: Path) -> Result:
    try:
        job = submit(film)
    except InputError as error:
        err.print(f"{error.code}: {error}", markup=False)
        return Result(film, refusal=error)
    return Result(film, bring_to_end(app, job, out))


def _exit_code(results: Sequence[Result]) -> int:
    states = {result.state for result in results}
    if JobState.CANCELLED in states:
        return 130
    return 0 if states == {JobState.SUCCEEDED} else 1


def _object(app: App, result: Result) -> dict[str, Any]:
    named: dict[str, Any] = {"media": str(result.film), "state": result.state}
    if result.refusal is not None:
        return {**named, "error": {"code": result.refusal.code, "message": str(result.refusal)}}
    return {**named, **finished_object(app.jobs, result.finished)} if result.finished else named


def _report(results: Sequence[Result]) -> None:
    good = sum(result.state == JobState.SUCCEEDED for result in results)
    say(f"{good} of {len(results)} films done")
    width = max(len(printable(str(result.film))) for result in results)
    for result in results:
        say(f"  {result.state:<9}  {printable(str(result.film)):<{width}}  {printable(result.note)}".rstrip())
