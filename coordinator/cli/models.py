"""`cuegraph models`: the models on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from services.runtime.models import ModelStore
from services.runtime.settings import allow_model_hubs

from ..app import open_app
from .options import JsonOption
from .output import print_json, say

app = typer.Typer(help="Lists, pulls and verifies models.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="All models, if none is named.")]


@app.command("list")
def list_models(json: JsonOption = False) -> None:
    """Lists the models of the catalog, the stages they are for, and whether they are here."""
    models = open_app().models
    rows = [
        {"here": models.has(name), "use": models.catalog[name].use, **vars(models.record(name))}
        for name in models.names()
    ]
    if json:
        print_json({"models": rows})
        return
    for row in rows:
        here = "here" if row["here"] else "not here"
        say(f"{row['name']:<28} {row['use']:<10} {here:<9} {row['licence']:<14} {row['source']}")


@app.command()
def pull(names: Names = None) -> None:
    """Brings models to this machine, checked against their digests; without names, those that need no network."""
    allow_model_hubs()
    models = open_app().models
    for name in names or _local(models):
        say(f"{name}: {models.pull(name)}")


@app.command()
def verify(names: Names = None) -> None:
    """Reads every byte of the models that are here and compares it with the catalog."""
    models = open_app().models
    for name in names or [name for name in models.names() if models.has(name)]:
        say(f"{name}: {models.verify(name).digest}")


def _local(models: ModelStore) -> list[str]:
    return [name for name in models.names() if models.catalog[name].origin.is_local]
