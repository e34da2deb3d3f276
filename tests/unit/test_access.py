"""Who may call the coordinator: tokens, roles, and what a token of an issuer must say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from coordinator.access.callers import ANYONE, Caller, Role
from coordinator.access.gate import ROLES, Gate
from coordinator.access.tokens import AccessFile, Issuer, StaticToken, read_access_file
from coordinator.service.guard import require_loopback
from coordinator.service.server import SERVICES
from cuegraph.v1 import job_service_pb2, lineage_service_pb2
from services.runtime.artifact import digest_bytes
from services.runtime.errors import CuegraphError
from tests.token_issuer import AUDIENCE, ISSUER, TokenIssuer, token_issuer

LIST, CREATE = "/cuegraph.v1.JobService/ListJobs", "/cuegraph.v1.JobService/CreateJob"
READER = StaticToken("reader", digest_bytes(b"let me read"), (Role.READ,), "studio-a")
ADMIN = StaticToken("ops", digest_bytes(b"let me in"), (Role.ADMIN,))


@pytest.fixture(scope="module")
def issuer() -> Iterator[TokenIssuer]:
    with token_issuer() as running:
        yield running


@pytest.fixture
def gate(issuer: TokenIssuer) -> Gate:
    return Gate(AccessFile((READER, ADMIN), Issuer(ISSUER, AUDIENCE, issuer.keys_url)))


def refused(gate: Gate, method: str, authorization: str) -> str:
    with pytest.raises(CuegraphError) as raised:
        gate.admit(method, authorization)
    return raised.value.code


def test_without_a_file_anyone_may_do_anything() -> None:
    assert Gate(None).admit(CREATE, "") == ANYONE


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_token_is_known_by_its_digest(gate: Gate, scheme: str) -> None:
    assert gate.admit(LIST, f"{scheme} let me read") == READER.caller


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic bGV0", "let me read", "Bearer let me rea"])
def test_a_call_without_a_known_token_is_not_authenticated(gate: Gate, authorization: str) -> None:
    assert refused(gate, LIST, authorization) == "UNAUTHENTICATED"


def test_the_digest_of_a_token_is_no_token(gate: Gate) -> None:
    assert refused(gate, LIST, f"Bearer {READER.sha256}") == "UNAUTHENTICATED"


def test_a_method_asks_for_its_role(gate: Gate) -> None:
    assert refused(gate, CREATE, "Bearer let me read") == "PERMISSION_DENIED"


def test_an_admin_may_do_all_and_a_method_nobody_listed_is_for_admins(gate: Gate) -> None:
    assert gate.admit(CREATE, "Bearer let me in").sees("studio-b")
    assert gate.admit("/cuegraph.v1.JobService/EraseAll", "Bearer let me in").name == "ops"
    assert refused(gate, "/cuegraph.v1.JobService/EraseAll", "Bearer let me read") == "PERMISSION_DENIED"


def test_every_method_that_is_served_has_a_role() -> None:
    files = (job_service_pb2.DESCRIPTOR, lineage_service_pb2.DESCRIPTOR)
    services = [service for file in files for service in file.services_by_name.values()]
    assert {service.full_name for service in services} == set(SERVICES)
    served = {f"/{service.full_name}/{method.name}" for service in services for method in service.methods}
    assert served == set(ROLES)


def test_a_signed_token_says_who_what_and_whose(gate: Gate, issuer: TokenIssuer) -> None:
    token = issuer.token(roles=["read", "submit", "cook"])
    assert gate.admit(CREATE, f"Bearer {token}") == Caller("ana", frozenset({Role.READ, Role.SUBMIT}), "studio-a")


def test_roles_may_be_written_in_one_line(gate: Gate, issuer: TokenIssuer) -> None:
    assert gate.admit(LIST, f"Bearer {issuer.token(roles='openid read')}").roles == {Role.READ}


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": time.time() - 3600},
        {"exp": None},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another service"},
        {"aud": None},
        {"sub": None},
        {"nbf": time.time() + 3600},
        {"tenant": None},
        {"tenant": "../studio-b"},
        {"tenant": ["studio-a", "studio-b"]},
    ],
    ids=str,
)
def test_a_signed_token_that_lacks_something_is_not_taken(
    gate: Gate, issuer: TokenIssuer, claims: dict[str, object]
) -> None:
    assert refused(gate, LIST, f"Bearer {issuer.token(**{'roles': ['read'], **claims})}") == "UNAUTHENTICATED"


def test_a_signed_token_without_roles_may_nothing(gate: Gate, issuer: TokenIssuer) -> None:
    assert refused(gate, LIST, f"Bearer {issuer.token()}") == "PERMISSION_DENIED"


def test_a_token_signed_with_another_key_is_not_taken(gate: Gate, issuer: TokenIssuer) -> None:
    forged = TokenIssuer(issuer.keys_url, ec.generate_private_key(ec.SECP256R1())).token(roles=["admin"])
    assert refused(gate, LIST, f"Bearer {forged}") == "UNAUTHENTICATED"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_signature_of_the_issuer_is_not_taken(
    gate: Gate, issuer: TokenIssuer, algorithm: str
) -> None:
    claims = jwt.decode(issuer.token(roles=["admin"]), options={"verify_signature": False})
    key = "" if algorithm == "none" else "k" * 32
    forged = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "first"})
    assert refused(gate, LIST, f"Bearer {forged}") == "UNAUTHENTICATED"


def test_keys_that_cannot_be_had_are_no_reason_to_let_anyone_in() -> None:
    with token_issuer() as gone:
        token = gone.token(roles=["admin"])
    gate = Gate(AccessFile(oidc=Issuer(ISSUER, AUDIENCE, gone.keys_url)))
    assert refused(gate, LIST, f"Bearer {token}") == "SERVICE_UNAVAILABLE"


def test_an_access_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "access.toml"
    path.write_text(
        f'[[token]]\nname = "ci"\nsha256 = "{"0" * 64}"\nroles = ["submit", "read"]\ntenant = "studio-a"\n'
        f'[oidc]\nissuer = "{ISSUER}"\naudience = "cuegraph"\njwks_url = "https://login.example/keys"\n'
    )
    read = read_access_file(path)
    assert read.token == (StaticToken("ci", "0" * 64, (Role.SUBMIT, Role.READ), "studio-a"),)
    assert read.oidc == Issuer(ISSUER, "cuegraph", "https://login.example/keys")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[token]]",
        "no toml",
        '[[token]]\nname = "ci"\nsha256 = "plain token"\nroles = ["read"]',
        f'[[token]]\nname = "ci"\nsha256 = "{"0" * 64}"\nroles = ["root"]',
        f'[[token]]\nname = "ci"\nsha256 = "{"0" * 64}"\nroles = ["read"]\ntenant = "../b"',
        f'[[token]]\nname = "ci"\nsha256 = "{"0" * 64}"\nroles = ["read"]\ntoken = "x"',
        '[oidc]\nissuer = "a"\naudience = "b"\njwks_url = "http://login.example/keys"',
        '[oidc]\nissuer = "a"\naudience = "b"\njwks_url = "https://login.example/keys"\nalgorithms = ["HS256"]',
    ],
)
def test_an_access_file_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "access.toml"
    path.write_text(text)
    with pytest.raises(CuegraphError) as raised:
        read_access_file(path)
    assert raised.value.code == "SETTING_INVALID"


@pytest.mark.parametrize("listen", ["0.0.0.0:50050", "[::]:50050", "10.0.0.1:50050", "example:50050", ":50050"])
def test_nobody_opens_a_coordinator_to_the_world_by_mistake(gate: Gate, listen: str) -> None:
    with pytest.raises(CuegraphError) as raised:
        require_loopback(listen, Gate(None), insecure_anyone=False)
    assert raised.value.code == "REQUEST_INVALID"
    require_loopback(listen, Gate(None), insecure_anyone=True)
    require_loopback(listen, gate, insecure_anyone=False)


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:50050", "[::1]:0", "unix:/run/cuegraph.sock"])
def test_this_machine_needs_no_tokens(listen: str) -> None:
    require_loopback(listen, Gate(None), insecure_anyone=False)
