"""The guard of the server: asks the gate before every call and tells the call who makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from services.runtime.errors import InvalidRequest
from services.runtime.serving import Context, errors_as_status

from ..access.callers import CALLER
from ..access.gate import OPEN, Gate

Handler = Any
"""A grpc.RpcMethodHandler, which has no types."""
Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Handler]]

_LOOPBACK = ("127.", "localhost:", "[::1]:", "unix:")


def require_loopback(listen: str, gate: Gate, *, insecure_anyone: bool) -> None:
    """Raises InvalidRequest if the address would let the world do anything, and nobody said that this is meant."""
    if gate.is_open and not insecure_anyone and not listen.startswith(_LOOPBACK):
        raise InvalidRequest(
            f"whoever reaches {listen} could do anything; name who may call with CUEGRAPH_ACCESS_FILE, listen on "
            "127.0.0.1, or say --insecure-anyone if the network keeps others out"
        )


class Guard(grpc.aio.ServerInterceptor):
    """Ends the calls that may not be in UNAUTHENTICATED or PERMISSION_DENIED."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def intercept_service(self, continuation: Continuation, details: grpc.HandlerCallDetails) -> Handler:
        handler = await continuation(details)
        if handler is None or self._gate.is_open or details.method.startswith(OPEN):
            return handler
        return _guarded(handler, self._gate, details.method)


def _guarded(handler: Handler, gate: Gate, method: str) -> Handler:
    """All methods that are guarded take one message and are coroutines, those that stream too."""
    streams = handler.response_streaming
    inner = handler.unary_stream if streams else handler.unary_unary
    make: Any = grpc.unary_stream_rpc_method_handler if streams else grpc.unary_unary_rpc_method_handler

    async def behaviour(message: Any, context: Context) -> Any:
        async with errors_as_status(context):
            CALLER.set(await asyncio.to_thread(gate.admit, method, _authorization(context)))
        return await inner(message, context)

    return make(behaviour, handler.request_deserializer, handler.response_serializer)


def _authorization(context: Context) -> str:
    metadata = {key.lower(): value for key, value in context.invocation_metadata() or ()}
    return str(metadata.get("authorization", ""))
