"""Timing: when each cue comes and goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .rules import Rules

SHORTEST_MS = 40
"""What a cue gets at least where its words leave it no time at all: one frame at 25 a second."""


@dataclass(frozen=True)
class Speech:
    """What a cue shows: when it is spoken, and how many characters it has."""

    start_ms: int
    end_ms: int
    characters: float


@dataclass(frozen=True)
class Slot:
    """When a cue is shown."""

    start_ms: int
    end_ms: int


def time_cues(speeches: Sequence[Speech], start_ms: int, end_ms: int, rules: Rules) -> list[Slot]:
    """When each cue is shown: in order, at least the gap apart, from its first word on.

    A cue stays until it is spoken and can be read, if the next one and the end of the film (`end_ms`) allow it.
    Where that is too short it comes earlier, by the lead-in at most and not before the film begins (`start_ms`);
    where words lie so near that a cue would have no time, the next one comes late.
    """
    slots: list[Slot] = []
    earliest = start_ms
    for speech, latest in zip(speeches, _latest_ends(speeches, end_ms, rules), strict=True):
        slots.append(_slot(speech, earliest, latest, rules))
        earliest = slots[-1].end_ms + rules.gap_ms
    return _close_gaps(slots, rules)


def _latest_ends(speeches: Sequence[Speech], end_ms: int, rules: Rules) -> list[int]:
    """When each cue must be gone. The last word is shown even if the film is said to have ended."""
    ends = [following.start_ms - rules.gap_ms for following in speeches[1:]]
    return [*ends, max(end_ms, speeches[-1].end_ms)] if speeches else []


def _slot(speech: Speech, earliest: int, latest: int, rules: Rules) -> Slot:
    start = max(speech.start_ms, earliest)
    wanted = _wanted_ms(speech, start, rules)
    end = min(start + wanted, latest)
    if end - start < wanted:
        start = min(start, max(earliest, speech.start_ms - rules.lead_in_ms, end - wanted))
    return Slot(start, max(end, start + SHORTEST_MS))


def _wanted_ms(speech: Speech, start: int, rules: Rules) -> int:
    needed = max(speech.end_ms - start, rules.minimum_duration_ms, rules.reading_ms(speech.characters))
    return min(needed, rules.maximum_duration_ms)


def _close_gaps(slots: Sequence[Slot], rules: Rules) -> list[Slot]:
    closed = [_until(slot, following, rules) for slot, following in pairwise(slots)]
    return [*closed, *slots[-1:]]


def _until(slot: Slot, following: Slot, rules: Rules) -> Slot:
    if following.start_ms - slot.end_ms >= rules.closed_gap_ms:
        return slot
    end = min(following.start_ms - rules.gap_ms, slot.start_ms + rules.maximum_duration_ms)
    return Slot(slot.start_ms, max(slot.end_ms, end))
