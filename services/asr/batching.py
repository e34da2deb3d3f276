"""Works through many things batch by batch, with smaller batches when memory runs out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from services.runtime.errors import EngineOutOfMemory

T = TypeVar("T")
R = TypeVar("R")


def in_batches(
    items: Sequence[T], size: int, work: Callable[[Sequence[T]], Sequence[R]], halved: Callable[[int], None]
) -> Iterator[tuple[T, R]]:
    """Every item with what `work` makes of it, in order, `size` items at a time.

    A batch that has no room in memory is halved and done again, and so are all after it; `halved` is told the new
    size. Raises EngineOutOfMemory if there is no room for one item.
    """
    first = 0
    while first < len(items):
        batch = items[first : first + size]
        try:
            results = work(batch)
        except EngineOutOfMemory:
            if len(batch) == 1:
                raise
            size = len(batch) // 2
            halved(size)
            continue
        yield from zip(batch, results, strict=True)
        first += len(batch)
