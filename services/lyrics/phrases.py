"""Phrases: runs of words that are judged together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.documents.transcript import Segment, Transcript, Word

LINE_WORDS = 4
"""A repeated line is at least so many words; fewer recur in any talk."""


@dataclass(frozen=True)
class Phrase:
    """Words that follow each other closely."""

    words: tuple[Word, ...]
    segments: tuple[str, ...]
    """Ids of the segments they stand in, in order."""

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return max(word.end for word in self.words)


def phrases(transcript: Transcript, *, pause_seconds: float, longest_seconds: float) -> list[Phrase]:
    """The transcript in phrases: cut at pauses of at least `pause_seconds`, and before one gets too long."""
    runs: list[list[tuple[Word, str]]] = []
    for word, segment in _words(transcript.segments):
        if runs and _continues(runs[-1], word, pause_seconds, longest_seconds):
            runs[-1].append((word, segment))
        else:
            runs.append([(word, segment)])
    return [_phrase(run) for run in runs]


def joined(parts: Sequence[Phrase]) -> Phrase:
    """Several phrases as one."""
    words = tuple(word for part in parts for word in part.words)
    return Phrase(words, tuple(dict.fromkeys(segment for part in parts for segment in part.segments)))


def repeated_share(phrase: Phrase, lines: Counter[tuple[str, ...]]) -> float:
    """Share of the words that stand in a line which the transcript holds more than once, 0 to 1."""
    texts = _texts(phrase.words)
    repeated = {
        place
        for first in range(len(texts) - LINE_WORDS + 1)
        if lines[tuple(texts[first : first + LINE_WORDS])] > 1
        for place in range(first, first + LINE_WORDS)
    }
    return len(repeated) / len(texts)


def lines(transcript: Transcript) -> Counter[tuple[str, ...]]:
    """How often each run of `LINE_WORDS` words occurs in the transcript."""
    texts = _texts(transcript.words)
    return Counter(zip(*(texts[offset:] for offset in range(LINE_WORDS)), strict=False))


def _words(segments: Iterable[Segment]) -> list[tuple[Word, str]]:
    return [(word, segment.id) for segment in segments for word in segment.words]


def _continues(run: Sequence[tuple[Word, str]], word: Word, pause_seconds: float, longest_seconds: float) -> bool:
    pause = word.start - max(before.end for before, _ in run)
    return pause < pause_seconds and word.end - run[0][0].start <= longest_seconds


def _phrase(run: Sequence[tuple[Word, str]]) -> Phrase:
    return Phrase(tuple(word for word, _ in run), tuple(dict.fromkeys(segment for _, segment in run)))


def _texts(words: Iterable[Word]) -> list[str]:
    """Words without case and punctuation, so that a line is the same however it was written down."""
    return ["".join(letter for letter in word.text.casefold() if letter.isalnum()) for word in words]
