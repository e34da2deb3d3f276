"""`cuegraph audit`: whether jobs wrote down all that they should."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import InvalidRequest

from ..app import open_existing
from ..audit.html import page
from ..audit.material import gather
from ..audit.matrix import Audit, audit
from ..audit.text import audit_text
from .options import JsonOption, StoreOption
from .output import print_json, say, writing
from .trusting import KeyOption, RequireSignatureOption, trust_of


def audit_jobs(
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="A job; every job with --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Audit every job of the store.")] = False,
    minimum: Annotated[
        float, typer.Option("--min", min=0, max=100, metavar="PERCENT", help="Exit code 1 if a job has less.")
    ] = 100.0,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page: one file, no network.")] = None,
    key: KeyOption = None,
    require_signature: RequireSignatureOption = False,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Audits what a job wrote, step by step and criterion by criterion; exit code 1 below the minimum."""
    if (job is None) == (not every):
        raise InvalidRequest("name one job, or give --all for every job of the store")
    opened = open_existing(store)
    there = (name for name in opened.jobs.names() if not opened.jobs.is_erased(name))
    names = [opened.jobs.get(job).job] if job is not None else sorted(there)
    trust = trust_of(key, is_required=require_signature)
    audits = [audit(gather(opened.store, name, trust)) for name in names]
    if html is not None:
        with writing(html):
            html.write_text(page(audits), encoding="utf-8")
    enough = [it for it in audits if it.percent >= minimum]
    _report(audits, minimum, as_json=json, one=not every)
    if every and not json:
        say(f"{len(enough)} of {len(audits)} jobs have {minimum:g} % or more")
    raise typer.Exit(0 if len(enough) == len(audits) else 1)


def _report(audits: Sequence[Audit], minimum: float, *, as_json: bool, one: bool) -> None:
    if as_json:
        objects = [it.to_json() for it in audits]
        ok = all(it.percent >= minimum for it in audits)
        print_json({**objects[0], "ok": ok} if one else {"ok": ok, "minimum": minimum, "jobs": objects})
        return
    for it in audits:
        say(audit_text(it))
