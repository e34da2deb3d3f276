"""Finds what is repeated one after the other in a sequence. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Repetition:
    """A unit of `period` items that stands `count` times in a row."""

    start: int
    period: int
    count: int

    @property
    def end(self) -> int:
        """First place after all of it."""
        return self.start + self.period * self.count


def repetitions(items: Sequence[Hashable], longest_period: int) -> Iterator[Repetition]:
    """Everything that stands twice or more in a row, from left to right, never overlapping.

    Of the units that a repetition could be counted in, the one that covers most counts, the shortest if several do.
    """
    place = 0
    while place < len(items):
        candidates = [_at(items, place, period) for period in range(1, longest_period + 1)]
        best = max(candidates, key=lambda found: (found.count > 1, found.end, -found.period))
        if best.count > 1:
            yield best
            place = best.end
        else:
            place += 1


def _at(items: Sequence[Hashable], start: int, period: int) -> Repetition:
    """How often the unit that begins there is repeated."""
    end = start + period
    while end < len(items) and items[end] == items[end - period]:
        end += 1
    return Repetition(start, period, max(1, (end - start) // period))
