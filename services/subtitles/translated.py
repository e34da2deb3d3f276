"""Translated: the sentences of a translation as units, spread over the time in which their sources are spoken."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from services.documents.codec import DocumentError
from services.documents.plain import plain_text
from services.documents.transcript import Transcript, Word
from services.documents.translation import Sentence, Translation

from .scripts import glue, phrases_of
from .units import Unit, join_inseparable

_PAUSE_SECONDS = 0.2
"""A silence between two source words that the units keep: none is spoken during it."""


@dataclass(frozen=True)
class _Stretch:
    """Speech without a pause."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def units_of_translation(translation: Translation, transcript: Transcript) -> list[Unit]:
    """The sentences as units in order, each word of them spoken where its share of the sentence is.

    `transcript` is the one that was translated. A sentence that begins before the one before it is over, as where
    people interrupt each other, has what is left of its time: it is shown after that one.
    Raises DocumentError if a sentence was made from a word that the transcript does not have.
    """
    words = {word.id: word for word in transcript.words}
    units: list[Unit] = []
    for sentence in translation.sentences:
        not_before = units[-1].end if units else 0.0
        stretches = _stretches(_words_of(sentence, words), not_before)
        units.extend(_spread(sentence, stretches, units[-1].text if units else "", translation.language_code))
    return units


def _words_of(sentence: Sentence, words: Mapping[str, Word]) -> list[Word]:
    missing = next((source for source in sentence.sources if source not in words), None)
    if missing is not None:
        raise DocumentError(
            f"{sentence.id} was made from word {missing!r}, which the transcript does not have; "
            "give the transcript that was translated"
        )
    return [words[source] for source in sentence.sources]


def _stretches(words: Sequence[Word], not_before: float) -> list[_Stretch]:
    """The stretches of speech of a sentence, in order and apart: at least one, maybe of no duration."""
    stretches: list[_Stretch] = []
    for word in words:
        earliest = stretches[-1].end if stretches else not_before
        start, end = max(word.start, earliest), max(word.end, earliest)
        if stretches and start - earliest < _PAUSE_SECONDS:
            stretches[-1] = _Stretch(stretches[-1].start, end)
        else:
            stretches.append(_Stretch(start, end))
    return stretches


def _spread(sentence: Sentence, stretches: Sequence[_Stretch], before: str, language_code: str) -> list[Unit]:
    """The units of a sentence; `before` is the last text of the one before it, empty at the beginning."""
    phrases = list(phrases_of(plain_text(sentence.text), language_code))
    times = _times([len(between + text) for between, text in phrases], stretches)
    units = [
        Unit(text, between, *time, (sentence.id,), sentence.speaker, sentence.lyric is not None)
        for (between, text), time in zip(phrases, times, strict=True)
    ]
    units[0] = replace(units[0], glue=glue(before, units[0].text, language_code) if before else "")
    units[-1] = replace(units[-1], closes=True)
    return join_inseparable(units)


def _times(lengths: Sequence[int], stretches: Sequence[_Stretch]) -> list[tuple[float, float]]:
    """When each part of a text is spoken, by its share of the characters; none goes over a pause.

    A part belongs to the stretch in which its middle would lie if there were no pauses; the parts of a stretch
    share its time.
    """
    ends = list(accumulate(lengths))
    spoken_until = list(accumulate(stretch.seconds for stretch in stretches))
    scale = spoken_until[-1] / ends[-1]
    owners: dict[int, list[int]] = {}
    for place, (end, length) in enumerate(zip(ends, lengths, strict=True)):
        owner = bisect_right(spoken_until, (end - length / 2) * scale)
        owners.setdefault(min(owner, len(stretches) - 1), []).append(place)
    times: list[tuple[float, float]] = []
    for owner, places in owners.items():
        times.extend(_shares([lengths[place] for place in places], stretches[owner]))
    return times


def _shares(lengths: Sequence[int], stretch: _Stretch) -> list[tuple[float, float]]:
    borders = [stretch.start + stretch.seconds * part / sum(lengths) for part in accumulate(lengths, initial=0)]
    return [(round(start, 3), round(end, 3)) for start, end in pairwise(borders)]
