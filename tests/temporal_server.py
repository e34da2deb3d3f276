"""A Temporal server of its own for tests: the real one, in its form for development, over a file."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from services.runtime.settings import TemporalAccess

PATIENCE_SECONDS = 60.0
"""How long a test waits for what must happen before it fails."""


@dataclass
class TemporalServer:
    """A server that can be killed and started again on the same port and file."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        program = str(Path(sys.executable).with_name("temporal"))
        command = [program, "server", "start-dev", "--headless", "--log-level", "error", "--ip", "127.0.0.1"]
        command += ["--port", str(self.port), "--db-filename", str(self.folder / "temporal.db")]
        with (self.folder / "temporal.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        asyncio.run(_until_it_answers(self.address))

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def new_namespace(self) -> TemporalAccess:
        """A namespace in which nothing has happened yet."""
        access = TemporalAccess(self.address, f"test-{uuid.uuid4().hex[:12]}")
        asyncio.run(_register(access))
        return access


async def _until_it_answers(address: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await (await Client.connect(address)).count_workflows()
            except (RPCError, RuntimeError):
                await asyncio.sleep(0.05)
            else:
                return


async def _register(access: TemporalAccess) -> None:
    client = await Client.connect(access.address)
    day = Duration()
    day.FromTimedelta(timedelta(days=1))
    request = RegisterNamespaceRequest(namespace=access.namespace, workflow_execution_retention_period=day)
    await client.workflow_service.register_namespace(request)
    own = await Client.connect(access.address, namespace=access.namespace)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await own.count_workflows()
            except RPCError:
                await asyncio.sleep(0.05)
            else:
                return


@contextmanager
def temporal_server(folder: Path) -> Iterator[TemporalServer]:
    server = TemporalServer(folder, _free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """The server that tests share which do it no harm."""
    with temporal_server(tmp_path_factory.mktemp("temporal")) as server:
        yield server
