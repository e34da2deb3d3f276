"""Tokens that the coordinator knows by their digest, as a file lists them."""

from __future__ import annotations

import functools
import hmac
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ConfigDict, TypeAdapter, ValidationError

from services.runtime.artifact import digest_bytes
from services.runtime.canonical import first_problem
from services.runtime.errors import InvalidSetting

from ..turns import DEFAULT_TENANT
from .callers import Caller, Role

TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class StaticToken:
    """One token of the file."""

    __pydantic_config__ = _STRICT

    name: str
    """Whose it is."""
    sha256: str
    """Digest of the token, 64 lower-case hexadecimal digits: the token itself is nowhere."""
    roles: tuple[Role, ...]
    tenant: str = DEFAULT_TENANT

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"sha256 of token {self.name!r} is not 64 lower-case hexadecimal digits")
        if not TENANT.fullmatch(self.tenant):
            raise ValueError(f"tenant {self.tenant!r} is not 1 to 63 lower-case letters, digits and hyphens")

    @property
    def caller(self) -> Caller:
        return Caller(self.name, frozenset(self.roles), self.tenant)


@dataclass(frozen=True)
class Issuer:
    """An OpenID Connect provider whose tokens are taken."""

    __pydantic_config__ = _STRICT

    issuer: str
    """As its tokens say it in `iss`."""
    audience: str
    """What its tokens must be made for, `aud`."""
    jwks_url: str
    """Where its public keys are: https, or http on this machine."""
    roles_claim: str = "roles"
    """Claim with the list of roles; names that are no roles are passed over."""
    tenant_claim: str = "tenant"
    """Claim with the tenant; empty if all callers are of one tenant."""
    algorithms: tuple[str, ...] = ("RS256", "ES256")

    def __post_init__(self) -> None:
        place = urlsplit(self.jwks_url)
        if place.scheme != "https" and (place.scheme, place.hostname) != ("http", "127.0.0.1"):
            raise ValueError(f"jwks_url {self.jwks_url!r} is not https")
        if not set(self.algorithms) <= {"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"}:
            raise ValueError("algorithms may only be those with a public key, e.g. RS256")


@dataclass(frozen=True)
class AccessFile:
    """Who may call."""

    __pydantic_config__ = _STRICT

    token: tuple[StaticToken, ...] = ()
    oidc: Issuer | None = None


def read_access_file(path: Path) -> AccessFile:
    """Reads a TOML file of `[[token]]` tables and one `[oidc]`. Raises InvalidSetting."""
    try:
        read: AccessFile = _adapter().validate_python(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise InvalidSetting(f"access file {str(path)!r} cannot be read: {error.strerror}; check the path") from error
    except ValidationError as error:
        raise InvalidSetting(f"access file {str(path)!r}: {first_problem(error)}; see docs/security.md") from error
    except ValueError as error:
        raise InvalidSetting(f"access file {str(path)!r} is no TOML: {error}") from error
    if not read.token and read.oidc is None:
        raise InvalidSetting(f"access file {str(path)!r} lets nobody in; add a [[token]] or [oidc]")
    return read


def known_caller(tokens: Sequence[StaticToken], token: str) -> Caller | None:
    """Whose token it is; all are compared, in a time that tells nothing of them."""
    digest = digest_bytes(token.encode())
    matching = [known for known in tokens if hmac.compare_digest(known.sha256, digest)]
    return matching[0].caller if matching else None


@functools.cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(AccessFile)
