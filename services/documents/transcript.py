"""The transcript document: what is said, when, and what the recogniser saw when it decided so.

Recognition writes it; alignment writes it again with better times, every element naming its predecessor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .codec import STRICT, From
from .media import AudioTrack

MEDIA_TYPE = "application/vnd.cuegraph.transcript+json"


@dataclass(frozen=True)
class Word:
    __pydantic_config__ = STRICT

    id: str
    text: str
    """With its punctuation, without spaces around it."""
    start: float
    """Film time in seconds."""
    end: float
    timing: Literal["decoded", "aligned", "interpolated"]
    """`decoded`: from the recogniser's attention; `aligned`: forced alignment; `interpolated`: between neighbours."""
    probability: float | None
    """The recogniser's probability of the word, 0 to 1, or None if it gave none."""
    sources: From
    """From recognition: the speech region. From alignment: the recognised word."""


@dataclass(frozen=True)
class Decode:
    """What the recogniser reported for one window: the evidence for its text."""

    __pydantic_config__ = STRICT

    start: float
    """Film time at which the window begins, in seconds."""
    end: float
    text: str
    """Exactly as decoded."""
    tokens: tuple[int, ...]
    average_log_probability: float
    compression_ratio: float
    """Bytes of text per byte of its zlib form; above 2.4 the text likely loops (Radford et al. 2022)."""
    no_speech_probability: float | None
    temperature: float


@dataclass(frozen=True)
class Segment:
    """What was said in one window of the recogniser."""

    __pydantic_config__ = STRICT

    id: str
    start: float
    end: float
    text: str
    words: tuple[Word, ...]
    sources: From
    """From recognition: the speech regions of the window. From alignment: the recognised segment."""
    decode: Decode | None = None


@dataclass(frozen=True)
class Transcript:
    __pydantic_config__ = STRICT

    language_code: str
    """BCP-47, e.g. `en`."""
    audio: AudioTrack
    segments: tuple[Segment, ...]
    """In order of time."""
    schema: str = "cuegraph.transcript/1"

    @property
    def words(self) -> Iterator[Word]:
        return (word for segment in self.segments for word in segment.words)
