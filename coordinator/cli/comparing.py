"""`cuegraph lineage why`, `diff` and `impact`: what changed between jobs, and what a change would touch."""

from __future__ import annotations

from typing import Annotated

import typer

from ..app import App, open_existing
from ..lineage.comparing.differences import diff
from ..lineage.comparing.differences_text import difference_text
from ..lineage.comparing.earlier import explain
from ..lineage.comparing.reasons_text import why_text
from ..lineage.facts import JobFacts
from ..lineage.reading import read_job
from .options import JobArgument, JsonOption, StoreOption
from .output import print_json, say


def why_step(
    job: JobArgument,
    step: Annotated[str, typer.Argument(metavar="STAGE[/SHARD]", help="E.g. asr or translation/pt.")],
    against: Annotated[str, typer.Option(metavar="JOB", help="Compare with this job; else the nearest earlier.")] = "",
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Says which part of its action made a step run again, and where that change began."""
    app = open_existing(store)
    compared = facts_of(app, against) if against else None
    answer = explain(app.store, facts_of(app, job), step, compared, lambda _: True)
    if json:
        print_json(answer.to_json())
    else:
        say(why_text(answer))


def diff_jobs(
    old: Annotated[str, typer.Argument(metavar="JOB1", help="Name of a job.")],
    new: Annotated[str, typer.Argument(metavar="JOB2", help="The job that it is compared with.")],
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Says step by step and cue by cue how two jobs differ, and why; exit code 1 if they do."""
    app = open_existing(store)
    difference = diff(facts_of(app, old), facts_of(app, new))
    if json:
        print_json(difference.to_json())
    else:
        say(difference_text(difference))
    raise typer.Exit(1 if difference.differs else 0)


def facts_of(app: App, job: str) -> JobFacts:
    """Everything that a job wrote about itself. Raises UnknownName if there is no such job."""
    return read_job(app.store, app.jobs.get(job).job)
