"""A port that speaks TLS and hands on what it hears in the clear, for servers that cannot."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.runtime.tls import TlsFiles

_BLOCK = 65_536


@asynccontextmanager
async def tls_front(port: int, files: TlsFiles) -> AsyncIterator[str]:
    """The address of a front of a server of this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.cert, files.key)
    context.set_alpn_protocols(["h2"])
    if files.client_ca:
        context.load_verify_locations(files.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED

    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        behind = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_hand_on(reader, behind[1]), _hand_on(behind[0], writer))
        finally:
            for side in (writer, behind[1]):
                side.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    try:
        yield f"localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await asyncio.sleep(0)  # aborted transports close their sockets in the next round of the loop


async def _hand_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while block := await source.read(_BLOCK):
            sink.write(block)
            await sink.drain()
        sink.close()
