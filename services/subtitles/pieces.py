"""Pieces: units made ready for layout, cut where one is longer than a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .boundaries import BOUND, SENTENCE, strength
from .grammar import Grammar, grammar
from .rules import Rules, whole_milliseconds
from .scripts import clusters, is_unspaced, may_part
from .units import NOTE, Unit

BEFORE_LYRIC = f"{NOTE} "
AFTER_LYRIC = f" {NOTE}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit, or a part of one that is longer than a line: lines are broken between pieces only."""

    text: str
    glue: str
    """What stands before it if it does not begin a line: a space or nothing."""
    width: float
    """Of the text, in characters as the language counts them."""
    glue_width: float
    unit: Unit
    start_ms: int
    """When the unit starts, rounded down."""
    end_ms: int
    """When the unit ends, rounded up."""
    ends_unit: bool
    """Whether it is the last piece of its unit: cues end only there."""
    begins_turn: bool
    """Whether another speaker begins with it, who is to have a line of their own."""
    strength: float
    """How well the text can be divided after it."""


def pieces_of(units: Sequence[Unit], language_code: str, rules: Rules) -> list[Piece]:
    """The pieces of the units in order."""
    known = grammar(language_code)
    turns = list(_turns(units, rules))
    pieces: list[Piece] = []
    for place, unit in enumerate(units):
        after = _strength_after(units, place, known, rules)
        if any(turns[place + 1 : place + 2]):
            after = max(after, SENTENCE)
        parts = _cut(unit, language_code, rules)
        pieces.extend(_pieces(unit, parts, after, rules, begins_turn=turns[place]))
    return pieces


def _turns(units: Sequence[Unit], rules: Rules) -> Iterator[bool]:
    """For each unit whether a turn begins with it: another speaks than the last one of whom it is known."""
    last: str | None = None
    for unit in units:
        yield rules.parts_speakers and last is not None and unit.speaker not in (None, last)
        last = unit.speaker or last


def _strength_after(units: Sequence[Unit], place: int, known: Grammar, rules: Rules) -> float:
    if place + 1 == len(units):
        return SENTENCE
    unit, following = units[place], units[place + 1]
    pause_ms = (following.start - unit.end) * 1000
    found = strength(unit.text, following.text, pause_ms / rules.long_pause_ms, known)
    return max(found, SENTENCE) if unit.closes else found


def _pieces(unit: Unit, parts: Sequence[str], after: float, rules: Rules, *, begins_turn: bool) -> Iterator[Piece]:
    start_ms, end_ms = whole_milliseconds(unit.start), -whole_milliseconds(-unit.end)
    for number, part in enumerate(parts, 1):
        last = number == len(parts)
        before = unit.glue if number == 1 else ""
        yield Piece(
            text=part,
            glue=before,
            width=rules.measure(part),
            glue_width=rules.measure(before),
            unit=unit,
            start_ms=start_ms,
            end_ms=end_ms,
            ends_unit=last,
            begins_turn=begins_turn and number == 1,
            strength=after if last else BOUND,
        )


def _cut(unit: Unit, language_code: str, rules: Rules) -> list[str]:
    """The text in as few parts as possible that fit on a line, none inside a written character."""
    limit = _line_limit(unit, rules)
    if rules.measure(unit.shown) <= limit:
        return [unit.shown]
    parts = [""]
    for cluster in clusters(unit.shown):
        if parts[-1] and rules.measure(parts[-1] + cluster) > limit:
            parts[-1:] = _divided(parts[-1], cluster) if is_unspaced(language_code) else (parts[-1], "")
        parts[-1] += cluster
    return [part for part in (part.strip() for part in parts) if part]


def _line_limit(unit: Unit, rules: Rules) -> float:
    """How long a part of the unit may be so that a line can hold it with the notes that it may get."""
    notes = rules.measure(BEFORE_LYRIC + AFTER_LYRIC) if unit.lyric else 0
    return max(rules.characters_per_line - notes, 1)


def _divided(line: str, following: str) -> tuple[str, str]:
    """A full line, and what of it goes over to the next so that a line may end there; nothing if none may."""
    written = [*clusters(line), following]
    places = range(len(written) - 1, 0, -1)
    end = next((place for place in places if may_part(written[place - 1], written[place])), len(written) - 1)
    return "".join(written[:end]), "".join(written[end:-1])
