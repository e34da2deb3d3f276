"""The rule against loops: words that one segment says again and again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from services.documents.transcript import Word
from services.documents.wording import plain

from .doubts import doubts, measures
from .passages import Context, Finding, Passage, is_sung
from .repetition import Repetition, repetitions

LONGEST_UNIT_WORDS = 12


def find(passages: Sequence[Passage], context: Context) -> Iterator[Finding]:
    """All but the first of what is said too often in a row within a segment."""
    for _, group in groupby(passages, key=lambda passage: passage.segment.id):
        parts = list(group)
        whole = parts[0].part([word for part in parts for word in part.words])
        texts = [plain(word.text, whole.language_code) or word.text for word in whole.words]
        for repetition in repetitions(texts, LONGEST_UNIT_WORDS):
            yield from _judged(whole, repetition, context)


def _judged(whole: Passage, repetition: Repetition, context: Context) -> Iterator[Finding]:
    words = whole.words[repetition.start : repetition.end]
    limit = _limit(words, repetition, context)
    doubt = sum(doubts(whole.part(words), context).values())
    certain = repetition.period > 1 and repetition.count > limit * context.settings.certain_factor
    if repetition.count > limit and (doubt or certain):
        again = whole.part(words[repetition.period :])
        evidence = measures(again, context) | {"repetitions": repetition.count, "limit": limit, "doubt": doubt}
        yield Finding(again, "loop", evidence, round(1 - limit / repetition.count / (1 + doubt), 3))


def _limit(words: Sequence[Word], repetition: Repetition, context: Context) -> float:
    settings = context.settings
    limit = settings.word_repetitions if repetition.period == 1 else settings.loop_repetitions
    return limit * (settings.lyric_factor if is_sung(words, context.singing) else 1)
