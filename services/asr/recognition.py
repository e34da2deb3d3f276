"""What is asked of the recogniser for one window of sound, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Options:
    """How to decode."""

    language: str
    """Whisper's code."""
    beam_size: int
    temperature: float
    initial_prompt: str
    hotwords: str


@dataclass(frozen=True)
class HeardWord:
    """A word and when it is heard, in seconds from the beginning of the window."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Heard:
    """What the recogniser made of one window."""

    text: str
    """Exactly as decoded."""
    tokens: tuple[int, ...]
    average_log_probability: float
    compression_ratio: float
    no_speech_probability: float
    words: tuple[HeardWord, ...]


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
