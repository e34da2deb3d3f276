"""`cuegraph lineage`: where every line came from, and whether all is still as it was produced."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..app import open_existing
from ..lineage.excerpts.cue import trace_in
from ..lineage.exports.graph_json import as_json
from ..lineage.facts import JobFacts
from ..lineage.page.html import page
from ..lineage.reading import read_job
from ..lineage.text import show_text, trace_text
from .anchoring import anchor_seals, verify_anchors
from .comparing import diff_jobs, why_step
from .exporting import export_lineage
from .finding import where_used_in, who_made_file
from .impact import impact_of
from .options import JobArgument, JsonOption, StoreOption
from .output import print_json, say, writing
from .verifying import verify_jobs

app = typer.Typer(help="Shows, verifies, traces and exports lineage.", no_args_is_help=True)
app.command("verify")(verify_jobs)
app.command("anchor")(anchor_seals)
app.command("anchors")(verify_anchors)
app.command("export")(export_lineage)
app.command("diff")(diff_jobs)
app.command("why")(why_step)
app.command("impact")(impact_of)
app.command("where-used")(where_used_in)
app.command("who-made")(who_made_file)


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


@app.command()
def trace(
    job: JobArgument,
    cue: Annotated[str, typer.Option(metavar="N", help="Number or id of the cue.")],
    language: Annotated[str | None, typer.Option(help="Which track, where there are several.")] = None,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Follows one cue back to its span of the film, and says how to hear it."""
    opened = open_existing(store)
    found = trace_in(opened.store, opened.jobs.get(job).job, cue, language)
    if json:
        print_json(found.to_json())
    else:
        say(trace_text(found))


def _facts(job: str, store: str) -> JobFacts:
    opened = open_existing(store)
    return read_job(opened.store, opened.jobs.get(job).job)
