"""What can be set of the hallucination stage: docs/stages/hallucination.md explains each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class HallucinationSettings:
    min_heard_share: Share = 0.1
    """A sentence of which less lies in speech regions is not heard, 0 to 1."""
    region_tolerance_seconds: Annotated[float, Field(ge=0, le=10)] = 0.5
    """Regions count as longer by this at both ends, in seconds, 0 to 10."""
    canned_points: Annotated[float, Field(ge=0, le=10)] = 2.0
    """Doubts, in points, that a canned phrase needs to be taken out, 0 to 10."""
    loop_repetitions: Annotated[int, Field(ge=1, le=1000)] = 4
    """Several words, said more often than this in a row, are a loop if there is doubt, 1 to 1000."""
    word_repetitions: Annotated[int, Field(ge=1, le=1000)] = 8
    """The same for a single word: `No! No! No!` is said by people, 1 to 1000."""
    neighbour_repetitions: Annotated[int, Field(ge=1, le=1000)] = 3
    """A sentence said more often than this one after the other is repeated if there is doubt, 1 to 1000."""
    certain_factor: Annotated[float, Field(ge=1, le=100)] = 4.0
    """Above so many times these limits, several words are repeated without further doubt, 1 to 100."""
    lyric_factor: Annotated[float, Field(ge=1, le=100)] = 3.0
    """In singing, the limits of repetition are so many times higher, 1 to 100."""
    min_word_probability: Share = 0.5
    """A mean probability of the words below this is a doubt, 0 to 1."""
    min_log_probability: Annotated[float, Field(ge=-100, le=0)] = -1.0
    """A mean log probability of the window's tokens below this is a doubt, -100 to 0."""
    max_no_speech_probability: Share = 0.6
    """A probability of no speech above this is a doubt, 0 to 1."""
    max_compression_ratio: Annotated[float, Field(ge=1, le=100)] = 2.4
    """A compression ratio of the window's text above this is a doubt, 1 to 100."""
    max_characters_per_second: Annotated[float, Field(ge=5, le=200)] = 30.0
    """Nobody speaks faster, 5 to 200 characters per second; full-width characters count twice."""
    max_seconds_per_word: Annotated[float, Field(ge=0.5, le=60)] = 4.0
    """Nobody speaks slower, 0.5 to 60 seconds per word."""
    min_script_share: Share = 0.5
    """A sentence must have this share of its letters in the scripts of the language, or in Latin, 0 to 1."""
    sure_word_probability: Share = 0.8
    """A sentence in another script stays from this mean probability on, if nothing else is doubtful, 0 to 1."""
    max_removed_share: Share = 0.2
    """Above this share of all words, a warning says that much was removed, 0 to 1."""
