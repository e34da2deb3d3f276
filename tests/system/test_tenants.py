"""Tenants of one coordinator: by their tokens, they see their own jobs and nothing of each other's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from cuegraph.v1 import job_service_pb2, job_service_pb2_grpc, lineage_service_pb2, lineage_service_pb2_grpc
from services.runtime import wire
from services.runtime.artifact import digest_bytes
from services.runtime.manifest import Status, from_json
from services.runtime.store import blobs
from services.runtime.store.base import Store
from services.runtime.tls import TlsFiles, open_channel
from tests.certificates import Authority
from tests.small_coordinator import FILM, PATIENCE_SECONDS, served, small_app

TOKENS = {"studio-a": "token of a", "studio-b": "token of b", "ops": "token of ops"}


@dataclass
class Client:
    """Calls with one token; without one, with none."""

    channel: grpc.Channel
    token: str

    def __post_init__(self) -> None:
        self._jobs = job_service_pb2_grpc.JobServiceStub(self.channel)
        self._lineage = lineage_service_pb2_grpc.LineageServiceStub(self.channel)

    def __call__(self, method: str, message: Any) -> Any:
        stub = self._jobs if hasattr(self._jobs, method) else self._lineage
        metadata = [("authorization", f"Bearer {self.token}")] if self.token else []
        return getattr(stub, method)(message, timeout=PATIENCE_SECONDS, metadata=metadata)

    def create(self, store: Store, **changes: Any) -> Any:
        film = wire.artifact_to_proto(blobs.add_file(store, FILM, "audio/flac"))
        asked = {"workflow": "transcribe", "media": film, "title": "A reading", "source_language_code": "en"}
        request = job_service_pb2.JobRequest(**{**asked, **changes})
        return self("CreateJob", job_service_pb2.CreateJobRequest(request=request, request_id="same-id")).job

    def ended(self, name: str) -> Any:
        return list(self("WatchJob", job_service_pb2.WatchJobRequest(name=name)))[-1].job

    def listed(self) -> list[str]:
        return [job.name for job in self("ListJobs", job_service_pb2.ListJobsRequest()).jobs]


@dataclass
class Place:
    client: Callable[[str], Client]
    """A client with the token of that name."""
    store: Store
    address: str


def access_file(folder: Path) -> str:
    roles = {"studio-a": '["submit", "read"]', "studio-b": '["submit", "read"]', "ops": '["admin"]'}
    path = folder / "access.toml"
    path.write_text(
        "\n".join(
            f'[[token]]\nname = "{name}"\nsha256 = "{digest_bytes(token.encode())}"\nroles = {roles[name]}\n'
            + (f'tenant = "{name}"' if name != "ops" else "")
            for name, token in TOKENS.items()
        )
    )
    return str(path)


@contextmanager
def guarded(folder: Path, server: TlsFiles, client: TlsFiles) -> Iterator[Place]:
    app = small_app(folder, {})
    app = replace(app, process=replace(app.process, access_file=access_file(folder), tls=server))
    with ExitStack() as stack:
        address = stack.enter_context(served(app))

        def made(name: str) -> Client:
            return Client(stack.enter_context(open_channel(address, client)), TOKENS.get(name, ""))

        yield Place(made, app.store, address)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with guarded(tmp_path, TlsFiles(), TlsFiles()) as place:
        yield place


def refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str, str]:
    """Status, reason and message of a call that must be refused."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    error: Any = caught.value
    status = wire.error_from_status(grpc_status(error))
    assert status is not None
    return error.code(), status.code, str(status)


def grpc_status(error: Any) -> Any:
    from grpc_status import rpc_status

    return rpc_status.from_call(error)


def calls_about(client: Client, name: str) -> dict[str, Callable[[], object]]:
    """Every way to ask about a job, or to do something to it."""
    jobs, lineage = job_service_pb2, lineage_service_pb2
    return {
        "get": lambda: client("GetJob", jobs.GetJobRequest(name=name)),
        "watch": lambda: list(client("WatchJob", jobs.WatchJobRequest(name=name))),
        "cancel": lambda: client("CancelJob", jobs.CancelJobRequest(name=name)),
        "retry": lambda: client("RetryJob", jobs.RetryJobRequest(name=name)),
        "lineage": lambda: client("GetLineage", lineage.GetLineageRequest(name=name)),
        "trace": lambda: client("TraceCue", lineage.TraceCueRequest(name=name, cue_number=1)),
        "verify": lambda: client("VerifyJob", lineage.VerifyJobRequest(name=name)),
    }


def test_a_tenant_sees_its_own_jobs_and_nothing_of_anothers(place: Place) -> None:
    a, b = place.client("studio-a"), place.client("studio-b")
    job = a.create(place.store)
    assert a.ended(job.name).state == job_service_pb2.JOB_STATE_SUCCEEDED
    assert a.listed() == [job.name]
    assert b.listed() == []
    missing = {how: refused(call) for how, call in calls_about(b, "jobs/20260101-000000-000000000000").items()}
    for how, call in calls_about(b, job.name).items():
        status, reason, message = refused(call)
        assert (status, reason) == (grpc.StatusCode.NOT_FOUND, "NAME_UNKNOWN"), how
        assert message == missing[how][2].replace("20260101-000000-000000000000", job.name[5:]), how


def test_one_film_and_one_request_id_of_two_tenants_are_two_jobs_that_share_nothing(place: Place) -> None:
    a, b = place.client("studio-a"), place.client("studio-b")
    first, second = a.create(place.store), b.create(place.store)
    assert first.name != second.name
    assert a.create(place.store).name == first.name
    ended = [client.ended(job.name) for client, job in ((a, first), (b, second))]
    assert [job.request.tenant for job in ended] == ["studio-a", "studio-b"]
    statuses = {from_json(place.store.get(step.manifest.uri)).status for job in ended for step in job.steps}
    assert Status.REUSED not in statuses


def test_a_tenant_cannot_make_jobs_of_another(place: Place) -> None:
    status, reason, _ = refused(lambda: place.client("studio-b").create(place.store, tenant="studio-a"))
    assert (status, reason) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")


def test_an_admin_sees_the_jobs_of_all(place: Place) -> None:
    names = [place.client(name).create(place.store).name for name in ("studio-a", "studio-b")]
    ops = place.client("ops")
    assert set(ops.listed()) == set(names)
    for name in names:
        assert ops.ended(name).state == job_service_pb2.JOB_STATE_SUCCEEDED


@pytest.mark.parametrize("token", ["", "of nobody"])
def test_a_call_without_a_known_token_is_not_authenticated(place: Place, token: str) -> None:
    client = replace(place.client("nobody"), token=token)
    for call in calls_about(client, "jobs/any").values():
        assert refused(call)[:2] == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert refused(client.listed)[0] is grpc.StatusCode.UNAUTHENTICATED


def test_health_and_reflection_answer_without_a_token_over_mutual_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    with guarded(tmp_path, authority.server(mutual=True), authority.client()) as place:
        client = place.client("studio-a")
        assert client.listed() == []
        health = health_pb2_grpc.HealthStub(client.channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert health.status == health_pb2.HealthCheckResponse.SERVING
        assert "cuegraph.v1.JobService" in ProtoReflectionDescriptorDatabase(client.channel).get_services()
        with open_channel(place.address, authority.nameless_client()) as nameless, pytest.raises(grpc.RpcError):
            Client(nameless, TOKENS["studio-a"]).listed()
