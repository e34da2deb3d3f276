"""Who speaks each word: the turn that it lies in, and the sentence that it is a part of. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.documents.speakers import Turn
from services.documents.transcript import Segment, Word
from services.documents.wording import ends_sentence

_PAUSE_SECONDS = 0.5
"""A longer silence may part two speakers without a full stop."""
_SHORTEST_SECONDS = 0.05
"""A word counts as this long at least: recognisers give words of no duration."""


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


def spoken_by(segments: Iterable[Segment], turns: Turns, majority: float) -> Iterator[Segment]:
    """The segments with the speaker of each word.

    People change where sentences end. Who speaks `majority` of a sentence's time speaks all of it: what is left of
    others are the edges of turns, which are known to some tenths of a second.
    """
    for segment in segments:
        words = [replace(word, speaker=turns.speaker(word)) for word in segment.words]
        agreed = (word for sentence in sentences(words) for word in agreeing(sentence, majority))
        yield replace(segment, words=tuple(agreed))


def sentences(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The words in runs that end with a sentence or before a pause."""
    run: list[Word] = []
    for word in words:
        if run and (ends_sentence(run[-1].text) or word.start - run[-1].end > _PAUSE_SECONDS):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def agreeing(sentence: Sequence[Word], majority: float) -> Iterator[Word]:
    """The words, all by the speaker of the majority if there is one."""
    seconds: dict[str | None, float] = {}
    for word in sentence:
        seconds[word.speaker] = seconds.get(word.speaker, 0.0) + max(word.end - word.start, _SHORTEST_SECONDS)
    speaker, most = max(seconds.items(), key=lambda item: item[1])
    is_agreed = speaker is not None and most >= majority * sum(seconds.values())
    yield from (replace(word, speaker=speaker) if is_agreed else word for word in sentence)


def _shared(word: Word, turn: Turn) -> float:
    """Seconds that lie in both; below 0 the seconds between them."""
    return min(word.end, turn.end) - max(word.start, turn.start)
