"""`cuegraph serve`: the coordinator as a server."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Annotated

import typer

from ..app import open_app
from ..service.guard import require_loopback
from ..service.server import serve
from .engines import EngineName, EngineOption, TemporalAddressOption, TemporalNamespaceOption, temporal_of
from .metrics import job_metrics
from .options import (
    LogFormatOption,
    MetricsOption,
    StageAddresses,
    StoreOption,
    TenantLimits,
    TenantWeights,
    TlsCertOption,
    TlsClientCaOption,
    TlsKeyOption,
    parse_addresses,
    parse_tenants,
    tls_files,
)
from .output import log_to_stderr, tell


def serve_jobs(
    listen: Annotated[
        str, typer.Option(metavar="ADDR", help="host:port; port 0 picks a free one.")
    ] = "127.0.0.1:50050",
    store: StoreOption = "",
    stage: StageAddresses = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many jobs are driven at once.")] = 2,
    grace: Annotated[float, typer.Option(min=0, help="Seconds that jobs have to end after SIGTERM.")] = 30.0,
    tls_cert: TlsCertOption = "",
    tls_key: TlsKeyOption = "",
    tls_client_ca: TlsClientCaOption = "",
    insecure_anyone: Annotated[
        bool, typer.Option("--insecure-anyone", help="Serve other machines without asking who calls.")
    ] = False,
    tenant_weight: TenantWeights = None,
    tenant_limit: TenantLimits = None,
    engine: EngineOption = EngineName.LOCAL,
    temporal_address: TemporalAddressOption = "",
    temporal_namespace: TemporalNamespaceOption = "",
    metrics: MetricsOption = "",
    log_format: LogFormatOption = "",
) -> None:
    """Serves jobs and lineage over gRPC until SIGTERM, and goes on with every unfinished job of the store."""
    opened = open_app(store, parse_addresses(stage))
    tls = tls_files(opened.process.tls, tls_cert, tls_key, tls_client_ca)
    app = replace(
        opened,
        process=replace(opened.process, tls=tls),
        tenants=parse_tenants(tenant_weight, tenant_limit),
        temporal=temporal_of(engine, temporal_address, temporal_namespace),
    )
    require_loopback(listen, app.gate, insecure_anyone=insecure_anyone)
    log_to_stderr(app.redactor, log_format or app.process.log_format)
    with job_metrics(metrics, app):
        unfinished = serve(
            app,
            listen,
            slots=jobs,
            grace_seconds=grace,
            probes=app.process.probes,
            ready=lambda address: tell(f"serving jobs on {address}"),
        )
    if unfinished:
        # Threads of jobs are left, which would hold the process up for hours. Nothing is lost by ending them:
        # what is committed counts, and the next start goes on with the rest.
        app.telemetry.close()
        sys.stderr.flush()
        os._exit(0)
