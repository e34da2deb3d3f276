"""`cuegraph lineage`: where every line came from, and whether all is still as it was produced."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import InvalidRequest

from ..app import open_existing
from ..lineage.exports.graph_json import as_json
from ..lineage.facts import JobFacts
from ..lineage.html import page
from ..lineage.reading import read_job
from ..lineage.text import show_text, trace_text
from ..lineage.trace import trace as trace_cue
from ..lineage.verify import Report, verify, verify_all
from .comparing import diff_jobs, why_step
from .exporting import export_lineage
from .options import JobArgument, JsonOption, StoreOption
from .output import print_json, say, writing

app = typer.Typer(help="Shows, verifies, traces and exports lineage.", no_args_is_help=True)
app.command("export")(export_lineage)
app.command("diff")(diff_jobs)
app.command("why")(why_step)


@app.command()
def show(
    job: JobArgument,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the picture: one file, no network.")] = None,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Shows what a job made of what."""
    facts = _facts(job, store)
    if html is not None:
        with writing(html):
            html.write_text(page(facts), encoding="utf-8")
    if json:
        typer.echo(as_json(facts), nl=False)
    elif html is None:
        say(show_text(facts))
    else:
        say(f"the lineage of {job} as a picture: {html}")


@app.command("verify")
def verify_job(
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="A job; every job with --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Verify every job of the store.")] = False,
    full: Annotated[bool, typer.Option("--full/--quick", help="Read every byte, or compare sizes only.")] = True,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Verifies that a job is still exactly what was produced; exit code 1 if it is not."""
    if (job is None) == (not every):
        raise InvalidRequest("name one job, or give --all for every job of the store")
    opened = open_existing(store)
    if job is not None:
        reports = [verify(opened.store, opened.jobs.get(job).job, full=full)]
    else:
        reports = list(verify_all(opened.store, full=full))
    _report(reports, as_json=json, one=not every)
    raise typer.Exit(0 if all(report.ok for report in reports) else 1)


@app.command()
def trace(
    job: JobArgument,
    cue: Annotated[str, typer.Option(metavar="N", help="Number or id of the cue.")],
    language: Annotated[str | None, typer.Option(help="Which track, where there are several.")] = None,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Follows one cue back to its span of the film, and says how to hear it."""
    found = trace_cue(_facts(job, store), cue, language)
    if json:
        print_json(found.to_json())
    else:
        say(trace_text(found))


def _facts(job: str, store: str) -> JobFacts:
    opened = open_existing(store)
    return read_job(opened.store, opened.jobs.get(job).job)


def _report(reports: list[Report], *, as_json: bool, one: bool) -> None:
    if as_json:
        objects = [report.to_json() for report in reports]
        print_json(objects[0] if one else {"ok": all(r.ok for r in reports), "jobs": objects})
        return
    for report in reports:
        say(report.to_text())
