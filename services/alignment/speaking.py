"""Who speaks each word: the turn that it lies in. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.documents.speakers import Turn
from services.documents.transcript import Segment, Word


class Turns:
    """The turns of a film, to be asked who speaks a word."""

    def __init__(self, turns: Sequence[Turn], tolerance: float) -> None:
        """`turns` in order of time; a word up to `tolerance` seconds away from one may still be of it."""
        self._turns = turns
        self._starts = [turn.start for turn in turns]
        self._longest = max((turn.end - turn.start for turn in turns), default=0.0)
        self._tolerance = tolerance

    def speaker(self, word: Word) -> str | None:
        """Of the turn that shares most time with the word, else of the nearest within the tolerance, else None.

        Of equals the earlier turn counts.
        """
        near = self._near(word)
        if not near:
            return None
        best = max(near, key=lambda turn: _shared(word, turn))
        return best.speaker if _shared(word, best) >= -self._tolerance else None

    def _near(self, word: Word) -> Sequence[Turn]:
        """Every turn that may be within the tolerance."""
        first = bisect_left(self._starts, word.start - self._tolerance - self._longest)
        after = bisect_right(self._starts, word.end + self._tolerance)
        return self._turns[first:after]


def spoken_by(segments: Iterable[Segment], turns: Turns) -> Iterator[Segment]:
    """The segments with the speaker of each word."""
    for segment in segments:
        words = tuple(replace(word, speaker=turns.speaker(word)) for word in segment.words)
        yield replace(segment, words=words)


def _shared(word: Word, turn: Turn) -> float:
    """Seconds that lie in both; below 0 the seconds between them."""
    return min(word.end, turn.end) - max(word.start, turn.start)
