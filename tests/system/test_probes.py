"""A server with TLS answers probes in the clear, and nothing else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from services.runtime.client import RemoteStage
from services.runtime.errors import CuegraphError
from tests.certificates import Authority
from tests.cuegraph import COMMAND
from tests.fake_stage import PATIENCE_SECONDS, health

SERVING = health_pb2.HealthCheckResponse.SERVING


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(params=[("stage", "serve", "glossary"), ("serve",)], ids=["stage", "coordinator"])
def probes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a server with mutual TLS answers probes."""
    tls = Authority(tmp_path / "authority").server(mutual=True)
    address = free_address()
    environment = {
        **os.environ,
        "CUEGRAPH_STORE": (tmp_path / "store").as_uri(),
        "CUEGRAPH_DATA": str(tmp_path / "data"),
        "CUEGRAPH_TLS_CERT": tls.cert,
        "CUEGRAPH_TLS_KEY": tls.key,
        "CUEGRAPH_TLS_CLIENT_CA": tls.client_ca,
        "CUEGRAPH_PROBES": address,
    }
    command = [str(COMMAND), *request.param, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            assert any("serving" in line for line in server.stderr)
            yield address
            server.send_signal(signal.SIGTERM)
            assert server.wait(PATIENCE_SECONDS) == 0
        finally:
            server.kill()


def test_health_is_answered_without_a_certificate(probes: str) -> None:
    assert health(probes, "", until=SERVING) == SERVING


def test_nothing_but_health_is_answered(probes: str) -> None:
    client = RemoteStage(probes, "glossary", patience_seconds=1.0)
    with pytest.raises(CuegraphError, match=grpc.StatusCode.UNIMPLEMENTED.name):
        client.describe()
    client.close()
