"""Where the encoder listens: windows over the regions of speech, read in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from services.runtime.sound import Span

from .mel import WINDOW, Floats


def windows(region: Span, step: int) -> list[Span]:
    """The windows over a region: the first begins and the last ends with it. A short region is one itself."""
    if region.length <= WINDOW:
        return [region]
    last = region.end - WINDOW
    return [Span(start, start + WINDOW) for start in (*range(region.start, last, step), last)]


def batches(path: Path, spans: Sequence[Span], size: int) -> Iterator[tuple[Sequence[Span], Floats]]:
    """Up to `size` spans at a time and their sound, shape (spans, `WINDOW`), a short one repeated to fill its row."""
    with soundfile.SoundFile(path) as sound:
        for first in range(0, len(spans), size):
            some = spans[first : first + size]
            yield some, np.stack([_read(sound, span) for span in some])


def _read(sound: soundfile.SoundFile, span: Span) -> Floats:
    sound.seek(span.start)
    return np.resize(np.asarray(sound.read(span.length, dtype="float32"), np.float32), WINDOW)
