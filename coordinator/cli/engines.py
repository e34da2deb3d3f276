"""Which engine drives the jobs, as options say it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from services.runtime.settings import TemporalAccess, temporal_access
from services.runtime.tls import check_client


class EngineName(StrEnum):
    """Who decides when steps are called."""

    LOCAL = "local"
    TEMPORAL = "temporal"


EngineOption = Annotated[
    EngineName,
    typer.Option(help="local: this process drives its jobs itself. temporal: any coordinator does its share."),
]
TemporalAddressOption = Annotated[
    str, typer.Option(metavar="HOST:PORT", help="Where Temporal is; else CUEGRAPH_TEMPORAL_ADDRESS.")
]
TemporalNamespaceOption = Annotated[
    str, typer.Option(metavar="NAME", help="One for each store; else CUEGRAPH_TEMPORAL_NAMESPACE, else default.")
]


def temporal_of(engine: EngineName, address: str, namespace: str) -> TemporalAccess | None:
    """Where Temporal is, for the engine that needs it."""
    if engine is EngineName.LOCAL:
        return None
    environment = temporal_access()
    check_client(environment.tls)
    return replace(environment, address=address or environment.address, namespace=namespace or environment.namespace)
