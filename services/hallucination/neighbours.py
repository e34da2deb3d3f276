"""The rule against repeated neighbours: the same sentences again and again, from segment to segment. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .doubts import doubts, measures
from .passages import Context, Finding, Passage, is_sung
from .repetition import Repetition, repetitions

LONGEST_UNIT_SENTENCES = 3
CERTAIN_WORDS = 3
"""A repeated unit of fewer words may be a chant, however often it is heard."""


def find(passages: Sequence[Passage], context: Context) -> Iterator[Finding]:
    """Of sentences said too often in a row all but the first, as far as they are doubtful; all if there are too many
    for anyone to have said them."""
    spoken = [passage for passage in passages if passage.wording]
    for repetition in repetitions([passage.wording for passage in spoken], LONGEST_UNIT_SENTENCES):
        yield from _judged(spoken[repetition.start : repetition.end], repetition, context)


def _judged(said: Sequence[Passage], repetition: Repetition, context: Context) -> Iterator[Finding]:
    settings = context.settings
    sung = all(is_sung(passage.words, context.singing) for passage in said)
    limit = settings.neighbour_repetitions * (settings.lyric_factor if sung else 1)
    if repetition.count <= limit:
        return
    words = sum(len(passage.words) for passage in said[: repetition.period])
    certain = words >= CERTAIN_WORDS and not sung and repetition.count > limit * settings.certain_factor
    for passage in said[repetition.period :]:
        doubt = sum(doubts(passage, context).values())
        if doubt or certain:
            evidence = measures(passage, context) | {"repetitions": repetition.count, "limit": limit, "doubt": doubt}
            sureness = round(1 - limit / repetition.count / (1 + doubt), 3)
            yield Finding(passage, "repeated_neighbour", evidence, sureness)
