"""Turns: which of those who wait goes next. Pure.

Tenants share by start-time fair queueing (Goyal, Vin and Cheng, 1996): every turn moves its tenant on by one divided by
the tenant's weight, and the tenant that is least far goes next. Who was away comes back to where the others are and has
saved nothing up. Among one tenant's claims the higher priority goes first, then the earlier deadline, then the older.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

DEFAULT_TENANT = "default"
AGING = timedelta(minutes=10)
"""So long a wait is worth one more of priority: what is new and urgent cannot hold up what is old for ever."""
_NO_DEADLINE = datetime.max.replace(tzinfo=UTC)


def scope_of(tenant: str) -> str:
    """What keeps a tenant's requests and results apart from others'; empty for the default tenant."""
    return "" if tenant == DEFAULT_TENANT else tenant


@dataclass(frozen=True)
class Rank:
    """What a job says about its turn."""

    created: datetime
    tenant: str = DEFAULT_TENANT
    priority: int = 0
    """Higher goes first."""
    deadline: datetime | None = None
    """When the job should be done."""


@dataclass(frozen=True)
class Claim:
    """Something that waits for its turn."""

    name: str
    rank: Rank
    since: datetime
    """When it began to wait."""


@dataclass(frozen=True)
class Shares:
    """How far each tenant is. A tenant that is not named has weight 1."""

    weights: Mapping[str, float] = field(default_factory=dict)
    reached: Mapping[str, float] = field(default_factory=dict)
    now: float = 0.0
    """How far the tenant was whose turn was the last, before it."""

    def place(self, tenant: str) -> float:
        """How far a tenant is: at least as far as the rest, however long it was away."""
        return max(self.now, self.reached.get(tenant, 0.0))

    def after_turn(self, tenant: str) -> Shares:
        """How they stand when the tenant has had a turn."""
        place = self.place(tenant)
        return replace(self, reached={**self.reached, tenant: place + 1.0 / self.weights.get(tenant, 1.0)}, now=place)


@dataclass(frozen=True)
class Tenants:
    """What whoever runs the coordinator allows its tenants."""

    weights: Mapping[str, float] = field(default_factory=dict)
    """Shares; a tenant that is not named has weight 1."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """How many jobs of a tenant one coordinator drives at once; a tenant that is not named has no limit."""


def next_claim(claims: Collection[Claim], shares: Shares, now: datetime, barred: Collection[str] = ()) -> Claim | None:
    """Whose turn it is; None if nobody waits but `barred` tenants, which may have no turn now."""
    able = [claim for claim in claims if claim.rank.tenant not in barred]
    return min(able, key=lambda claim: (shares.place(claim.rank.tenant), _urgency(claim, now)), default=None)


def at_limit(limits: Mapping[str, int], held: Mapping[str, int]) -> set[str]:
    """The tenants that hold as much at once as they may."""
    return {tenant for tenant, limit in limits.items() if held.get(tenant, 0) >= limit}


def _urgency(claim: Claim, now: datetime) -> tuple[float, datetime, datetime, str]:
    """Smaller is more urgent."""
    rank = claim.rank
    priority = rank.priority + (now - claim.since) // AGING
    return -priority, rank.deadline or _NO_DEADLINE, rank.created, claim.name
