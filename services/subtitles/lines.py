"""Line breaking: as few lines as possible, of even length, divided where the text divides best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, pairwise

from .pieces import AFTER_LYRIC, BEFORE_LYRIC, Piece
from .rules import Rules
from .units import NOTE

_UNEVEN = 4.0
"""Cost of a line that is a whole line longer or shorter than the mean; grows with the square."""
_WEAK_BREAK = 0.8
"""Cost of a break between words that nothing divides; a sentence's end costs nothing."""
_TOP_HEAVY = 0.3
"""Cost of a full line for each line below it: the upper line had better be the shorter one."""


def break_lines(pieces: Sequence[Piece], rules: Rules) -> tuple[str, ...]:
    """The text of a cue in lines, with its marks. More lines than allowed only where a single word needs them."""
    return tuple(line for turn in marked(pieces, rules) for line in _lines(turn, rules))


def size(pieces: Sequence[Piece], rules: Rules) -> tuple[int, float]:
    """How many lines a cue of the pieces takes, and its length in characters, marks and line breaks included.

    A turn that does not fit on the lines that it needs, as its dash makes a word too long, takes one more.
    """
    lines, length = 0, -1.0
    for turn in marked(pieces, rules):
        lines += len(_full_lines(turn, rules.characters_per_line)) + 1
        lines += any(piece.width > rules.characters_per_line for piece in turn)
        length += 1 + sum(piece.glue_width + piece.width for piece in turn) - turn[0].glue_width
    return lines, length


def marked(pieces: Sequence[Piece], rules: Rules) -> list[Sequence[Piece]]:
    """The turns of a cue with what marks them: notes around what is sung, dashes where several speak."""
    if pieces[0].unit.lyric:
        return [_with_notes(pieces, rules)]
    starts = [place for place in range(1, len(pieces)) if pieces[place].begins_turn]
    if not starts:
        return [pieces]
    turns = [pieces[first:last] for first, last in pairwise([0, *starts, len(pieces)])]
    return [
        _with_dash(turn, rules) if number or rules.first_speaker_has_dash else turn for number, turn in enumerate(turns)
    ]


def join(pieces: Sequence[Piece]) -> str:
    """The text of pieces on one line."""
    return pieces[0].text + "".join(piece.glue + piece.text for piece in pieces[1:])


def _with_notes(pieces: Sequence[Piece], rules: Rules) -> Sequence[Piece]:
    if all(piece.text == NOTE for piece in pieces):
        return pieces
    first, *others = pieces
    noted = [_with_text(first, BEFORE_LYRIC + first.text, rules), *others]
    noted[-1] = _with_text(noted[-1], noted[-1].text + AFTER_LYRIC, rules)
    return noted


def _with_dash(turn: Sequence[Piece], rules: Rules) -> Sequence[Piece]:
    first, *others = turn
    return turn if first.unit.label else [_with_text(first, rules.dash + first.text, rules), *others]


def _with_text(piece: Piece, text: str, rules: Rules) -> Piece:
    return replace(piece, text=text, width=rules.measure(text))


def _lines(pieces: Sequence[Piece], rules: Rules) -> list[str]:
    breaks = _full_lines(pieces, rules.characters_per_line)
    if len(breaks) < rules.lines:
        breaks = _best_breaks(pieces, len(breaks) + 1, rules.characters_per_line)
    return [join(pieces[first:last]) for first, last in pairwise([0, *breaks, len(pieces)])]


def _full_lines(pieces: Sequence[Piece], limit: int) -> list[int]:
    """The places before which lines break if each is filled before the next begins: the fewest lines."""
    breaks: list[int] = []
    length = 0.0
    for place, piece in enumerate(pieces):
        length += piece.glue_width + piece.width if place else piece.width
        if length > limit and place:
            breaks.append(place)
            length = piece.width
    return breaks


def _best_breaks(pieces: Sequence[Piece], lines: int, limit: int) -> list[int]:
    """The places before which to break into exactly so many lines, at the least cost."""
    ends = list(accumulate(piece.glue_width + piece.width for piece in pieces))
    mean = ends[-1] / lines

    def line_cost(first: int, last: int, below: int) -> float:
        length = ends[last - 1] - ends[first] + pieces[first].width
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
