"""The gate: lets a call through if its token has the role that the method asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from services.runtime.errors import PermissionDenied, Unauthenticated

from .callers import ANYONE, Caller, Role
from .tokens import AccessFile, known_caller

ROLES: Mapping[str, Role] = {
    "/cuegraph.v1.JobService/CreateJob": Role.SUBMIT,
    "/cuegraph.v1.JobService/CancelJob": Role.SUBMIT,
    "/cuegraph.v1.JobService/RetryJob": Role.SUBMIT,
    "/cuegraph.v1.JobService/GetJob": Role.READ,
    "/cuegraph.v1.JobService/ListJobs": Role.READ,
    "/cuegraph.v1.JobService/WatchJob": Role.READ,
    "/cuegraph.v1.LineageService/GetLineage": Role.READ,
    "/cuegraph.v1.LineageService/TraceCue": Role.READ,
    "/cuegraph.v1.LineageService/VerifyJob": Role.READ,
    "/cuegraph.v1.LineageService/DiffJobs": Role.READ,
    "/cuegraph.v1.LineageService/ExplainStep": Role.READ,
    "/cuegraph.v1.LineageService/PlanImpact": Role.READ,
    "/cuegraph.v1.LineageService/FindUses": Role.READ,
    "/cuegraph.v1.LineageService/FindMakers": Role.READ,
    "/cuegraph.v1.LineageService/AuditJob": Role.READ,
    "/cuegraph.v1.LineageService/ListLineageFormats": Role.READ,
    "/cuegraph.v1.LineageService/ExportLineage": Role.READ,
}
"""What each method asks for; one that is not here is for ADMIN alone."""

OPEN = ("/grpc.health.v1.Health/", "/grpc.reflection.v1alpha.ServerReflection/")
"""Services that anybody may ask: they say whether the coordinator is well, and what the published contract says."""

_SCHEME = "bearer "


class Verifier(Protocol):
    """Tells whose a token is."""

    def caller(self, token: str) -> Caller:
        """Raises Unauthenticated."""


class Gate:
    """Who may call; without a file, anyone may do anything."""

    def __init__(self, known: AccessFile | None) -> None:
        self._known = known
        self._signed = _signed(known)

    @property
    def is_open(self) -> bool:
        return self._known is None

    def admit(self, method: str, authorization: str) -> Caller:
        """Who calls, by the `authorization` of the call.

        Raises Unauthenticated, PermissionDenied, and ServiceUnavailable if the keys of an issuer cannot be had.
        """
        if self._known is None or method.startswith(OPEN):
            return ANYONE
        caller = self._caller(self._known, authorization)
        role = ROLES.get(method, Role.ADMIN)
        if not caller.may(role):
            raise PermissionDenied(f"{caller.name} has not the role {role.value!r}; use a token that has it")
        return caller

    def _caller(self, known: AccessFile, authorization: str) -> Caller:
        if not authorization.lower().startswith(_SCHEME):
            raise Unauthenticated("the call bears no token; send authorization: Bearer TOKEN")
        token = authorization[len(_SCHEME) :].strip()
        caller = known_caller(known.token, token)
        if caller is None and self._signed is not None:
            return self._signed.caller(token)
        if caller is None:
            raise Unauthenticated("the token is not known here; ask whoever runs the coordinator for one")
        return caller


def _signed(known: AccessFile | None) -> Verifier | None:
    if known is None or known.oidc is None:
        return None
    from .oidc import SignedTokens  # noqa: PLC0415  a coordinator without OIDC runs without the library for it

    return SignedTokens(known.oidc)
