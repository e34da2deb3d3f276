"""Tells the voices in a recording apart by their embeddings: window by window, then turn by turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.documents.speech import Region
from services.runtime.progress import Progress
from services.runtime.sound import Span

from .cast import Heard
from .clustering import Rules, voices
from .ge2e_engine import Encoder
from .mel import SAMPLE_RATE, WINDOW, Floats
from .turns import Grid, stretches
from .windows import batches, windows

_OF_ONE = WINDOW * 3 // 4
"""Samples: so long a stretch is of one speaker. Where two meet, what sounds like neither lasts 0.8 to 1.1 s, and takes
half a second from both."""


@dataclass(frozen=True)
class Listening:
    """How a recording is listened to."""

    step: int
    """Samples from one window to the next."""
    batch_size: int
    """Windows that the encoder takes at once."""
    rules: Rules
    grid: Grid


def tell_apart(
    audio: Path, regions: Sequence[Region], encoder: Encoder, listening: Listening, progress: Progress
) -> list[Heard]:
    """Who speaks in each of the regions, of which there is one at least; one speaker at a time.

    Raises EngineOutOfMemory.
    """
    listened = [windows(_span(region), listening.step) for region in regions]
    spans = [span for group in listened for span in group]
    embeddings = _embeddings(audio, spans, encoder, listening.batch_size, progress)
    found = voices(embeddings, listening.rules)
    heard = _heard(regions, listened, found.similarities(embeddings), listening.grid)
    lasting = found.only(_lasting(heard, len(found.sizes), listening.rules)).at_most(listening.rules.most)
    if len(lasting.sizes) == len(found.sizes):
        return heard
    return _heard(regions, listened, lasting.similarities(embeddings), listening.grid)


def _span(region: Region) -> Span:
    return Span(region.start_sample, region.end_sample)


def _embeddings(audio: Path, spans: Sequence[Span], encoder: Encoder, size: int, progress: Progress) -> Floats:
    """Shape (spans, 256): 1 KiB per span, 14 MB for an hour and a half of speech with one every 0.4 s."""
    found = []
    for some, sound in batches(audio, spans, size):
        found.append(encoder.embeddings(sound))
        progress(some[-1].end / SAMPLE_RATE, spans[-1].end / SAMPLE_RATE)
    return np.concatenate(found)


def _heard(regions: Sequence[Region], listened: Sequence[Sequence[Span]], near: Floats, grid: Grid) -> list[Heard]:
    ends = np.cumsum([len(group) for group in listened])
    parts = zip(regions, listened, np.split(near, ends[:-1]), strict=True)
    return [Heard(region, it) for region, group, part in parts for it in stretches(_span(region), group, part, grid)]


def _lasting(heard: Sequence[Heard], count: int, rules: Rules) -> NDArray[np.bool_]:
    """Which of `count` voices speak long enough in stretches that are of one speaker, or fill their region.

    What sounds like neither of two speakers because both are in the window has no such stretches.
    """
    samples = np.zeros(count)
    for it in heard:
        if it.stretch.span.length >= _OF_ONE or it.stretch.span == _span(it.region):
            samples[it.stretch.voice] += it.stretch.span.length
    enough = rules.share * sum(it.stretch.span.length for it in heard)
    lasting: NDArray[np.bool_] = samples >= min(enough, np.sort(samples)[-min(rules.fewest, count)])
    return lasting
