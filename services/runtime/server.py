"""Serves stages over gRPC: health, reflection, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from cuegraph.v1 import stage_service_pb2, stage_service_pb2_grpc

from . import wire
from .active_runs import ActiveRuns, Event, in_thread
from .errors import StageCrashed, unknown_name
from .request import StageClient, StageDescription, StageResult
from .serving import FAREWELL_SECONDS, OPTIONS, Context, bind, errors_as_status, serve_until_told
from .tls import IN_THE_CLEAR, TlsFiles
from .traces import with_metadata

CANCEL_PATIENCE_SECONDS = 10.0
"""How long a cancelled run may take to write its manifest."""


class HostedStage(StageClient, Protocol):
    """A stage of this process."""

    def warm_up(self) -> None:
        """Loads what a run would load. Raises ModelError."""


def serve(  # noqa: PLR0913  one per option of the command
    stages: Sequence[HostedStage],
    listen: str,
    *,
    capacity: int = 1,
    grace_seconds: float = 30.0,
    tls: TlsFiles = IN_THE_CLEAR,
    probes: str = "",
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serves until SIGTERM or SIGINT, then lets the runs under way end for `grace_seconds` and cancels the rest.

    `capacity` is how many runs each stage takes at once. `ready` gets the address once it is bound (port 0 picks
    a free one); models may still be loading then: health says when they are there. `probes` is a second address, for
    health alone and without TLS. Must be called in the main thread. Raises InvalidRequest if an address cannot be
    bound, ModelError if a model cannot be loaded, and StageCrashed if a run did not heed its cancellation.
    """
    serve_until_told(StageServer(stages, capacity, tls), listen, grace_seconds, ready, probes)


class StageServer:
    """A server in the running event loop."""

    def __init__(self, stages: Sequence[HostedStage], capacity: int, tls: TlsFiles = IN_THE_CLEAR) -> None:
        self._tls = tls
        self._hosts = {host.name: host for host in (_Host(stage, capacity) for stage in stages)}
        self.health = health.aio.HealthServicer()
        self._server: grpc.aio.Server | None = None

    async def start(self, listen: str) -> str:
        """Listens and returns the address that is bound. No stage runs before its models are loaded."""
        self._server = grpc.aio.server(options=OPTIONS)
        stage_service_pb2_grpc.add_StageServiceServicer_to_server(_Servicer(self._hosts), self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        reflection.enable_server_reflection(_service_names(), self._server)
        for name in ("", *self._hosts):
            await self.health.set(name, health_pb2.HealthCheckResponse.NOT_SERVING)
        address = bind(self._server, listen, self._tls)
        await self._server.start()
        return address

    async def work(self) -> None:
        """Loads the models stage by stage, each serves as soon as its own are there, then waits until cancelled.

        Raises ModelError.
        """
        for host in self._hosts.values():
            await in_thread(f"warm-up {host.name}", host.stage.warm_up)
            host.runs.open()
            await self.health.set(host.name, health_pb2.HealthCheckResponse.SERVING)
        await self.health.set("", health_pb2.HealthCheckResponse.SERVING)
        await asyncio.Event().wait()

    async def stop(self, grace_seconds: float) -> None:
        """Takes no new runs, waits for those under way, cancels what is left. Raises StageCrashed if any stays."""
        await self.health.enter_graceful_shutdown()
        for host in self._hosts.values():
            host.runs.close("is stopping")
        if await self._unfinished(grace_seconds):
            for host in self._hosts.values():
                host.runs.cancel_all()
        left = await self._unfinished(CANCEL_PATIENCE_SECONDS)
        if self._server is not None:
            await self._server.stop(FAREWELL_SECONDS)
        if left:
            raise StageCrashed(f"{left} cancelled runs did not end within {CANCEL_PATIENCE_SECONDS:g} s")

    async def _unfinished(self, patience_seconds: float) -> int:
        """How many runs are left after at most that time."""
        results: list[asyncio.Future[StageResult]] = [
            result for host in self._hosts.values() for result in host.runs.results
        ]
        if results:
            await asyncio.wait(results, timeout=patience_seconds)
        return sum(not result.done() for result in results)


class _Host:
    """One stage and its runs."""

    def __init__(self, stage: HostedStage, capacity: int) -> None:
        self.stage = stage
        self.description: StageDescription = dataclasses.replace(stage.describe(), capacity=capacity)
        self.name = self.description.name
        self.runs = ActiveRuns(stage, capacity)
        self.runs.close("is loading its models")


class _Servicer(stage_service_pb2_grpc.StageServiceServicer):
    """Only translates: messages to calls, results and errors to messages."""

    def __init__(self, hosts: dict[str, _Host]) -> None:
        self._hosts = hosts

    async def DescribeStage(  # noqa: N802  the contract's name
        self, message: stage_service_pb2.DescribeStageRequest, context: Context
    ) -> stage_service_pb2.DescribeStageResponse:
        async with errors_as_status(context):
            return wire.description_to_proto(self._host(message.stage).description)

    async def RunStage(  # noqa: N802  the contract's name
        self, message: stage_service_pb2.RunStageRequest, context: Context
    ) -> None:
        async with errors_as_status(context):
            request = with_metadata(wire.request_from_proto(message), context.invocation_metadata() or ())
            runs = self._host(request.step.stage).runs
            run, attached = runs.join(request)
            with run.listener() as listener:
                await context.write(Event(accepted=stage_service_pb2.RunAccepted(attached=attached)))
                async for event in listener.events():
                    await context.write(event)
            if run.result.exception() is None:
                await context.write(Event(done=wire.result_to_proto(run.result.result())))
            runs.heard(run)
            run.result.result()  # raises what the run raised

    async def CancelRun(  # noqa: N802  the contract's name
        self, message: stage_service_pb2.CancelRunRequest, context: Context
    ) -> stage_service_pb2.CancelRunResponse:
        async with errors_as_status(context):
            step = wire.step_from_proto(message.step)
            return stage_service_pb2.CancelRunResponse(found=self._host(step.stage).runs.cancel(step))

    def _host(self, stage: str) -> _Host:
        if stage not in self._hosts:
            raise unknown_name("stage", stage, self._hosts)
        return self._hosts[stage]


def _service_names() -> tuple[str, ...]:
    stage_service = stage_service_pb2.DESCRIPTOR.services_by_name["StageService"].full_name
    return stage_service, health.SERVICE_NAME, reflection.SERVICE_NAME
