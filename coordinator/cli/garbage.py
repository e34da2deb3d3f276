"""`cuegraph gc`: deletes what nobody names any more."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from services.runtime.errors import InvalidRequest

from ..app import open_existing, open_to_read
from ..garbage.collector import collect, look
from .options import JsonOption, StoreOption
from .output import print_json, say

_WAIT = re.compile(r"(?P<count>\d{1,5})(?P<unit>[dh])")
_DEFAULT_WAIT = "7d"


def collect_garbage(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else it is only said what would go.")] = False,
    wait: Annotated[
        str, typer.Option(metavar="TIME", help="How long it stays in quarantine: days as 7d, hours as 36h.")
    ] = _DEFAULT_WAIT,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Puts what nobody names in quarantine, and deletes what has been there for long enough and still nobody names."""
    patience = _patience(wait)
    found = collect(open_existing(store).store, patience) if apply else look(open_to_read(store), patience)
    if json:
        print_json(found.to_json())
    else:
        say(found.to_text())


def _patience(text: str) -> timedelta:
    match = _WAIT.fullmatch(text)
    if match is None:
        raise InvalidRequest(f"--wait {text!r} is no time; write days as 7d or hours as 36h")
    count = int(match["count"])
    return timedelta(days=count) if match["unit"] == "d" else timedelta(hours=count)
