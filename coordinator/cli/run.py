"""`cuegraph run`: one film through one workflow, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from services.runtime.settings import command_line_layer, file_layer

from ..admission import JobRequest
from ..app import App, open_app
from ..folder import Delivered, lay_out
from ..jobs import Jobs, JobState, Outcome
from ..records import JobRecord
from ..status import step_statuses
from .display import display
from .driving import drive_until_done
from .options import JsonOption, OutOption, StageAddresses, StoreOption, parse_addresses, parse_time
from .output import err, only_json, print_json, require_writable, say, writing


def run(
    media: Annotated[Path, typer.Argument(metavar="MEDIA", help="The film or recording.")],
    workflow: Annotated[str, typer.Option(help="transcribe or subtitle.")] = "subtitle",
    source: Annotated[str, typer.Option(metavar="LANGUAGE", help="Language that is spoken, e.g. en.")] = "en",
    profile: Annotated[str, typer.Option(help="cpu-small or gpu; else by what this machine has.")] = "",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="STAGE.SETTING=VALUE",
            help="E.g. asr.beam_size=5, see docs/stages; may be given many times.",
        ),
    ] = None,
    job_file: Annotated[
        Path | None, typer.Option("--job", metavar="FILE", help="Settings as TOML, one table per stage.")
    ] = None,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="Begin there: seconds or HH:MM:SS.mmm.")] = None,
    end: Annotated[str | None, typer.Option(metavar="TIME", help="End there: seconds or HH:MM:SS.mmm.")] = None,
    store: StoreOption = "",
    out: OutOption = Path("out"),
    stage: StageAddresses = None,
    json: JsonOption = False,
) -> None:
    """Runs a film through a workflow and lays out what came of it as a folder.

    The same command given again goes on with a job that did not end, and takes over what is done already.
    """
    with only_json(wanted=json) as stream:
        require_writable(out)
        layers = [command_line_layer(settings or [])] + ([file_layer(job_file)] if job_file else [])
        clip = parse_time("--start", start), parse_time("--end", end)
        app = open_app(store, parse_addresses(stage))
        job, is_new = app.submit(media, JobRequest(workflow, source, profile, tuple(layers), *clip))
        if not is_new:
            err.print(f"job {job.job} was asked for in the same words and has not ended: going on with it")
        raise typer.Exit(finish(app, job, out, stream if json else None))


def finish(app: App, job: JobRecord, out: Path, json_stream: TextIO | None) -> int:
    """Drives a job to its end, lays out its folder and reports. Returns the exit code."""
    with display(err) as shown:
        outcome = drive_until_done(app, job, shown)
    with writing(out):
        folder, delivered = lay_out(app.jobs, job, out)
    if json_stream is not None:
        print_json(_object(app, job, outcome, folder, delivered), json_stream)
    else:
        _report(job, outcome, folder, delivered)
    return exit_code(outcome)


def exit_code(outcome: Outcome) -> int:
    """0 done, 1 failed, 2 failed for what was put in, 130 cancelled."""
    if outcome.state is JobState.SUCCEEDED:
        return 0
    if outcome.state is JobState.CANCELLED:
        return 130
    return 2 if outcome.is_input_at_fault else 1


def _object(app: App, job: JobRecord, outcome: Outcome, folder: Path, delivered: list[Delivered]) -> dict[str, Any]:
    return {
        "job": job.job,
        "state": outcome.state,
        "out": str(folder),
        "deliverables": [
            {"role": d.role, "language": d.language, "path": str(d.path), "digest": d.digest} for d in delivered
        ],
        **progress_object(app.jobs, job, outcome),
    }


def progress_object(jobs: Jobs, job: JobRecord, outcome: Outcome | None) -> dict[str, Any]:
    """How far a job came and what went wrong, as every command's JSON says it."""
    return {
        "stages": [
            {"name": s.step.stage, "number": s.step.number, "status": s.status, "seconds": s.seconds}
            for s in step_statuses(jobs, job)
        ],
        "errors": [{"code": e.code, "message": e.message} for e in (outcome.errors if outcome else ())],
    }


def _report(job: JobRecord, outcome: Outcome, folder: Path, delivered: list[Delivered]) -> None:
    for error in outcome.errors:
        err.print(f"[bold red]error[/] [bold]{error.code}[/]: ", end="")
        err.print(error.message, markup=False)
    say(f"job {job.job}: {outcome.state}")
    for file in delivered:
        say(f"  {file.role:<12} {file.path}")
    say(f"everything else: {folder}")
