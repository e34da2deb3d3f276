"""Tokens that an OpenID Connect provider signs (RFC 7519, OpenID Connect Core 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt

from services.runtime.errors import ServiceUnavailable, Unauthenticated

from ..turns import DEFAULT_TENANT
from .callers import Caller, Role
from .tokens import TENANT, Issuer

CLOCK_SKEW_SECONDS = 30
KEYS_SECONDS = 300
"""How long the provider's keys are kept; a key that is not known yet is asked for at once."""
_FETCH_SECONDS = 5


class SignedTokens:
    """Checks signature, issuer, audience and expiry. Safe to call from many threads."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._keys = jwt.PyJWKClient(issuer.jwks_url, lifespan=KEYS_SECONDS, timeout=_FETCH_SECONDS)

    def caller(self, token: str) -> Caller:
        """Raises Unauthenticated, and ServiceUnavailable if the provider's keys cannot be had."""
        try:
            claims = self._claims(token)
        except jwt.PyJWKClientConnectionError as error:
            raise ServiceUnavailable(f"the keys of {self._issuer.issuer} cannot be had: {error}") from error
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"the token is not valid: {error}; get a new one of {self._issuer.issuer}") from error
        return Caller(str(claims["sub"]), _roles(claims.get(self._issuer.roles_claim)), self._tenant(claims))

    def _claims(self, token: str) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            self._keys.get_signing_key_from_jwt(token),
            algorithms=list(self._issuer.algorithms),
            audience=self._issuer.audience,
            issuer=self._issuer.issuer,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        return claims

    def _tenant(self, claims: Mapping[str, Any]) -> str:
        """A token that names no tenant is not taken for one of the default tenant."""
        if not self._issuer.tenant_claim:
            return DEFAULT_TENANT
        tenant = claims.get(self._issuer.tenant_claim)
        if not isinstance(tenant, str) or not TENANT.fullmatch(tenant):
            raise Unauthenticated(
                f"the token names no tenant in {self._issuer.tenant_claim!r}; ask its issuer for that"
            )
        return tenant


def _roles(claim: object) -> frozenset[Role]:
    """Of a list of names, or of names with spaces between them, as providers write it."""
    names = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return frozenset(role for role in Role if role.value in names)
