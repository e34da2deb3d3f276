"""Passages: sentences of the transcript, with all that may speak for or against them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.documents.lyrics import Span
from services.documents.removals import Reason
from services.documents.speech import Region
from services.documents.transcript import Segment, Transcript, Word
from services.documents.wording import joined, plain

from .settings import HallucinationSettings

SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！", "।", "؟", "۔")  # noqa: RUF001  marks of other scripts
CLOSING = "\"'”’»)]」』"  # noqa: RUF001  quotation marks of other scripts


@dataclass(frozen=True)
class Passage:
    """Words that follow each other in one segment: a sentence, or a part of one."""

    words: tuple[Word, ...]
    segment: Segment
    language_code: str

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return max(word.end for word in self.words)

    @property
    def text(self) -> str:
        return joined((word.text for word in self.words), self.language_code)

    @property
    def wording(self) -> str:
        """Without case and punctuation."""
        return plain(self.text, self.language_code)

    def part(self, words: Sequence[Word]) -> Passage:
        return Passage(tuple(words), self.segment, self.language_code)


@dataclass(frozen=True)
class Finding:
    """What a rule says nobody said."""

    passage: Passage
    reason: Reason
    evidence: dict[str, float | str]
    confidence: float


@dataclass(frozen=True)
class Context:
    """All that rules may look at besides the passage."""

    settings: HallucinationSettings
    regions: tuple[Region, ...]
    singing: tuple[Span, ...]
    film_end: float
    """Film time in seconds at which the sound ends."""


def sentences(transcript: Transcript) -> list[Passage]:
    """The transcript sentence by sentence; a segment's end ends a sentence."""
    return [
        Passage(tuple(words), segment, transcript.language_code)
        for segment in transcript.segments
        for words in _split(segment.words)
    ]


def is_sung(words: Iterable[Word], singing: Sequence[Span]) -> bool:
    """Whether all these words lie in singing."""
    return all(span_of(word, singing) for word in words)


def span_of(word: Word, singing: Sequence[Span]) -> Span | None:
    """The span in which the middle of the word lies."""
    middle = (word.start + word.end) / 2
    return next((span for span in singing if span.start <= middle <= span.end), None)


def _split(words: Sequence[Word]) -> Iterator[list[Word]]:
    sentence: list[Word] = []
    for word in words:
        sentence.append(word)
        if word.text.rstrip(CLOSING).endswith(SENTENCE_ENDS):
            yield sentence
            sentence = []
    if sentence:
        yield sentence
