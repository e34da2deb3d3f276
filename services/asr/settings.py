"""What can be set of the asr stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from services.runtime.errors import InvalidSetting

from .judging import Thresholds
from .languages import whisper_code
from .recognition import Options

AUTOMATIC = "auto"


@dataclass(frozen=True)
class AsrSettings:
    language: str = "en"
    """What is spoken: BCP-47 primary subtag, or `auto` to be told by the model."""
    language_threshold: Annotated[float, Field(ge=0, le=1)] = 0.6
    """With `auto`: least probability of the language, 0 to 1; below, the stage fails."""
    language_windows: Annotated[int, Field(ge=1, le=64)] = 6
    """With `auto`: so many windows from the beginning are asked, 1 to 64."""
    language_candidates: tuple[str, ...] = ()
    """With `auto`: it is one of these, BCP-47; any that the model knows if none is named."""
    audio: Literal["vocals", "mix"] = "vocals"
    """What is listened to: the separated vocals if there are any, or the speech audio as it is."""
    model: str = "whisper-base"
    """Name of the Whisper model in the catalog; names ending in `.en` know English only."""
    beam_size: Annotated[int, Field(ge=1, le=20)] = 5
    """Hypotheses kept while decoding at temperature 0, 1 to 20: more is slower and rarely better."""
    temperature: Annotated[float, Field(ge=0, le=1)] = 0.0
    """0 decodes by beam search; above, up to 1, words are drawn at random (with a fixed seed)."""
    initial_prompt: str = ""
    """Text that every window is decoded after, for style and spelling; its end counts, 223 tokens less the hotwords."""
    hotwords: str = ""
    """Words to expect, e.g. names, separated by spaces; the first 223 tokens count."""
    glossary_terms: Annotated[int, Field(ge=0, le=100)] = 16
    """Most terms of the glossary that one window is told to expect, 0 to 100: many mislead."""
    glossary_resemblance: Annotated[float, Field(ge=0, le=1)] = 0.65
    """A term is near if something that was heard resembles it so much, 0 to 1."""
    window_seconds: Annotated[float, Field(ge=1, le=30)] = 30.0
    """Longest stretch that is decoded in one go, in seconds, 1 to 30."""
    max_gap_seconds: Annotated[float, Field(ge=0, le=30)] = 5.0
    """A longer silence between two regions begins a new window, in seconds, 0 to 30."""
    batch_size: Annotated[int, Field(ge=1, le=256)] = 1
    """Windows decoded at once, 1 to 256: faster on a GPU, not on a CPU, and they need more memory."""
    redecode: bool = True
    """Whether suspicious windows are decoded again, one by one."""
    compression_ratio_threshold: Annotated[float, Field(gt=0)] = 2.4
    """Text that zlib makes smaller by more than this factor is suspicious."""
    log_probability_threshold: Annotated[float, Field(le=0)] = -1.0
    """An average log probability of the tokens below this is suspicious."""
    no_speech_threshold: Annotated[float, Field(ge=0, le=1)] = 0.6
    """A probability of no speech above this is suspicious if the text is improbable or has few words, 0 to 1."""
    phrase_repetitions: Annotated[int, Field(ge=2)] = 4
    """A phrase that stands so many times in a row is suspicious, 2 or more."""
    words_per_second: Annotated[float, Field(gt=0)] = 7.0
    """More words than this per second of speech are suspicious."""
    seconds_per_word: Annotated[float, Field(gt=0)] = 4.0
    """More seconds of speech than this per word are suspicious."""
    agreement_threshold: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Of improbable decodings, those that share fewer words than this with the others are not believed, 0 to 1."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where the model runs."""
    compute_type: Literal["int8", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32"] = "int8"
    """Numbers the model computes with: smaller ones need less memory and are a little less exact."""

    def __post_init__(self) -> None:
        """Raises UnknownName for a language that Whisper does not know, InvalidSetting if the model does not."""
        for language in self.language_candidates:
            whisper_code(language)
        if self.language != AUTOMATIC:
            whisper_code(self.language)
        if self.model.endswith(".en") and self.language != "en":
            raise InvalidSetting(
                f"setting asr.language: model {self.model!r} knows only English, so it cannot be {self.language!r}; "
                f"set asr.model to a model for many languages, e.g. whisper-base"
            )

    def options(self, language: str) -> Options:
        """How to decode a window plainly; `language` is Whisper's code."""
        return Options(language, self.beam_size, self.temperature, self.initial_prompt, self.hotwords)

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(
            self.compression_ratio_threshold,
            self.log_probability_threshold,
            self.no_speech_threshold,
            self.phrase_repetitions,
            self.words_per_second,
            self.seconds_per_word,
            self.agreement_threshold,
        )
