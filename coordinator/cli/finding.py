"""`cuegraph lineage where-used` and `who-made`: questions to all jobs of a store, answered from its index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import InvalidRequest

from ..app import open_existing
from ..lineage.index.index import open_index
from ..lineage.where_used import Kind, where_used
from ..lineage.who_made import who_made
from .options import JsonOption, StoreOption
from .output import print_json, say


def where_used_in(
    asked: Annotated[str, typer.Argument(metavar="DIGEST|MODEL|TERM", help="Of a digest eight digits or more.")],
    kind: Annotated[Kind | None, typer.Option(help="What it is, where it could be several things.")] = None,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Lists every deliverable that a file, a model (name, name@revision) or a glossary term is in; exit code 1 if it
    is in none."""
    opened = open_existing(store)
    with open_index(opened.process, opened.store) as index:
        found = where_used(index, asked, kind)
    if json:
        print_json(found.to_json())
    else:
        say(found.to_text().rstrip())
    raise typer.Exit(0 if found.deliverables else 1)


def who_made_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Any file: a subtitle, a blob, a log, a manifest.")],
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Tells which job and step made a file, and what is behind it; exit code 1 if nobody made these bytes."""
    opened = open_existing(store)
    try:
        with open_index(opened.process, opened.store) as index:
            found = who_made(index, opened.store, file)
    except OSError as error:
        raise InvalidRequest(f"{str(file)!r} cannot be read: {error.strerror}; check the path") from error
    if json:
        print_json(found.to_json())
    else:
        say(found.to_text(file.name).rstrip())
    raise typer.Exit(0 if found.is_made else 1)
