"""Temporal is reached as its settings say: encrypted where they do, and only where it is trusted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.engines.temporal.connection import connect
from services.runtime.settings import TemporalAccess, temporal_access
from services.runtime.tls import TlsFiles
from tests.certificates import Authority
from tests.temporal_server import TemporalServer
from tests.tls_front import tls_front

KEY = "-".join(("a", "key", "for", "tests"))


async def _workflows(access: TemporalAccess) -> int:
    return (await (await connect(access)).count_workflows()).count


def test_a_client_with_a_certificate_is_served_and_one_without_is_not(
    temporal: TemporalServer,
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path / "ca")
    access = temporal.new_namespace()

    async def ask() -> None:
        async with tls_front(temporal.port, authority.server(mutual=True, name="localhost")) as address:
            known = replace(access, address=address, tls=authority.client())
            assert await _workflows(known) == 0
            with pytest.raises(RuntimeError):
                await _workflows(replace(known, tls=TlsFiles(ca=authority.certificate)))

    asyncio.run(ask())


def test_an_api_key_is_never_sent_in_the_clear(temporal: TemporalServer) -> None:
    access = replace(temporal.new_namespace(), api_key=KEY)
    with pytest.raises(RuntimeError):
        asyncio.run(_workflows(access))  # the server does not speak TLS


def test_the_environment_says_how_to_reach_it_and_hides_the_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "ca")
    monkeypatch.setenv("CUEGRAPH_TEMPORAL_TLS_CA", authority.certificate)
    monkeypatch.setenv("CUEGRAPH_TEMPORAL_API_KEY", KEY)
    access = temporal_access()
    assert access.tls == TlsFiles(ca=authority.certificate)
    assert access.api_key == KEY
    assert KEY not in repr(access)
