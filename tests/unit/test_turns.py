"""Whose turn it is: urgency within a tenant, shares between tenants, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coordinator.turns import AGING, Claim, Rank, Shares, at_limit, next_claim

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TENANTS = ("blue", "green", "red")


def claim(
    name: str, tenant: str = "blue", priority: int = 0, *, deadline: float | None = None, waited: float = 0.0
) -> Claim:
    """`deadline` is in minutes from now, `waited` in minutes."""
    due = None if deadline is None else NOON + timedelta(minutes=deadline)
    since = NOON - timedelta(minutes=waited)
    return Claim(name, Rank(since, tenant, priority, due), since)


def turns(backlog: Mapping[str, int], shares: Shares) -> list[str]:
    """The tenants of all turns, until nobody waits any more."""
    claims = {claim(f"{tenant}-{number}", tenant) for tenant, count in backlog.items() for number in range(count)}
    taken = []
    while (chosen := next_claim(claims, shares, NOON)) is not None:
        claims.remove(chosen)
        taken.append(chosen.rank.tenant)
        shares = shares.after_turn(chosen.rank.tenant)
    return taken


def in_order(*claims: Claim) -> list[str]:
    waiting, names = set(claims), []
    while (chosen := next_claim(waiting, Shares(), NOON)) is not None:
        waiting.remove(chosen)
        names.append(chosen.name)
    return names


def test_priority_goes_before_deadline_and_deadline_before_age() -> None:
    old, due = claim("old", waited=9), claim("due", deadline=30)
    assert in_order(old, due, claim("soon", deadline=5), claim("high", priority=1)) == ["high", "soon", "due", "old"]


def test_a_long_wait_is_worth_a_priority() -> None:
    minutes = AGING.total_seconds() / 60
    assert in_order(claim("new", priority=2), claim("old", waited=2 * minutes)) == ["old", "new"]
    assert in_order(claim("new", priority=2), claim("old", waited=2 * minutes - 1)) == ["new", "old"]


def test_nobody_who_waits_is_nobodys_turn() -> None:
    assert next_claim([], Shares(), NOON) is None


def test_a_tenant_at_its_limit_lets_the_others_go_first() -> None:
    barred = at_limit({"blue": 2, "red": 3}, {"blue": 2, "red": 2})
    chosen = next_claim([claim("a", "blue", 9), claim("b", "red")], Shares(), NOON, barred)
    assert chosen is not None
    assert chosen.name == "b"
    assert next_claim([claim("a", "blue")], Shares(), NOON, barred) is None


def test_a_tenant_with_one_job_does_not_wait_for_anothers_thousand() -> None:
    assert "red" in turns({"blue": 1000, "red": 1}, Shares())[:2]


def test_who_was_away_has_saved_nothing_up() -> None:
    shares = Shares()
    for _ in range(100):
        shares = shares.after_turn("blue")
    claims = [claim(f"{tenant}-{number}", tenant) for tenant in ("blue", "red") for number in range(10)]
    taken = Counter[str]()
    for _ in range(10):
        chosen = next_claim(claims, shares, NOON)
        assert chosen is not None
        claims.remove(chosen)
        taken[chosen.rank.tenant] += 1
        shares = shares.after_turn(chosen.rank.tenant)
    assert abs(taken["blue"] - taken["red"]) <= 1


weights = st.fixed_dictionaries({tenant: st.sampled_from([0.5, 1.0, 2.0, 3.0, 5.0]) for tenant in TENANTS})


@given(weights)
def test_tenants_with_enough_to_do_get_turns_by_their_weights(weights: dict[str, float]) -> None:
    taken = turns(dict.fromkeys(TENANTS, 60), Shares(weights))
    busy = taken[: min(len(taken) - list(reversed(taken)).index(tenant) for tenant in TENANTS) - 1]
    got = Counter(busy)
    for one in TENANTS:
        for other in TENANTS:  # the bound of start-time fair queueing
            apart = got[one] / weights[one] - got[other] / weights[other]
            assert abs(apart) <= 1 / weights[one] + 1 / weights[other] + 1e-6


@given(weights, st.dictionaries(st.sampled_from(TENANTS), st.integers(1, 40), min_size=1))
def test_everybody_gets_all_their_turns(weights: dict[str, float], backlog: dict[str, int]) -> None:
    assert Counter(turns(backlog, Shares(weights))) == Counter(backlog)


@given(st.integers(-100, 100), st.integers(0, 200))
def test_whatever_comes_later_an_old_claim_has_its_turn(priority: int, above: int) -> None:
    """Newer claims of a higher priority keep coming; one waits no longer than the difference is worth."""
    old = claim("old", priority=priority)
    later = NOON + (above + 1) * AGING
    newest = Claim("new", Rank(later, "blue", priority + above), later)
    assert next_claim([newest, old], Shares(), later) == old


@given(st.permutations([claim("a"), claim("b", priority=1), claim("c", "red"), claim("d", "green", deadline=1)]))
def test_the_order_of_asking_makes_no_difference(claims: list[Claim]) -> None:
    expected = next_claim(sorted(claims, key=lambda it: it.name), Shares(), NOON)
    assert next_claim(claims, Shares(), NOON) == expected


def test_a_weight_is_a_share() -> None:
    taken = turns({"blue": 30, "red": 30}, replace(Shares(), weights={"blue": 3.0}))
    assert Counter(taken[:20]) == {"blue": 15, "red": 5}
