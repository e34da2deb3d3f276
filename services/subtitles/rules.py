"""The rules that readable cues keep, in whole milliseconds so that sums of times are exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Limits of a cue, which are checked, and manners of the layout, which serve them."""

    characters_per_line: int = 42
    lines: int = 2
    minimum_duration_ms: int = 833
    maximum_duration_ms: int = 7_000
    characters_per_second: float = 17.0
    gap_ms: int = 80
    """Least time between two cues."""
    long_pause_ms: int = 1_000
    """A silence between two words, from which on they never share a cue."""
    lead_in_ms: int = 250
    """How much earlier than its first word a cue may come, if it is too short otherwise."""
    closed_gap_ms: int = 500
    """Between cues nearer than this, the earlier one stays until only the gap is left: no flicker."""
    measure: Callable[[str], float] = len
    """How the language counts the characters of a text."""
    parts_speakers: bool = True
    """Whether each speaker has lines of their own."""
    dash: str = "-"
    """Before the line of each speaker where several share a cue and have no label."""
    first_speaker_has_dash: bool = True
    snap_ms: int = 280
    """Within so much of a shot change, cues come with it and go just before it."""

    @property
    def capacity(self) -> int:
        """Characters that fit into one cue."""
        return self.characters_per_line * self.lines

    def reading_ms(self, characters: float) -> int:
        """How long so many characters take to read, rounded up."""
        return -int(-characters * 1000 // self.characters_per_second)


def milliseconds(seconds: float) -> int:
    """The nearest whole millisecond."""
    return round(seconds * 1000)


def whole_milliseconds(seconds: float) -> int:
    """Rounded down, by way of microseconds: 1.001 s in binary is a little less than 1001 ms."""
    return round(seconds * 1_000_000) // 1000
