"""The commands that serve refuse what would open them by mistake, and take certificates as options."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from services.runtime.client import RemoteStage
from tests.certificates import Authority
from tests.cuegraph import COMMAND, cuegraph
from tests.fake_stage import PATIENCE_SECONDS


def test_a_coordinator_that_asks_nobody_who_calls_does_not_listen_to_other_machines(tmp_path: Path) -> None:
    refused = cuegraph("serve", "--listen", "0.0.0.0:0", "--store", tmp_path / "store")
    assert refused.code == 2
    assert "--insecure-anyone" in refused.stderr


@pytest.mark.parametrize("command", [("serve",), ("stage", "serve", "glossary")], ids=["coordinator", "stage"])
def test_a_certificate_without_its_key_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    refused = cuegraph(*command, "--store", tmp_path / "store", "--tls-cert", tmp_path / "cert.pem")
    assert refused.code == 2
    assert "--tls-key" in refused.stderr


def test_a_stage_is_served_with_the_certificate_of_its_options(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    tls = authority.server(mutual=True)
    options = ["--tls-cert", tls.cert, "--tls-key", tls.key, "--tls-client-ca", tls.client_ca]
    command = [str(COMMAND), "stage", "serve", "glossary", "--listen", "127.0.0.1:0", *options]
    environment = {**os.environ, "CUEGRAPH_STORE": (tmp_path / "store").as_uri(), "CUEGRAPH_DATA": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            address = next(line.split()[-1] for line in server.stderr if "serving" in line)
            client = RemoteStage(address, "glossary", patience_seconds=PATIENCE_SECONDS, tls=authority.client())
            assert client.describe().name == "glossary"
            client.close()
        finally:
            server.kill()
