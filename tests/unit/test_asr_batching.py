"""Batches get smaller when memory runs out, and nothing is lost or done twice."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.asr.batching import in_batches
from services.runtime.errors import CuegraphError, EngineOutOfMemory


class FakeMemory:
    """Has room for so many at once."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.batches: list[int] = []

    def work(self, batch: Sequence[int]) -> list[int]:
        if len(batch) > self.room:
            raise EngineOutOfMemory("no memory")
        self.batches.append(len(batch))
        return [-number for number in batch]


@given(count=st.integers(0, 40), size=st.integers(1, 20), room=st.integers(1, 20))
def test_every_item_is_done_once_and_in_order_in_whatever_memory_there_is(count: int, size: int, room: int) -> None:
    memory, sizes = FakeMemory(room), list[int]()
    done = list(in_batches(range(count), size, memory.work, sizes.append))
    assert done == [(number, -number) for number in range(count)]
    assert sizes == sorted(set(sizes), reverse=True)


def test_the_size_is_halved_and_said() -> None:
    memory, sizes = FakeMemory(2), list[int]()
    list(in_batches(range(10), 8, memory.work, sizes.append))
    assert sizes == [4, 2]
    assert memory.batches == [2, 2, 2, 2, 2]


def test_without_room_for_one_it_fails() -> None:
    sizes: list[int] = []
    with pytest.raises(CuegraphError) as caught:
        list(in_batches(range(4), 4, FakeMemory(0).work, sizes.append))
    assert caught.value.code == "ENGINE_OUT_OF_MEMORY"
    assert sizes == [2, 1]
