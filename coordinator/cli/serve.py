"""`cuegraph serve`: the coordinator as a server."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from ..app import open_app
from ..service.server import serve
from .options import StageAddresses, StoreOption, parse_addresses
from .output import err, log_to_stderr


def serve_jobs(
    listen: Annotated[
        str, typer.Option(metavar="ADDR", help="host:port; port 0 picks a free one.")
    ] = "127.0.0.1:50050",
    store: StoreOption = "",
    stage: StageAddresses = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many jobs are driven at once.")] = 2,
    grace: Annotated[float, typer.Option(min=0, help="Seconds that jobs have to end after SIGTERM.")] = 30.0,
) -> None:
    """Serves jobs and lineage over gRPC until SIGTERM, and goes on with every unfinished job of the store."""
    app = open_app(store, parse_addresses(stage))
    log_to_stderr(app.redactor)
    unfinished = serve(
        app,
        listen,
        slots=jobs,
        grace_seconds=grace,
        probes=app.process.probes,
        ready=lambda address: err.print(f"serving jobs on {address}", markup=False),
    )
    if unfinished:
        # Threads of jobs are left, which would hold the process up for hours. Nothing is lost by ending them:
        # what is committed counts, and the next start goes on with the rest.
        sys.stderr.flush()
        os._exit(0)
