"""The connection to Temporal, as encrypted as its settings say."""

from __future__ import annotations

from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import TLSConfig

from services.runtime.settings import TemporalAccess


async def connect(access: TemporalAccess) -> Client:
    """Raises RuntimeError if nobody answers, RPCError if the namespace is not for this process."""
    return await Client.connect(
        access.address,
        namespace=access.namespace,
        data_converter=pydantic_data_converter,
        api_key=access.api_key or None,
        tls=_tls(access),
    )


def _tls(access: TemporalAccess) -> TLSConfig | bool:
    """Files make it encrypted; so does a key, which nobody may overhear."""
    files = access.tls
    if not (files.ca or files.cert):
        return bool(access.api_key)
    return TLSConfig(
        server_root_ca_cert=_read(files.ca),
        domain=files.server_name or None,
        client_cert=_read(files.cert),
        client_private_key=_read(files.key),
    )


def _read(path: str) -> bytes | None:
    return Path(path).read_bytes() if path else None
