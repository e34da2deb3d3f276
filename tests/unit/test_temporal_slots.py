"""The slots of a stage follow what its pool has room for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from coordinator.engines.temporal import slots
from coordinator.engines.temporal.slots import PoolSlots
from services.runtime.errors import StageUnavailable

SECONDS = 30.0
ASKED: Any = None
"""What Temporal says with a call, which the slots do not look at."""


class Pool:
    """A pool that has room for so many steps; for None it cannot be reached."""

    def __init__(self, capacity: int | None) -> None:
        self.capacity = capacity

    def __call__(self) -> int:
        if self.capacity is None:
            raise StageUnavailable("there is no pod")
        return self.capacity


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "LOOK_SECONDS", 0.01)


def until_refused(followed: PoolSlots) -> int:
    """How many slots there are, all of which are taken."""
    taken = 0
    while followed.try_reserve_slot(ASKED) is not None:
        taken += 1
    return taken


def test_there_are_as_many_slots_as_the_pool_has_room_for() -> None:
    async def follow() -> None:
        followed = PoolSlots("asr", Pool(3))
        following = asyncio.create_task(followed.follow())
        await asyncio.wait_for(followed.reserve_slot(ASKED), SECONDS)
        assert until_refused(followed) == 2
        following.cancel()

    asyncio.run(follow())


def test_a_slot_that_is_given_back_goes_to_who_waits_for_one() -> None:
    async def follow() -> None:
        followed = PoolSlots("asr", Pool(1))
        following = asyncio.create_task(followed.follow())
        await asyncio.wait_for(followed.reserve_slot(ASKED), SECONDS)
        waiting = asyncio.create_task(followed.reserve_slot(ASKED))
        await asyncio.sleep(0)
        assert not waiting.done()
        followed.release_slot(ASKED)
        await asyncio.wait_for(waiting, SECONDS)
        following.cancel()

    asyncio.run(follow())


def test_of_a_stage_that_cannot_be_reached_one_step_is_taken_to_say_why_it_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def follow() -> None:
        pool = Pool(None)
        followed = PoolSlots("asr", pool)
        following = asyncio.create_task(followed.follow())
        await asyncio.wait_for(followed.reserve_slot(ASKED), SECONDS)
        waiting = asyncio.create_task(followed.reserve_slot(ASKED))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        pool.capacity = 2
        await asyncio.wait_for(waiting, SECONDS)
        following.cancel()

    asyncio.run(follow())
    assert [record.getMessage() for record in caplog.records if record.name == slots.__name__] == [
        "steps of asr but one stay in their queue: StageUnavailable: there is no pod"
    ]
