"""What is asked of the recogniser for one window of sound, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .sound import Samples


@dataclass(frozen=True)
class Stretch:
    """A window of sound, and for how long somebody speaks in it, in seconds."""

    samples: Samples
    speech_seconds: float


@dataclass(frozen=True)
class Options:
    """How to decode."""

    language: str
    """Whisper's code."""
    beam_size: int = 5
    """At temperature 0; above, one text is drawn."""
    temperature: float = 0.0
    initial_prompt: str = ""
    hotwords: str = ""


@dataclass(frozen=True)
class Encoded:
    """Windows of sound as the decoder takes them."""

    windows: Sequence[Samples]
    features: Any
    """The engine's own form."""


@dataclass(frozen=True)
class Draft:
    """What one decoding of a window gave, before its words have times."""

    text: str
    """Exactly as decoded."""
    tokens: tuple[int, ...]
    average_log_probability: float
    compression_ratio: float
    no_speech_probability: float
    temperature: float = 0.0
    terms: tuple[str, ...] = ()
    """Ids of the terms of the glossary that were offered."""
    suspicions: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeardWord:
    """A word and when it is heard, in seconds from the beginning of the window."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Refused:
    """A decoding that was not chosen, and why."""

    draft: Draft
    reason: str


@dataclass(frozen=True)
class Heard:
    """What was made of one window."""

    draft: Draft
    words: tuple[HeardWord, ...] = ()
    """None if nothing was heard, or nothing that can be believed."""
    refused: tuple[Refused, ...] = ()
    """In the order in which they were decoded."""
    redecoded: bool = False
    """Whether it was suspicious, so that it was decoded again."""
    replaced: bool = False
    """Whether a new decoding was chosen."""
    believed: bool = True

    @property
    def text(self) -> str:
        return self.draft.text if self.believed else ""


class Recogniser(Protocol):
    """A loaded model. Every method may raise EngineOutOfMemory."""

    def encode(self, windows: Sequence[Samples]) -> Encoded:
        """Takes windows of at most 30 s at 16 kHz in, all at once."""

    def decode(self, encoded: Encoded, options: Options) -> list[Draft]:
        """The text of each window."""

    def words(self, encoded: Encoded, drafts: Sequence[Draft], options: Options) -> list[tuple[HeardWord, ...]]:
        """When each word of the drafts is heard."""

    def languages(self, encoded: Encoded) -> list[dict[str, float]]:
        """For each window, the probability of every language, by Whisper's code."""

    def token_count(self, text: str) -> int:
        """How many tokens of the prompt a text takes."""


@dataclass(frozen=True)
class Piece:
    """What the recogniser takes for a word, with the space before it. Times in seconds of the window."""

    text: str
    start: float
    end: float
    probability: float


def words_of(pieces: Iterable[Piece], *, spaced: bool) -> tuple[HeardWord, ...]:
    """The words that pieces make. If words are `spaced`, a piece without a space before it goes on with the last
    word: Whisper hears "ill" and "-disposed".

    The probability of a word is that of its least probable piece.
    """
    words: list[HeardWord] = []
    for piece in pieces:
        if spaced and words and not piece.text.startswith(" "):
            words[-1] = _longer(words[-1], piece)
        else:
            words.append(HeardWord(piece.text.strip(), piece.start, piece.end, piece.probability))
    return tuple(words)


def _longer(word: HeardWord, piece: Piece) -> HeardWord:
    return replace(
        word,
        text=word.text + piece.text.strip(),
        end=piece.end,
        probability=min(word.probability, piece.probability),
    )
