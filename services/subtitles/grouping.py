"""Grouping: which pieces share a cue, found as the division of least cost (dynamic programming)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise

from .boundaries import CLAUSE, SENTENCE
from .lines import size
from .pieces import Piece
from .rules import Rules, milliseconds

_CUE = 0.6
"""Cost of a cue: fewer cues are calmer."""
_WEAK_END = 1.0
"""Cost of an end between words that nothing divides; a sentence's end costs nothing."""
_SENTENCE_INSIDE = 0.8
"""Cost of a sentence's end inside a cue: above `_CUE`, so that sentences have cues of their own."""
_CLAUSE_INSIDE = 0.25
_FULL = 0.5
"""Cost of a cue that is filled to the last character; grows with the square, so that cues are even."""
_FAST = 2.0
"""Cost of a cue that is on for half the time that it takes to read."""
_BRIEF = 3.0
"""Cost of a cue that is hardly on at all, where the shortest allowed costs nothing."""
_FASTEST = 3.0
"""Beyond four times the reading speed it does not matter any more how fast it is."""


def phrases(pieces: Sequence[Piece], rules: Rules) -> Iterator[Sequence[Piece]]:
    """The pieces between long pauses, and between speech and song: no cue goes over one."""
    starts = (place for place in range(1, len(pieces)) if _part_always(pieces[place - 1], pieces[place], rules))
    for first, last in pairwise(chain([0], starts, [len(pieces)])):
        if last > first:
            yield pieces[first:last]


def _part_always(earlier: Piece, later: Piece, rules: Rules) -> bool:
    pause_ms = milliseconds(later.unit.start - earlier.unit.end)
    return pause_ms >= rules.long_pause_ms or earlier.unit.lyric != later.unit.lyric


def divide(pieces: Sequence[Piece], next_start_ms: int, rules: Rules) -> list[Sequence[Piece]]:
    """The pieces of one phrase as cues. `next_start_ms` is when the next phrase starts.

    A cue holds whole units; it holds more than a cue can only if a single unit does. The time that it takes
    grows with the number of pieces, as a cue holds but a few.
    """
    costs = _Costs(pieces, next_start_ms, rules)
    best = [0.0] + [math.inf] * len(pieces)
    first_of = [0] * (len(pieces) + 1)
    for first in range(len(pieces)):
        if best[first] == math.inf:
            continue
        for last, length in costs.candidates(first):
            cost = best[first] + costs.cue(first, last, length)
            if cost < best[last + 1]:
                best[last + 1], first_of[last + 1] = cost, first
    return _walk_back(pieces, first_of)


def _walk_back(pieces: Sequence[Piece], first_of: Sequence[int]) -> list[Sequence[Piece]]:
    cues = []
    end = len(pieces)
    while end:
        cues.append(pieces[first_of[end] : end])
        end = first_of[end]
    return cues[::-1]


class _Costs:
    """What each possible cue of a phrase costs."""

    def __init__(self, pieces: Sequence[Piece], next_start_ms: int, rules: Rules) -> None:
        self._pieces = pieces
        self._rules = rules
        self._free_until = [piece.start_ms - rules.gap_ms for piece in pieces[1:]]
        self._free_until.append(next_start_ms - rules.gap_ms)
        self._end = [_CUE + _WEAK_END * max(0.0, SENTENCE - piece.strength) for piece in pieces]
        self._inside = list(accumulate((_inside(piece) for piece in pieces), initial=0.0))

    def candidates(self, first: int) -> Iterator[tuple[int, float]]:
        """Where a cue that begins at `first` may end, and its length in characters: once at least."""
        limit, lines = self._rules.characters_per_line, 1
        length = line = self._pieces[first].width
        latest_ms = self._pieces[first].start_ms + self._rules.maximum_duration_ms
        has_marks = self._pieces[first].unit.lyric
        found = False
        for last in range(first, len(self._pieces)):
            piece = self._pieces[last]
            if last > first:
                added = piece.glue_width + piece.width
                length += added
                line += added
                if line > limit:
                    lines, line = lines + 1, piece.width
                has_marks = has_marks or piece.begins_turn
            if has_marks:
                lines, length = size(self._pieces[first : last + 1], self._rules)
            if found and (lines > self._rules.lines or piece.end_ms > latest_ms):
                return
            if piece.ends_unit:
                found = True
                yield last, length

    def cue(self, first: int, last: int, length: float) -> float:
        """What it costs to show the pieces from `first` to `last`, both included, as one cue."""
        rules = self._rules
        time_ms = min(self._free_until[last] - self._pieces[first].start_ms, rules.maximum_duration_ms)
        time_ms = max(time_ms, 1)
        cost = self._end[last] + self._inside[last] - self._inside[first]
        cost += _FULL * (length / rules.capacity) ** 2
        haste = length * 1000 / (rules.characters_per_second * time_ms) - 1
        if haste > 0:
            cost += _FAST * min(haste, _FASTEST)
        if time_ms < rules.minimum_duration_ms:
            cost += _BRIEF * (1 - time_ms / rules.minimum_duration_ms)
        return cost


def _inside(piece: Piece) -> float:
    if piece.strength >= SENTENCE:
        return _SENTENCE_INSIDE
    return _CLAUSE_INSIDE if piece.strength >= CLAUSE else 0.0
