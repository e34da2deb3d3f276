"""Judges decodings: what in them looks as if it had not been said. Pure.

The first three signs are Whisper's own (Radford et al. 2022, section 4.5); batched decoding leaves them unused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .recognition import Draft

COMPRESSION_RATIO = "COMPRESSION_RATIO"
LOG_PROBABILITY = "LOG_PROBABILITY"
NO_SPEECH = "NO_SPEECH"
REPETITION = "REPETITION"
WORDS_PER_SECOND = "WORDS_PER_SECOND"
SPEECH_WITHOUT_WORDS = "SPEECH_WITHOUT_WORDS"
DISAGREEMENT = "DISAGREEMENT"
"""Of this decoding with the other ones of its window."""
_LONGEST_PHRASE = 12
"""In words: loops of longer ones show in the compression ratio."""
_CHARACTERS_PER_WORD = 2
"""In languages that are written without spaces."""


@dataclass(frozen=True)
class Thresholds:
    """Beyond these, a decoding is suspicious."""

    compression_ratio: float = 2.4
    log_probability: float = -1.0
    no_speech_probability: float = 0.6
    phrase_repetitions: int = 4
    words_per_second: float = 7.0
    seconds_per_word: float = 4.0
    agreement: float = 0.2


def suspicions(draft: Draft, speech_seconds: float, limits: Thresholds, *, spaced: bool) -> tuple[str, ...]:
    """What speaks against a decoding of a window in which somebody speaks for so long."""
    units = spoken_units(draft.text, spaced=spaced)
    words = len(units) / (1 if spaced else _CHARACTERS_PER_WORD)
    improbable = draft.average_log_probability < limits.log_probability
    wordless = words == 0 or speech_seconds / words > limits.seconds_per_word
    signs = {
        COMPRESSION_RATIO: draft.compression_ratio > limits.compression_ratio,
        LOG_PROBABILITY: improbable,
        NO_SPEECH: draft.no_speech_probability > limits.no_speech_probability and (improbable or wordless),
        REPETITION: most_repetitions(units) >= limits.phrase_repetitions,
        WORDS_PER_SECOND: words > limits.words_per_second * speech_seconds,
        SPEECH_WITHOUT_WORDS: wordless,
    }
    return tuple(code for code, applies in signs.items() if applies)


def spoken_units(text: str, *, spaced: bool) -> list[str]:
    """The words of a text, or its characters where words are not spaced; no punctuation, no case."""
    plain = "".join(letter if _is_spoken(letter) else " " for letter in text.casefold())
    return plain.split() if spaced else list("".join(plain.split()))


def most_repetitions(units: Sequence[str]) -> int:
    """How often the most repeated phrase stands in a row, at most 12 units long; 1 if none is repeated."""
    return max((_repetitions(units, length) for length in range(1, _LONGEST_PHRASE + 1)), default=1)


def agreement(units: Sequence[str], others: Sequence[Sequence[str]]) -> float:
    """How much of a decoding the other ones of its window have too: mean share of common words (Dice), 0 to 1."""
    if not others:
        return 1.0
    return sum(_common_share(set(units), set(other)) for other in others) / len(others)


def _common_share(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _repetitions(units: Sequence[str], length: int) -> int:
    """How often a phrase of so many units stands in a row, at most."""
    most = run = 0
    for here, before in zip(units[length:], units, strict=False):
        run = run + 1 if here == before else 0
        most = max(most, run)
    return most // length + 1


def _is_spoken(letter: str) -> bool:
    """Letters, marks on them, digits and the apostrophe of "don't"."""
    return letter == "'" or unicodedata.category(letter)[0] in "LMN"
