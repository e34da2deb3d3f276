"""Shots: cues come and go with the cuts of the film where they do so nearly anyway.

Netflix Partner Help Center, "Timed Text Style Guide: Subtitle Timing Guidelines": a cue that would begin within a few
frames of a shot change begins on it, and one that would end there ends two frames before it, as the eye takes a cut
shortly after a cue for a new cue.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .rules import Rules
from .timing import Slot, Speech


@dataclass(frozen=True)
class _Shown:
    """A cue as it is shown now, and as it must still be shown after every change."""

    slot: Slot
    shortest_ms: int
    longest_ms: int

    def changed(self, start_ms: int, end_ms: int) -> _Shown | None:
        """The cue at other times, or None if it had too little time or too much."""
        fits = self.shortest_ms <= end_ms - start_ms <= self.longest_ms
        return replace(self, slot=Slot(start_ms, end_ms)) if fits else None


def snap(slots: Sequence[Slot], speeches: Sequence[Speech], cuts: Sequence[int], rules: Rules) -> list[Slot]:
    """The slots with their borders on the cuts (film times in milliseconds, in order) that lie near them.

    The gap, the minimum, the maximum and the reading speed are kept where they were kept before: a border that
    cannot be moved so stays where it is. Snapped cues are not moved by snapping again.
    """
    shown = [_shown(slot, speech, rules) for slot, speech in zip(slots, speeches, strict=True)]
    moved = bool(cuts)
    while moved:  # each round moves a border to its cut for good, so there are fewer rounds than borders
        before = [it.slot for it in shown]
        for place in range(len(shown) + 1):
            _snap_between(shown, place, cuts, rules)
        moved = [it.slot for it in shown] != before
    return [it.slot for it in shown]


def start_on_cut(start_ms: int, cuts: Sequence[int], rules: Rules) -> int | None:
    """The cut on which a cue should begin that begins here, or None if none is near."""
    return _nearest(start_ms, cuts, rules.snap_ms)


def end_before_cut(end_ms: int, cuts: Sequence[int], rules: Rules) -> int | None:
    """When a cue should end that ends here, so that it is gone before a cut near by; None if none is near."""
    cut = _nearest(end_ms + rules.gap_ms, cuts, rules.snap_ms)
    return None if cut is None else cut - rules.gap_ms


def _nearest(time_ms: int, cuts: Sequence[int], within_ms: int) -> int | None:
    place = bisect_left(cuts, time_ms)
    near = min(cuts[max(place - 1, 0) : place + 1], key=lambda cut: abs(cut - time_ms), default=None)
    return near if near is not None and abs(near - time_ms) <= within_ms else None


def _shown(slot: Slot, speech: Speech, rules: Rules) -> _Shown:
    duration = slot.end_ms - slot.start_ms
    needed = max(rules.minimum_duration_ms, rules.reading_ms(speech.characters))
    return _Shown(slot, min(duration, needed), max(duration, rules.maximum_duration_ms))


def _snap_between(shown: list[_Shown], place: int, cuts: Sequence[int], rules: Rules) -> None:
    """Moves the end of the cue before `place` and the start of the one at it, or one of them, to a cut."""
    earlier = shown[place - 1] if place else None
    later = shown[place] if place < len(shown) else None
    for end_ms, start_ms in _proposals(earlier, later, cuts, rules):
        if earlier and later and start_ms - end_ms < rules.gap_ms:
            continue
        new_earlier = earlier.changed(earlier.slot.start_ms, end_ms) if earlier else None
        new_later = later.changed(start_ms, later.slot.end_ms) if later else None
        if (earlier and not new_earlier) or (later and not new_later):
            continue
        if new_earlier:
            shown[place - 1] = new_earlier
        if new_later:
            shown[place] = new_later
        return


def _proposals(
    earlier: _Shown | None, later: _Shown | None, cuts: Sequence[int], rules: Rules
) -> Iterator[tuple[int, int]]:
    """Ends of the earlier cue and starts of the later one, the best first; 0 stands for a cue that is not there."""
    end_ms = earlier.slot.end_ms if earlier else 0
    start_ms = later.slot.start_ms if later else 0
    end_on = end_before_cut(end_ms, cuts, rules) if earlier else None
    start_on = start_on_cut(start_ms, cuts, rules) if later else None
    if end_on is not None and start_on is not None:
        yield end_on, start_on
    if start_on is not None:
        yield end_ms, start_on
    if end_on is not None:
        yield end_on, start_ms
