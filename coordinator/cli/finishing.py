"""Drives a job to its end, lays out its folder and says what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from services.documents.quality import Quality

from ..app import App
from ..folder import Delivered, lay_out
from ..jobs import Jobs, JobState, Outcome
from ..records import JobRecord
from ..status import job_status, targets
from .display import display
from .driving import drive_until_done
from .output import err, print_json, say, writing


@dataclass(frozen=True)
class Finished:
    """A job that was brought to its end, and the folder that was laid out for it."""

    job: JobRecord
    outcome: Outcome
    folder: Path
    delivered: list[Delivered]
    quality: Quality | None


def finish(app: App, job: JobRecord, out: Path, json_stream: TextIO | None) -> int:
    """Drives a job to its end, lays out its folder and reports. Returns the exit code."""
    finished = bring_to_end(app, job, out)
    if json_stream is not None:
        print_json(finished_object(app.jobs, finished), json_stream)
    else:
        _report(finished)
    return exit_code(finished.outcome)


def bring_to_end(app: App, job: JobRecord, out: Path) -> Finished:
    """Drives a job to its end and lays out its folder, whatever the end."""
    with display(err, debug=job.debug) as shown:
        outcome = drive_until_done(app, job, shown)
    with writing(out):
        folder, delivered = lay_out(app.jobs, job, out)
    return Finished(job, outcome, folder, delivered, app.jobs.quality(job.job))


def exit_code(outcome: Outcome) -> int:
    """0 done, 1 failed, 2 failed for what was put in, 130 cancelled."""
    if outcome.state is JobState.SUCCEEDED:
        return 0
    if outcome.state is JobState.CANCELLED:
        return 130
    return 2 if outcome.is_input_at_fault else 1


def finished_object(jobs: Jobs, finished: Finished) -> dict[str, Any]:
    """What came of a job, for programs."""
    return {
        "job": finished.job.job,
        "state": finished.outcome.state,
        "out": str(finished.folder),
        "deliverables": [
            {"role": d.role, "language": d.language, "path": str(d.path), "digest": d.digest}
            for d in finished.delivered
        ],
        **progress_object(jobs, finished.job, finished.outcome),
    }


def progress_object(jobs: Jobs, job: JobRecord, outcome: Outcome | None) -> dict[str, Any]:
    """How far a job came and what went wrong, as every command's JSON says it."""
    status = job_status(jobs, job.job)
    return {
        "stages": [
            {
                "name": s.step.stage,
                "number": s.step.number,
                "shard": s.step.shard,
                "status": s.status,
                "seconds": s.seconds,
                "waiting": s.waiting,
            }
            for s in status.steps
        ],
        "targets": [{"language": t.language_code, "state": t.state} for t in targets(status)],
        "errors": [{"code": e.code, "message": e.message} for e in (outcome.errors if outcome else ())],
        "quality": _quality(status.quality),
    }


def _quality(quality: Quality | None) -> dict[str, Any] | None:
    if quality is None:
        return None
    reasons = [{"code": r.code, "track": r.track, "message": r.message} for r in quality.reasons]
    return {"verdict": quality.verdict, "reasons": reasons}


def _judged(quality: Quality | None) -> str:
    if quality is None:
        return ""
    return f", quality {quality.verdict}" + "".join(f"\n  {r.code}: {r.message}" for r in quality.reasons)


def _report(finished: Finished) -> None:
    for error in finished.outcome.errors:
        err.print(f"[bold red]error[/] [bold]{error.code}[/]: ", end="")
        err.print(error.message, markup=False)
    say(f"job {finished.job.job}: {finished.outcome.state}{_judged(finished.quality)}")
    for file in finished.delivered:
        say(f"  {file.role:<12} {file.path}")
    say(f"everything else: {finished.folder}")
