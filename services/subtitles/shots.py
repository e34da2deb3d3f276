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

_FOREVER_MS = 10**15


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
    cues = [_shown(slot, speech, rules) for slot, speech in zip(slots, speeches, strict=True)]
    shown = [_nothing(-_FOREVER_MS), *cues, _nothing(_FOREVER_MS)]
    moved = True
    while moved:  # each round moves a border to its cut for good, so there are fewer rounds than borders
        before = list(shown)
        for place in range(1, len(shown)):
            _snap_between(shown, place, cuts, rules)
        moved = shown != before
    return [it.slot for it in shown[1:-1]]


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


def _nothing(time_ms: int) -> _Shown:
    """What stands before the first cue or after the last one, far from any cut."""
    return _Shown(Slot(time_ms, time_ms), 0, 0)


def _snap_between(shown: list[_Shown], place: int, cuts: Sequence[int], rules: Rules) -> None:
    """Moves the end of the cue before `place` and the start of the one at it, or one of them, to a cut."""
    earlier, later = shown[place - 1], shown[place]
    for end_ms, start_ms in _proposals(earlier.slot.end_ms, later.slot.start_ms, cuts, rules):
        new_earlier = earlier.changed(earlier.slot.start_ms, end_ms)
        new_later = later.changed(start_ms, later.slot.end_ms)
        if new_earlier and new_later and start_ms - end_ms >= rules.gap_ms:
            shown[place - 1 : place + 1] = [new_earlier, new_later]
            return


def _proposals(end_ms: int, start_ms: int, cuts: Sequence[int], rules: Rules) -> Iterator[tuple[int, int]]:
    """When the earlier cue might end and the later one start, the best first."""
    end_on, start_on = end_before_cut(end_ms, cuts, rules), start_on_cut(start_ms, cuts, rules)
    if end_on is not None and start_on is not None:
        yield end_on, start_on
    if start_on is not None:
        yield end_ms, start_on
    if end_on is not None:
        yield end_on, start_ms
