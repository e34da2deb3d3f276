"""TLS of stages: who is trusted runs as ever, and who is not is told what to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from services.runtime.client import RemoteStage
from services.runtime.errors import CuegraphError, StageUnavailable
from services.runtime.manifest import Status
from services.runtime.tls import IN_THE_CLEAR, TlsFiles, open_channel
from tests.certificates import Authority
from tests.fake_stage import PATIENCE_SECONDS, FakeStage, Heard, InProcess, request


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "stranger")


@contextmanager
def served(tls: TlsFiles) -> Iterator[str]:
    server = InProcess(FakeStage(), tls=tls)
    try:
        yield server.address
    finally:
        server.stop()


def code_of(address: str, tls: TlsFiles) -> tuple[str, str]:
    """Code and message of what the client raises; the patience is what a wrong file would otherwise cost."""
    with closing(RemoteStage(address, "fake", patience_seconds=PATIENCE_SECONDS, tls=tls)) as client:
        with pytest.raises(CuegraphError) as raised:
            client.describe()
        return raised.value.code, str(raised.value)


@pytest.mark.parametrize("mutual", [False, True])
def test_a_run_goes_through_tls_as_through_none(authority: Authority, mutual: bool) -> None:
    tls = authority.client() if mutual else authority.nameless_client()
    with served(authority.server(mutual=mutual)) as address, closing(RemoteStage(address, "fake", tls=tls)) as client:
        assert client.describe().name == "fake"
        assert client.run(request("succeed"), Heard(), threading.Event()).status is Status.SUCCEEDED


def test_health_and_reflection_answer_over_mutual_tls(authority: Authority) -> None:
    with served(authority.server(mutual=True)) as address, open_channel(address, authority.client()) as channel:
        asked = health_pb2.HealthCheckRequest(service="fake")
        stub = health_pb2_grpc.HealthStub(channel)
        states = (state.status for state in stub.Watch(asked, timeout=PATIENCE_SECONDS))
        assert health_pb2.HealthCheckResponse.SERVING in states
        assert "cuegraph.v1.StageService" in ProtoReflectionDescriptorDatabase(channel).get_services()


def test_a_client_without_a_certificate_is_told_to_bring_one(authority: Authority) -> None:
    with served(authority.server(mutual=True)) as address:
        code, message = code_of(address, authority.nameless_client())
    assert code == "CONNECTION_NOT_TRUSTED"
    assert "CUEGRAPH_TLS_CERT" in message


def test_a_client_with_a_certificate_of_a_stranger_is_refused(authority: Authority, stranger: Authority) -> None:
    with served(authority.server(mutual=True)) as address:
        code, message = code_of(address, stranger.client(trusted=authority))
    assert code == "CONNECTION_NOT_TRUSTED"
    assert "--tls-client-ca" in message


def test_a_server_with_a_certificate_of_a_stranger_is_refused(authority: Authority, stranger: Authority) -> None:
    with served(stranger.server(mutual=False)) as address:
        code, message = code_of(address, authority.nameless_client())
    assert code == "CONNECTION_NOT_TRUSTED"
    assert "CUEGRAPH_TLS_CA" in message


def test_a_server_must_bear_the_name_by_which_it_is_called(authority: Authority) -> None:
    tls = authority.nameless_client()
    with served(authority.server(mutual=False, name="asr.cuegraph")) as address:
        assert code_of(address, tls)[0] == "CONNECTION_NOT_TRUSTED"
        with closing(RemoteStage(address, "fake", tls=replace(tls, server_name="asr.cuegraph"))) as client:
            assert client.describe().name == "fake"


def test_a_client_in_the_clear_is_told_that_the_server_wants_tls(authority: Authority) -> None:
    with served(authority.server(mutual=False)) as address:
        code, message = code_of(address, IN_THE_CLEAR)
    assert code == "CONNECTION_NOT_TRUSTED"
    assert "CUEGRAPH_TLS_CA" in message


def test_a_server_in_the_clear_is_not_taken_for_a_trusted_one(authority: Authority) -> None:
    with served(IN_THE_CLEAR) as address:
        code, message = code_of(address, authority.nameless_client())
    assert code == "CONNECTION_NOT_TRUSTED"
    assert "--tls-cert" in message


def test_a_server_that_is_not_there_is_unavailable_and_not_distrusted(authority: Authority) -> None:
    with served(IN_THE_CLEAR) as address:
        pass
    with (
        closing(RemoteStage(address, "fake", patience_seconds=0.5, tls=authority.client())) as client,
        pytest.raises(StageUnavailable),
    ):
        client.describe()


def test_a_key_of_another_certificate_is_refused_before_anything_listens(authority: Authority) -> None:
    mixed = replace(authority.server(mutual=False), key=authority.pair("other.example")[1])
    with pytest.raises(CuegraphError) as raised:
        InProcess(FakeStage(), tls=mixed)
    assert raised.value.code == "SETTING_INVALID"


@pytest.mark.parametrize("files", [{"cert": "a.pem"}, {"key": "a.key"}, {"client_ca": "ca.pem"}])
def test_files_that_need_others_are_refused_without_them(files: dict[str, str]) -> None:
    with pytest.raises(CuegraphError) as raised:
        TlsFiles(**files)
    assert raised.value.code == "SETTING_INVALID"


def test_a_file_that_is_not_there_is_named(authority: Authority) -> None:
    with pytest.raises(CuegraphError, match=r"missing\.pem") as raised:
        open_channel("127.0.0.1:1", TlsFiles(ca="missing.pem"))
    assert raised.value.code == "SETTING_INVALID"
