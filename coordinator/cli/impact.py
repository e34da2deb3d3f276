"""`cuegraph lineage impact`: what a change of a job would touch; with --apply, what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TextIO

import typer

from services.runtime.errors import InvalidRequest
from services.runtime.settings import command_line_layer

from .. import intake
from ..app import App, open_existing
from ..lineage.comparing.applied import Applied, applied
from ..lineage.comparing.impact_text import applied_text, impact_text
from ..lineage.comparing.paces import Run
from ..lineage.comparing.proposal import Proposal
from ..lineage.comparing.reach_text import reach_text
from ..lineage.comparing.searching import reach_over, runs_over
from ..lineage.comparing.trial import Trial, Tried, read_glossaries, require_catalog, try_out
from ..lineage.index.index import open_index
from .comparing import facts_of
from .finishing import bring_to_end, exit_code
from .options import JsonOption, OutOption, StoreOption
from .output import err, only_json, print_json, require_writable
from .subjects import glossary

GlossaryOption = Annotated[
    list[str] | None,
    typer.Option("--glossary", metavar="[LEVEL=]FILE", help="Instead of the job's of that level; many times."),
]
ModelOption = Annotated[
    list[str] | None, typer.Option("--model", metavar="NAME=REV", help="A model at another revision; many times.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="STAGE.SETTING=VALUE", help="Another setting; may be given many times."),
]
PriceOption = Annotated[
    float | None, typer.Option("--price-per-hour", min=0, metavar="PRICE", help="Of the machine, in any currency.")
]


def impact_of(
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="A job; every job with --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="How far it reaches over every job of the store.")] = False,
    glossaries: GlossaryOption = None,
    models: ModelOption = None,
    settings: SetOption = None,
    price_per_hour: PriceOption = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it: as a new job of the same film.")] = False,
    out: OutOption = Path("out"),
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Says what a change would touch: the steps that would run, the cues that say a changed term, time and cost."""
    with only_json(wanted=json) as stream:
        app = open_existing(store)
        files = [glossary(text) for text in glossaries or ()]
        proposal, contents = _proposal(files, _revisions(models), command_line_layer(settings or []).values)
        if job is None or every:
            _require_every(job, every=every, apply=apply)
            _reach(app, proposal, contents, price_per_hour, stream, as_json=json)
            return
        trial = Trial(facts_of(app, job), app.jobs.get(job), proposal, contents)
        if apply:
            require_writable(out)
            require_catalog(app.node, trial.proposal.revisions)
        tried = try_out(app.node, trial, price_per_hour, lambda stages: _other_runs(app, stages))
        if not json:
            stream.write(impact_text(tried.impact))
        done = _apply(app, trial, tried, files, out) if apply else None
        _report(tried, done, stream, as_json=json)
        raise typer.Exit(done.exit_code if done else 0)


@dataclass(frozen=True)
class _Done:
    """The change as it was made."""

    applied: Applied
    exit_code: int
    folder: Path


def _proposal(
    files: Sequence[tuple[str, Path]], revisions: Mapping[str, str], settings: Mapping[str, str]
) -> tuple[Proposal, dict[str, bytes]]:
    """What would change, and the bytes of the glossaries by digest. Raises InputError."""
    records, contents = read_glossaries(files)
    proposal = Proposal(settings, records, revisions)
    if proposal.is_empty:
        raise InvalidRequest("say what would change: --glossary, --model or --set")
    return proposal, contents


def _require_every(job: str | None, *, every: bool, apply: bool) -> None:
    if (job is None) != every:
        raise InvalidRequest("name one job, or give --all for every job of the store")
    if apply:
        raise InvalidRequest("--apply does one job; name it, and leave out --all")


def _reach(
    app: App,
    proposal: Proposal,
    contents: Mapping[str, bytes],
    price_per_hour: float | None,
    stream: TextIO,
    *,
    as_json: bool,
) -> None:
    with open_index(app.process, app.store) as index:
        found = reach_over(index, app.store, app.models, (proposal, contents), price_per_hour)
    if as_json:
        print_json(found.to_json(), stream)
    else:
        stream.write(reach_text(found))


def _apply(app: App, trial: Trial, tried: Tried, files: Sequence[tuple[str, Path]], out: Path) -> _Done:
    """Does the changed job and compares it with the one before. Raises InputError."""
    intake.take_in_files(app.store, files)
    job, is_new = app.ask_again(trial.record, trial.request, trial.files)
    if not is_new:
        err.print(f"job {job.job} was asked for in the same words and has not ended: going on with it")
    finished = bring_to_end(app, job, out)
    result = applied(trial.facts, facts_of(app, job.job), finished.outcome.state, tried.foreseen)
    return _Done(result, exit_code(finished.outcome), finished.folder)


def _report(tried: Tried, done: _Done | None, stream: TextIO, *, as_json: bool) -> None:
    if as_json:
        made = {"applied": {**done.applied.to_json(), "out": str(done.folder)}} if done else {}
        print_json({**tried.impact.to_json(), **made}, stream)
    elif done:
        stream.write(applied_text(done.applied))
        stream.write(f"everything: {done.folder}\n")


def _revisions(models: list[str] | None) -> dict[str, str]:
    """`--model NAME=REV` options as a table. Raises InvalidRequest."""
    table = {}
    for text in models or []:
        name, _, revision = text.partition("=")
        if not name or not revision:
            raise InvalidRequest(f"--model {text!r}: write it as NAME=REV, e.g. whisper-base=1.0.1")
        table[name] = revision
    return table


def _other_runs(app: App, stages: Iterable[str]) -> list[Run]:
    """What the index knows of stages that this film has not seen."""
    with open_index(app.process, app.store) as index:
        return list(runs_over(index, stages))
