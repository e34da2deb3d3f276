"""The rules that word times keep, whatever found them: in order, never overlapping, of plausible length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .aligner import Span

_SHORTEST = 0.01
"""A word takes at least this long, in seconds: less is an accident."""
_ROOM = 0.05
"""What a word without a time gets at least, in seconds, as far as its neighbours can give it."""


@dataclass(frozen=True)
class Limits:
    """Where words of one segment may lie. Times in seconds."""

    window: Span
    """The sound that was searched: no word leaves it."""
    segment: Span
    """Where the recogniser heard the segment: words without a time lie here if they can."""
    longest: float
    """No word takes longer."""


def sane(found: Sequence[Span | None], limits: Limits) -> list[Span | None]:
    """What was found, cut to the limits and to follow one another; None where nothing plausible remains."""
    kept: list[Span | None] = []
    floor = limits.window.start
    for index, span in enumerate(found):
        fitting = _fit(_trimmed(span, limits.longest, keep_end=index == 0), floor, limits.window.end) if span else None
        floor = fitting.end if fitting else floor
        kept.append(fitting)
    return kept


def filled(found: Sequence[Span | None], letters: Sequence[int], limits: Limits) -> list[Span]:
    """`found`, which is sane, with a span for each None: runs of these share the time between their neighbours in
    proportion to their letters. Where there is next to none, a neighbour gives up to half of its own."""
    spans = list(found)
    for first, after in list(_gaps(found)):
        room = _make_room(spans, first, after, limits)
        spans[first:after] = _divided(room, letters[first:after], limits.longest)
    return [span for span in spans if span]


def _trimmed(span: Span, longest: float, *, keep_end: bool) -> Span:
    """What is too long has swallowed silence or noise: after the word as a rule, before it at the window's start."""
    if span.duration <= longest:
        return span
    return Span(span.end - longest, span.end) if keep_end else Span(span.start, span.start + longest)


def _fit(span: Span, low: float, high: float) -> Span | None:
    fitting = Span(max(span.start, low), min(span.end, high))
    return fitting if fitting.duration >= _SHORTEST else None


def _gaps(found: Sequence[Span | None]) -> Iterator[tuple[int, int]]:
    """Each run of None: index of its first, and of what comes after it."""
    first = None
    for index, span in enumerate((*found, Span(0, 0))):
        if span is None and first is None:
            first = index
        elif span is not None and first is not None:
            yield first, index
            first = None


def _make_room(spans: list[Span | None], first: int, after: int, limits: Limits) -> Span:
    """The time between the neighbours of a gap, which these give way for if it is too short."""
    need = _ROOM * (after - first)
    before = spans[first - 1] if first else None
    behind = spans[after] if after < len(spans) else None
    end = behind.start if behind else limits.segment.end
    start = before.end if before else max(limits.window.start, min(limits.segment.start, end - need))
    if not behind:
        end = min(limits.window.end, max(end, start + need))
    if before and end - start < need:
        start -= min(need - (end - start), before.duration / 2)
        spans[first - 1] = Span(before.start, start)
    elif behind and end - start < need:
        end += min(need - (end - start), behind.duration / 2)
        spans[after] = Span(end, behind.end)
    return Span(start, end)


def _divided(room: Span, letters: Sequence[int], longest: float) -> list[Span]:
    per_letter = room.duration / sum(letters)
    ends = [min(room.end, room.start + per_letter * count) for count in accumulate(letters)]
    starts = [room.start, *ends[:-1]]
    return [Span(start, min(end, start + longest)) for start, end in zip(starts, ends, strict=True)]
