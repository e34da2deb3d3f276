"""Line breaking: as few lines as possible, of even length, divided where the text divides best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise

from .pieces import Piece
from .rules import Rules

_UNEVEN = 4.0
"""Cost of a line that is a whole line longer or shorter than the mean; grows with the square."""
_WEAK_BREAK = 0.8
"""Cost of a break between words that nothing divides; a sentence's end costs nothing."""
_TOP_HEAVY = 0.3
"""Cost of a full line for each line below it: the upper line had better be the shorter one."""


def break_lines(pieces: Sequence[Piece], rules: Rules) -> tuple[str, ...]:
    """The text of a cue in lines. More lines than allowed only where a single word needs them."""
    breaks = _full_lines(pieces, rules.characters_per_line)
    if len(breaks) < rules.lines:
        breaks = _best_breaks(pieces, len(breaks) + 1, rules.characters_per_line)
    return tuple(join(pieces[first:last]) for first, last in pairwise([0, *breaks, len(pieces)]))


def join(pieces: Sequence[Piece]) -> str:
    """The text of pieces on one line."""
    return pieces[0].text + "".join(piece.glue + piece.text for piece in pieces[1:])


def _full_lines(pieces: Sequence[Piece], limit: int) -> list[int]:
    """The places before which lines break if each is filled before the next begins: the fewest lines."""
    breaks: list[int] = []
    length = 0
    for place, piece in enumerate(pieces):
        length += len(piece.glue) + len(piece.text) if place else len(piece.text)
        if length > limit and place:
            breaks.append(place)
            length = len(piece.text)
    return breaks


def _best_breaks(pieces: Sequence[Piece], lines: int, limit: int) -> list[int]:
    """The places before which to break into exactly so many lines, at the least cost."""
    ends = list(accumulate(len(piece.glue) + len(piece.text) for piece in pieces))
    mean = ends[-1] / lines

    def line_cost(first: int, last: int, below: int) -> float:
        length = ends[last - 1] - ends[first] + len(pieces[first].text)
        if length > limit and last - first > 1:
            return math.inf
        uneven = _UNEVEN * ((length - mean) / limit) ** 2
        weak = _WEAK_BREAK * (1 - pieces[last - 1].strength) if below else 0.0
        return uneven + weak + _TOP_HEAVY * below * length / limit

    @cache
    def best(first: int, lines: int) -> tuple[float, list[int]]:
        if lines == 1:
            return line_cost(first, len(pieces), 0), []
        options = []
        for last in range(first + 1, len(pieces) - lines + 2):
            cost, breaks = best(last, lines - 1)
            options.append((line_cost(first, last, lines - 1) + cost, [last, *breaks]))
        return min(options)

    return best(0, lines)[1]
