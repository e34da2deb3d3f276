"""From the probability of speech per frame to regions of speech, in samples. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from services.runtime.sound import Span

from .scores import Framing, Scores


@dataclass(frozen=True)
class Rules:
    """What counts as a region. Durations in samples."""

    onset: float
    """Speech begins above this probability."""
    offset: float
    """Speech ends below this probability."""
    min_speech: int
    min_silence: int
    padding: int


def find_regions(probabilities: Scores, framing: Framing, sample_count: int, rules: Rules) -> tuple[Span, ...]:
    """The stretches of speech in a recording, in order, apart from each other.

    Short silences are speech, then short speech is none, then what is left is padded.
    """
    spans = _active(probabilities, framing, sample_count, rules)
    spoken = (span for span in _joined(spans, rules.min_silence) if span.length >= rules.min_speech)
    return tuple(_joined(_padded(spoken, rules.padding, sample_count), 1))


def confidence(probabilities: Scores, framing: Framing, span: Span) -> float:
    """Mean probability over the frames whose centre lies in the span; 0 if there is none."""
    first, end = framing.frame_count(span.start), framing.frame_count(span.end)
    return float(np.mean(probabilities[first:end])) if end > first else 0.0


def _active(probabilities: Scores, framing: Framing, sample_count: int, rules: Rules) -> Iterator[Span]:
    """Hysteresis: a frame between offset and onset is as the frame before it."""
    votes = (probabilities > rules.onset).astype(np.int8) - (probabilities < rules.offset)
    decided = np.maximum.accumulate(np.where(votes != 0, np.arange(len(votes)), -1))
    active = (decided >= 0) & (votes[decided] > 0)
    edges = np.flatnonzero(np.diff(active, prepend=False, append=False))
    for first, end in edges.reshape(-1, 2).tolist():
        start = framing.centre(first) if first > 0 else 0
        yield Span(start, framing.centre(end) if end < len(active) else sample_count)


def _joined(spans: Iterable[Span], gap: int) -> Iterator[Span]:
    """The spans, those that are less than `gap` samples apart made one."""
    current: Span | None = None
    for span in spans:
        if current is not None and span.start - current.end < gap:
            current = Span(current.start, span.end)
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def _padded(spans: Iterable[Span], padding: int, sample_count: int) -> Iterator[Span]:
    return (Span(max(0, span.start - padding), min(sample_count, span.end + padding)) for span in spans)
