"""What all gRPC servers share: options, an address, errors as statuses, and an end when they are told."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol, TypeAlias, TypeVar

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_status import rpc_status

from . import wire
from .errors import CuegraphError, InvalidRequest
from .tls import IN_THE_CLEAR, TlsFiles, server_credentials

FAREWELL_SECONDS = 5.0
"""How long open streams may take to deliver the last events."""

OPTIONS = (
    ("grpc.so_reuseport", 0),  # a second server on the port is a mistake that must show
    # Clients look every few seconds whether the server is still there (see client.py); they may.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 1_000),
    # On a machine that is short of time they come in a hurry. Taken amiss, that cuts the streams of runs, and such a
    # client looks half as often from then on, each time.
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    # The server looks too, so that the streams of vanished clients are closed.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
)

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]

_log = logging.getLogger(__name__)


class Server(Protocol):
    """A server in the running event loop."""

    health: health.aio.HealthServicer
    """Says what is served, and since when it is no more."""

    async def start(self, listen: str) -> str:
        """Listens and returns the address that is bound. Raises InvalidRequest if it cannot be."""

    async def work(self) -> None:
        """Does what the server is there for, until it is cancelled."""

    async def stop(self, grace_seconds: float) -> None:
        """Takes nothing new and lets what is under way end for so long."""


S = TypeVar("S", bound=Server)


def serve_until_told(server: S, listen: str, grace_seconds: float, ready: Callable[[str], None], probes: str = "") -> S:
    """Serves until SIGTERM or SIGINT, and returns the server when it has stopped. Must be called in the main thread.

    `ready` gets the address once it is bound: port 0 picks a free one. `probes` is where health is answered as well.
    """
    asyncio.run(_serve(server, listen, grace_seconds, ready, probes))
    return server


async def _serve(server: Server, listen: str, grace_seconds: float, ready: Callable[[str], None], probes: str) -> None:
    address = await server.start(listen)
    async with _probed(server.health, probes):
        working = asyncio.create_task(server.work())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, working.cancel)
        ready(address)
        try:
            with suppress(asyncio.CancelledError):
                await working
        finally:
            await server.stop(grace_seconds)


@asynccontextmanager
async def _probed(servicer: health.aio.HealthServicer, listen: str) -> AsyncIterator[None]:
    """Answers health, and nothing else, in the clear: the probes of Kubernetes speak no TLS. Raises InvalidRequest."""
    if not listen:
        yield
        return
    server = grpc.aio.server(options=OPTIONS)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    bind(server, listen)
    await server.start()
    try:
        yield
    finally:
        await server.stop(grace=None)


@asynccontextmanager
async def errors_as_status(context: Context) -> AsyncIterator[None]:
    """Ends the call in the status that says what was raised."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  every call ends in a status that says what happened
        if not isinstance(error, CuegraphError):
            _log.exception("a call failed in a way that nobody foresaw")
        status = rpc_status.to_status(wire.error_to_status(error))
        await context.abort(status.code, status.details, status.trailing_metadata)


def bind(server: grpc.aio.Server, listen: str, tls: TlsFiles = IN_THE_CLEAR) -> str:
    """Binds the address and returns it with its real port. Raises InvalidRequest, InvalidSetting."""
    credentials = server_credentials(tls)
    try:
        port = server.add_secure_port(listen, credentials) if credentials else server.add_insecure_port(listen)
    except RuntimeError as error:
        raise InvalidRequest(f"cannot listen on {listen!r}: {error}; choose another address") from error
    return listen if listen.startswith("unix:") else f"{listen.rpartition(':')[0]}:{port}"
