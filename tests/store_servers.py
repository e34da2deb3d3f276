"""Real S3 servers on free ports of this machine: a right one (SeaweedFS) and two that ignore conditional writes."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.runtime.errors import StoreError
from services.runtime.store.s3 import S3Access, ensure_bucket

BUCKET = "cuegraph"
REGION = "us-east-1"
S3RVER = Path(".cache/s3rver/node_modules/.bin/s3rver").absolute()
"""Where `npm install --prefix .cache/s3rver s3rver` puts it."""

_START_SECONDS = 60


@dataclass(frozen=True)
class Guest:
    """Somebody whom the server knows besides the tests, with the rights of a policy and invented keys."""

    name: str
    policy: Mapping[str, Any]
    access_key: str = field(default_factory=lambda: secrets.token_hex(10))
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20))

    def access(self, server: S3Access) -> S3Access:
        return replace(server, access_key=self.access_key, secret_key=self.secret_key)


@pytest.fixture(scope="session")
def seaweed_access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Access]:
    """A SeaweedFS with an empty bucket `BUCKET`, shared by the session: every test takes a prefix of its own."""
    with seaweed(tmp_path_factory.mktemp("seaweed")) as access:
        yield access


@contextlib.contextmanager
def seaweed(folder: Path, guests: Sequence[Guest] = ()) -> Iterator[S3Access]:
    """Runs SeaweedFS on `folder`, with invented keys and an empty bucket `BUCKET`; guests may do what they may."""
    ports = free_ports(8)
    master, master_rpc, volume, volume_rpc, filer, filer_rpc, s3, s3_rpc = ports
    access = _invented_access(s3)
    config = folder / "s3.json"
    config.write_text(_seaweed_identities(access, guests))
    command = [
        *(_program("weed"), "server", "-s3", f"-s3.config={config}", "-s3.autoCreateBucket=false"),
        *(f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
        *(f"-master.port={master}", f"-master.port.grpc={master_rpc}", "-master.volumeSizeLimitMB=256"),
        *(f"-volume.port={volume}", f"-volume.port.grpc={volume_rpc}", "-volume.max=0"),
        *(f"-filer.port={filer}", f"-filer.port.grpc={filer_rpc}"),
        *(f"-s3.port={s3}", f"-s3.port.grpc={s3_rpc}", "-s3.port.iceberg=0", "-s3.port.lance=0"),
    ]
    environment = {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1", "TMPDIR": str(folder)}
    try:
        with _running(command, folder / "server.log", access, environment):
            yield access
    finally:
        for port in ports:
            for left_behind in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                left_behind.unlink()


@contextlib.contextmanager
def rclone(folder: Path) -> Iterator[S3Access]:
    """Runs `rclone serve s3`, which overwrites whatever `If-None-Match` says."""
    (port,) = free_ports(1)
    access = _invented_access(port)
    command = [_program("rclone"), "serve", "s3", f"--addr=127.0.0.1:{port}", "--config=", str(folder)]
    environment = {"RCLONE_AUTH_KEY": f'"{access.access_key},{access.secret_key}"'}
    with _running(command, folder / "server.log", access, environment):
        yield access


@contextlib.contextmanager
def s3rver(folder: Path) -> Iterator[S3Access]:
    """Runs s3rver, which overwrites too. Its keys are fixed."""
    (port,) = free_ports(1)
    access = S3Access(f"http://127.0.0.1:{port}", REGION, "S3RVER", "S3RVER")
    command = [str(S3RVER), f"--directory={folder}", "--address=127.0.0.1", f"--port={port}"]
    with _running(command, folder / "server.log", access, {}):
        yield access


def free_ports(count: int) -> Sequence[int]:
    """Ports of this machine that nobody listens on, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listening.getsockname()[1] for listening in sockets]


def _invented_access(port: int) -> S3Access:
    return S3Access(f"http://127.0.0.1:{port}", REGION, secrets.token_hex(10), secrets.token_hex(20))


def _seaweed_identities(access: S3Access, guests: Sequence[Guest]) -> str:
    admin = {"name": "tests", "credentials": [_keys(access.access_key, access.secret_key)], "actions": ["Admin"]}
    others = [
        {"name": it.name, "credentials": [_keys(it.access_key, it.secret_key)], "policyNames": [it.name]}
        for it in guests
    ]
    policies = [{"name": it.name, "content": json.dumps(it.policy)} for it in guests]
    return json.dumps({"identities": [admin, *others], "policies": policies})


def _keys(access_key: str, secret_key: str) -> dict[str, str]:
    return {"accessKey": access_key, "secretKey": secret_key}


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@contextlib.contextmanager
def _running(command: Sequence[str], log: Path, access: S3Access, environment: Mapping[str, str]) -> Iterator[None]:
    """Runs a server until the block ends; the block begins when the bucket is there."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment})
    try:
        _wait(process, access, log)
        yield
    finally:
        process.kill()  # nothing in it is to be kept, and SeaweedFS takes 25 s to stop in good order
        process.wait()


def _wait(process: subprocess.Popen[bytes], access: S3Access, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(access):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server does not start:\n{log.read_text()}")
        time.sleep(0.1)


def _answers(access: S3Access) -> bool:
    server = urlsplit(access.endpoint)
    try:
        socket.create_connection((server.hostname, server.port), timeout=5).close()
        ensure_bucket(BUCKET, access)
    except (ConnectionRefusedError, StoreError):
        return False
    return True
