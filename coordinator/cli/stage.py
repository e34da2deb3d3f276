"""`cuegraph stage`: stages as servers of their own."""

from __future__ import annotations

from typing import Annotated

import typer

from services.runtime.server import serve

from ..app import open_app
from .options import StoreOption
from .output import err, log_to_stderr

app = typer.Typer(help="Serves stages over gRPC.", no_args_is_help=True)


@app.callback()
def stage() -> None:
    """Keeps `serve` a command of its own though it is the only one yet."""


@app.command("serve")
def serve_stages(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="One stage, or several in one process.")],
    listen: Annotated[str, typer.Option(metavar="ADDR", help="host:port; port 0 picks a free one.")] = "127.0.0.1:0",
    store: StoreOption = "",
    profile: Annotated[str, typer.Option(help="Whose models are loaded at the start.")] = "",
    capacity: Annotated[int, typer.Option(min=1, help="Runs that each stage takes at once.")] = 1,
    grace: Annotated[float, typer.Option(min=0, help="Seconds that runs have to end after SIGTERM.")] = 30.0,
) -> None:
    """Serves stages until SIGTERM. Prints the address once it listens; health says when the models are loaded."""
    opened = open_app(store)
    log_to_stderr(opened.redactor)
    stages = [opened.local_stage(name, profile, capacity) for name in names]
    serve(
        stages,
        listen,
        capacity=capacity,
        grace_seconds=grace,
        ready=lambda address: err.print(f"serving {', '.join(names)} on {address}", markup=False),
    )
