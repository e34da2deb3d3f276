"""Callers of the coordinator and their roles. Pure."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from services.runtime.errors import PermissionDenied

from ..turns import DEFAULT_TENANT


class Role(StrEnum):
    """What a caller may do. Roles do not contain each other, but for ADMIN, which may do all in every tenant."""

    SUBMIT = "submit"
    """Create jobs, cancel them and try them again."""
    READ = "read"
    """Look at jobs and their lineage."""
    ADMIN = "admin"


@dataclass(frozen=True)
class Caller:
    """Who calls, as far as a token says it."""

    name: str
    roles: frozenset[Role]
    tenant: str = DEFAULT_TENANT
    """Whose jobs it makes and sees."""

    def may(self, role: Role) -> bool:
        return role in self.roles or Role.ADMIN in self.roles

    @property
    def sees_all(self) -> bool:
        return Role.ADMIN in self.roles

    def sees(self, tenant: str) -> bool:
        """Whether it may know of the jobs of a tenant."""
        return tenant == self.tenant or self.sees_all

    def tenant_for(self, asked: str) -> str:
        """The tenant of a job that it makes: its own, unless it may name another. Raises PermissionDenied."""
        if asked in ("", DEFAULT_TENANT):
            return self.tenant
        if not self.sees(asked):
            raise PermissionDenied(f"{self.name} cannot make jobs of tenant {asked!r}; leave the tenant out")
        return asked


ANYONE = Caller("anyone", frozenset(Role))
"""Who calls a coordinator that asks for no tokens."""

CALLER: ContextVar[Caller] = ContextVar("caller", default=ANYONE)
"""Who made the call that is being answered."""
