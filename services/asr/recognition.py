"""What is asked of the recogniser for one window of sound, and what it answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass


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
