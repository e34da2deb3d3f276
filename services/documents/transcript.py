"""The transcript document: what is said, when, and what the recogniser saw when it decided so.

Recognition writes it; alignment writes it again with better times and speakers, hallucination without what nobody
said and with the lyrics marked: every element names its predecessor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .codec import STRICT, From
from .invariants import (
    broken,
    require_duration,
    require_language,
    require_order,
    require_probability,
    require_sources,
    require_unique_ids,
)
from .media import AudioTrack

MEDIA_TYPE = "application/vnd.cuegraph.transcript+json"


@dataclass(frozen=True)
class Word:
    __pydantic_config__ = STRICT

    id: str
    text: str
    """With its punctuation, without spaces around it, never empty."""
    start: float
    """Film time in seconds."""
    end: float
    """Not before `start`: recognisers give words of no duration."""
    timing: Literal["decoded", "aligned", "interpolated"]
    """`decoded`: from the recogniser's attention; `aligned`: by forced alignment; `interpolated`: from the
    times of its neighbours."""
    probability: float | None
    """The recogniser's probability of the word, 0 to 1, or None if it gave none."""
    sources: From
    """From recognition: the speech region. From the stages after it: the word of the transcript before."""
    speaker: str | None = None
    """Id of who speaks it in the speakers document; None if nobody knows."""
    lyric: str | None = None
    """Id of the span of the lyrics document that it is sung in; None if it is spoken."""


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
    terms: tuple[str, ...] = ()
    """Ids of the glossary's terms that the model was told to expect here."""
    suspicions: tuple[str, ...] = ()
    """Why it was decoded again, or would have been: `COMPRESSION_RATIO`, `LOG_PROBABILITY`, `NO_SPEECH`,
    `REPETITION`, `WORDS_PER_SECOND`, `SPEECH_WITHOUT_WORDS`; `DISAGREEMENT` with the other decodings of the window;
    empty if nothing was wrong."""


@dataclass(frozen=True)
class Rejected:
    """A decoding that was not chosen, and why."""

    __pydantic_config__ = STRICT

    decode: Decode
    reason: str
    """The rule by which the other one is better."""


@dataclass(frozen=True)
class Segment:
    """What was said in one window of the recogniser."""

    __pydantic_config__ = STRICT

    id: str
    start: float
    """Film time in seconds."""
    end: float
    text: str
    words: tuple[Word, ...]
    sources: From
    """From recognition: the speech regions of the window. From alignment: the recognised segment."""
    decode: Decode | None = None
    rejected: tuple[Rejected, ...] = ()
    """Other decodings of the same window, in the order in which they were tried."""


@dataclass(frozen=True)
class Transcript:
    __pydantic_config__ = STRICT

    language_code: str
    """BCP-47, e.g. `en`."""
    audio: AudioTrack
    segments: tuple[Segment, ...]
    """In order of time, as their words are from the first of the film to the last; words may overlap."""
    silent: tuple[Decode, ...] = ()
    """Windows that hold speech and gave no words, or none that can be believed, with what the recogniser reported."""
    language_probability: float | None = None
    """How sure the recogniser was of the language, 0 to 1; None if it was told."""
    schema: str = "cuegraph.transcript/1"

    @property
    def words(self) -> Iterator[Word]:
        """Every word in order of time."""
        return (word for segment in self.segments for word in segment.words)

    def check(self) -> None:
        """Raises DocumentError, naming the segment or word, if one breaks a promise."""
        require_language(self.language_code)
        self.audio.check()
        require_unique_ids([*self.segments, *self.words])
        require_sources([*self.segments, *self.words])
        require_duration(self.segments)
        require_order(self.segments)
        require_order(self.words)
        for word in self.words:
            _check_word(word)


def _check_word(word: Word) -> None:
    if word.end < word.start:
        raise broken(word, f"ends at {word.end} s, before its start at {word.start} s")
    if not word.text or word.text != word.text.strip():
        raise broken(word, f"has the text {word.text!r}, which is empty or has spaces around it")
    require_probability(word, "probability", word.probability)
