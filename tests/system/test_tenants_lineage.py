"""Tenants ask about lineage: nobody learns of another's jobs by digest, term, model, difference, reason or impact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from coordinator.records import JobRecord
from cuegraph.v1 import lineage_service_pb2_grpc, step_pb2
from cuegraph.v1.lineage_service_pb2 import (
    AuditJobRequest,
    DiffJobsRequest,
    ExplainStepRequest,
    ExportLineageRequest,
    FindMakersRequest,
    FindUsesRequest,
    GetLineageRequest,
    PlanImpactRequest,
    TraceCueRequest,
    VerifyJobRequest,
)
from services.documents import codec, glossary
from services.documents.glossary import Glossary, Term
from services.runtime import wire
from services.runtime.artifact import digest_bytes
from services.runtime.store import keys
from services.runtime.store.base import Store
from tests.drawn_jobs import Drawn, model, write_drawn
from tests.small_coordinator import PATIENCE_SECONDS, served, small_app

A, B = "studio-a", "studio-b"
SECRET_MODEL = model("ears-of-a", digest="cd" * 32)
OF_BOTH = model("ears-of-both")
FILM = digest_bytes(b"the film")
WRITTEN_BY_A = digest_bytes(b"of-a listen _")
TERMS = codec.to_json(Glossary("en", (Term("term:0", "Elinor", "job", ("job:0:1",)),)))


def write_jobs(store: Store) -> None:
    """The same film of two tenants: both listened with one model, and one of them with another, and with a glossary."""
    said = Drawn("glossary", gives={"glossary": (TERMS, glossary.MEDIA_TYPE)})
    steps = (said, Drawn("listen", ("film", "glossary.glossary"), models=(SECRET_MODEL, OF_BOTH)))
    write_drawn(store, "of-a", steps)
    write_drawn(store, "of-b", (Drawn("listen", models=(OF_BOTH,)),))
    for job, tenant in (("of-a", A), ("of-b", B)):
        record = JobRecord.from_json(store.get(keys.job(job)))
        store.put(keys.job(job), replace(record, tenant=tenant).to_json())


def access_file(folder: Path) -> str:
    path = folder / "access.toml"
    tokens = {A: '["read"]', B: '["read"]', "ops": '["admin"]', "sender": '["submit"]'}
    path.write_text(
        "\n".join(
            f'[[token]]\nname = "{name}"\nsha256 = "{digest_bytes(name.encode())}"\nroles = {roles}\n'
            + (f'tenant = "{name}"' if name in (A, B) else "")
            for name, roles in tokens.items()
        )
    )
    return str(path)


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("place")
    app = small_app(folder, {})
    app = replace(app, process=replace(app.process, access_file=access_file(folder), index=folder / "index"))
    write_jobs(app.store)
    with ExitStack() as stack:
        channel = stack.enter_context(grpc.insecure_channel(stack.enter_context(served(app))))
        yield lineage_service_pb2_grpc.LineageServiceStub(channel)


def ask(stub: Any, who: str, message: Any) -> Any:
    method = getattr(stub, type(message).__name__.removesuffix("Request"))
    answer = method(message, timeout=PATIENCE_SECONDS, metadata=[("authorization", f"Bearer {who}")])
    return list(answer) if isinstance(message, ExportLineageRequest) else answer


def refusal(stub: Any, who: str, message: Any) -> tuple[grpc.StatusCode, str, str]:
    """Status, reason and message."""
    from grpc_status import rpc_status

    with pytest.raises(grpc.RpcError) as caught:
        ask(stub, who, message)
    failed: Any = caught.value
    status = wire.error_from_status(rpc_status.from_call(failed))
    assert status is not None
    return failed.code(), status.code, str(status)


def questions_about(name: str) -> list[Any]:
    """Every question that names a job, each way in which it can."""
    setting = {"asr.beam_size": step_pb2.Setting(value_json="3")}
    return [
        GetLineageRequest(name=name),
        TraceCueRequest(name=name, cue_number=1),
        VerifyJobRequest(name=name),
        DiffJobsRequest(old_name=name, new_name="jobs/of-b"),
        DiffJobsRequest(old_name="jobs/of-b", new_name=name),
        ExplainStepRequest(name=name, step="listen"),
        ExplainStepRequest(name="jobs/of-b", step="listen", against=name),
        PlanImpactRequest(name=name, settings=setting),
        AuditJobRequest(name=name),
        ExportLineageRequest(name=name, format="json"),
    ]


@pytest.mark.parametrize("place", range(len(questions_about("jobs/any"))))
def test_a_job_of_another_tenant_is_refused_as_one_that_is_not_there(stub: Any, place: int) -> None:
    status, reason, message = refusal(stub, B, questions_about("jobs/of-a")[place])
    assert (status, reason) == (grpc.StatusCode.NOT_FOUND, "NAME_UNKNOWN")
    missing = refusal(stub, B, questions_about("jobs/of-x")[place])
    assert message == missing[2].replace("of-x", "of-a")


@pytest.mark.parametrize("query", ["ears-of-a", "ears-of-a@1", "cd" * 32, "cd" * 4, WRITTEN_BY_A[:10], "Elinor"])
def test_what_only_another_tenant_has_is_unknown(stub: Any, query: str) -> None:
    assert [use.job for use in ask(stub, A, FindUsesRequest(query=query)).uses] == ["jobs/of-a"]
    status, reason, message = refusal(stub, B, FindUsesRequest(query=query))
    assert (status, reason) == (grpc.StatusCode.NOT_FOUND, "NAME_UNKNOWN")
    assert message == refusal(stub, B, FindUsesRequest(query="nobody"))[2].replace("nobody", query)


@pytest.mark.parametrize("query", ["ears-of-both", FILM, FILM[:9]])
def test_of_what_both_have_each_is_told_its_own_and_an_admin_all(stub: Any, query: str) -> None:
    found = {who: {use.job for use in ask(stub, who, FindUsesRequest(query=query)).uses} for who in (A, B, "ops")}
    assert found == {A: {"jobs/of-a"}, B: {"jobs/of-b"}, "ops": {"jobs/of-a", "jobs/of-b"}}


def test_who_made_a_file_is_told_to_its_own_tenant(stub: Any) -> None:
    makers = {who: ask(stub, who, FindMakersRequest(digest=WRITTEN_BY_A, size_bytes=13)) for who in (A, B, "ops")}
    assert {who: answer.is_made for who, answer in makers.items()} == {A: True, B: False, "ops": True}
    assert makers[B] == ask(stub, B, FindMakersRequest(digest=digest_bytes(b"nobody's")))
    film = {who: {it.job for it in ask(stub, who, FindMakersRequest(digest=FILM)).given} for who in (A, B)}
    assert film == {A: {"jobs/of-a"}, B: {"jobs/of-b"}}


def test_a_step_is_compared_with_jobs_of_its_tenant_alone(stub: Any) -> None:
    """Of those who see all, it is compared with the earlier one of the same film."""
    known = ask(stub, "ops", ExplainStepRequest(name="jobs/of-b", step="listen"))
    own = ask(stub, B, ExplainStepRequest(name="jobs/of-b", step="listen"))
    assert (known.against, own.against) == ("jobs/of-a", "")
    assert [reason.code for reason in own.reasons] == ["FIRST_TIME"]


def test_who_may_only_submit_may_ask_nothing(stub: Any) -> None:
    for message in [*questions_about("jobs/of-b"), FindUsesRequest(query="x"), FindMakersRequest(digest=FILM)]:
        assert refusal(stub, "sender", message)[:2] == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
