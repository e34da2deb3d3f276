"""`cuegraph jobs erase`: a film that is to be forgotten."""

from __future__ import annotations

from typing import Annotated

import psutil
import typer

from ..app import open_existing
from ..garbage.erasing import Asked, erase, foresee, jobs_of_film
from .options import JobArgument, JsonOption, StoreOption
from .output import print_json, say


def erase_job(
    job: JobArgument,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else it is only said what would go.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why: it stands in the tombstone, so name nobody.")] = "",
    film: Annotated[bool, typer.Option("--film", help="Erase all jobs of the same film with it.")] = False,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Erases a job that is over: its film, its files, its records. A signed tombstone tells that they were there."""
    jobs = open_existing(store).jobs
    name = jobs.known(job)
    names = jobs_of_film(jobs, name) if film else [name]
    asked = Asked(psutil.Process().username(), reason)
    erasures = erase(jobs, names, asked) if apply else foresee(jobs, names)
    if json:
        print_json({"applied": apply, "jobs": [it.to_json() for it in erasures]})
        return
    for erasure in erasures:
        say(erasure.to_text(is_applied=apply))
    if not apply:
        say("nothing was changed: say --apply to do it")
