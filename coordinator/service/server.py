"""The coordinator as a server: jobs and lineage over gRPC, and a worker that drives the jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc, lineage_service_pb2, lineage_service_pb2_grpc
from services.runtime.serving import FAREWELL_SECONDS, OPTIONS, bind, serve_until_told

from ..app import App
from .broadcasts import Broadcasts
from .guard import Guard
from .job_service import JobService
from .lineage_service import LineageService
from .worker import Worker

SERVICES = (
    job_service_pb2.DESCRIPTOR.services_by_name["JobService"].full_name,
    lineage_service_pb2.DESCRIPTOR.services_by_name["LineageService"].full_name,
)

_log = logging.getLogger(__name__)


def serve(  # noqa: PLR0913  one per option of the command
    app: App, listen: str, *, slots: int, grace_seconds: float, ready: Callable[[str], None], probes: str = ""
) -> list[str]:
    """Serves until SIGTERM or SIGINT, then lets the jobs under way end for `grace_seconds`.

    Returns the names of the jobs that did not end. Their threads still run: whoever calls this ends the process, and
    the next one goes on with the jobs. `slots` is how many jobs are driven at once. `probes` is a second address, for
    health alone and without TLS. Raises InvalidRequest if an address cannot be bound, and what
    opening the store raises.
    """
    return serve_until_told(CoordinatorServer(app, slots), listen, grace_seconds, ready, probes).unfinished


class CoordinatorServer:
    """A server in the running event loop."""

    def __init__(self, app: App, slots: int) -> None:
        self._app = app
        self._broadcasts = Broadcasts()
        self._worker = Worker(app.jobs, app.engine, self._broadcasts, slots, app.tenants)
        self.health = health.aio.HealthServicer()
        self._server: grpc.aio.Server | None = None
        self.unfinished: list[str] = []
        """Jobs that were under way when the server stopped, and are."""

    async def start(self, listen: str) -> str:
        """Listens, goes on with the jobs of the store, and returns the address that is bound."""
        self._server = grpc.aio.server(options=OPTIONS, interceptors=[Guard(self._app.gate)])
        jobs = JobService(self._app, self._worker, self._broadcasts)
        job_service_pb2_grpc.add_JobServiceServicer_to_server(jobs, self._server)
        lineage = LineageService(self._app)
        lineage_service_pb2_grpc.add_LineageServiceServicer_to_server(lineage, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        address = bind(self._server, listen, self._app.process.tls)
        for name in ("", *SERVICES):
            await self.health.set(name, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()
        self._worker.start()
        return address

    async def work(self) -> None:
        """Waits until cancelled: calls come by themselves, and the worker has its own thread."""
        await asyncio.Event().wait()

    async def stop(self, grace_seconds: float) -> None:
        """Begins no more jobs and lets those under way end for so long; then takes no more calls."""
        await self.health.enter_graceful_shutdown()
        self.unfinished = await asyncio.to_thread(self._worker.stop, grace_seconds)
        if self.unfinished:
            _log.warning("left unfinished, to be gone on with at the next start: %s", ", ".join(self.unfinished))
        if self._server is not None:
            await self._server.stop(FAREWELL_SECONDS)
