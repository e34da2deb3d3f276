"""whisperx's Whisper model: text, word times and decode evidence for a batch of windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.runtime.errors import EngineOutOfMemory, InvalidSetting
from services.runtime.logs import leave_alone

from .languages import UNSPACED
from .recognition import Heard, HeardWord, Options, Piece, words_of
from .sound import SAMPLE_RATE, Samples

WINDOW_SAMPLES = 30 * SAMPLE_RATE
"""Every window is padded to this."""
_HOP = 160
"""Samples from one frame of the spectrogram to the next."""
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001  full-width marks are meant
"""Marks that belong to the word after and before them."""
_NON_SPEECH: Any = [-1]
"""Whisper's name for the tokens of music notes, brackets and the like, which are not decoded."""
_SEED = 20_220_921
"""For temperatures above zero, so that equal runs give equal texts."""


@dataclass(frozen=True)
class Recogniser:
    """A loaded model."""

    model: Any
    """whisperx's WhisperModel."""

    def hear(self, windows: Sequence[Samples], options: Options, check: Callable[[], None]) -> list[Heard]:
        """Recognises windows of at most 30 s at 16 kHz, all at once.

        `check` is called between the steps and may raise. Raises EngineOutOfMemory.
        """
        try:
            return self._hear(windows, options, check)
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "out of memory" not in str(error):
                raise
            raise EngineOutOfMemory(
                f"no memory for {len(windows)} windows at once; lower asr.batch_size, asr.beam_size "
                "or choose a smaller asr.compute_type"
            ) from error

    def _hear(self, windows: Sequence[Samples], options: Options, check: Callable[[], None]) -> list[Heard]:
        tokenizer = _tokenizer(self.model, options.language)
        encoded = self.model.encode(_features(self.model, windows))
        check()
        decoded = self._decode(encoded, tokenizer, options, len(windows))
        check()
        words = self._words(encoded, tokenizer, decoded, windows)
        return [_heard(tokenizer, *it) for it in zip(decoded, words, strict=True)]

    def _decode(self, encoded: Any, tokenizer: Any, options: Options, count: int) -> list[Any]:
        import ctranslate2  # noqa: PLC0415  heavy: loaded with the engine
        from faster_whisper.transcribe import get_suppressed_tokens  # noqa: PLC0415  as above

        ctranslate2.set_random_seed(_SEED)
        results: list[Any] = self.model.model.generate(
            encoded,
            [_prompt(self.model, tokenizer, options)] * count,
            max_length=self.model.max_length,
            suppress_tokens=get_suppressed_tokens(tokenizer, _NON_SPEECH),
            return_scores=True,
            return_no_speech_prob=True,
            **_search(options),
        )
        return results

    def _words(
        self, encoded: Any, tokenizer: Any, decoded: Sequence[Any], windows: Sequence[Samples]
    ) -> list[tuple[HeardWord, ...]]:
        """When each word is heard, from the attention of the decoder (dynamic time warping)."""
        text_tokens = [_text_tokens(tokenizer, result) for result in decoded]
        frames = [max(1, len(window) // _HOP) for window in windows]
        alignments = self.model.find_alignment(tokenizer, text_tokens, encoded, frames)
        spaced = tokenizer.language_code not in UNSPACED
        return [_heard_words(it, len(window), spaced=spaced) for it, window in zip(alignments, windows, strict=True)]


def load(model: Path, device: str, compute_type: str) -> Recogniser:
    """Loads the model in folder `model`.

    Raises InvalidSetting if this machine cannot do it on that device with that type of numbers.
    """
    leave_alone("whisperx")
    import ctranslate2  # noqa: PLC0415  heavy: loaded when a run needs it
    from whisperx.asr import WhisperModel  # noqa: PLC0415  as above

    if device == "cuda" and ctranslate2.get_cuda_device_count() == 0:
        raise InvalidSetting("setting asr.device is cuda, and no CUDA device is usable here; set it to cpu")
    usable = ctranslate2.get_supported_compute_types(device)
    if compute_type not in usable:
        raise InvalidSetting(
            f"setting asr.compute_type: {compute_type!r} cannot be used on {device} here; "
            f"use one of {', '.join(sorted(usable))}"
        )
    return Recogniser(WhisperModel(str(model), device=device, compute_type=compute_type))


def _tokenizer(model: Any, language: str) -> Any:
    """Raises InvalidSetting if the model does not know the language."""
    from faster_whisper.tokenizer import Tokenizer  # noqa: PLC0415  heavy: loaded with the engine

    multilingual = model.model.is_multilingual
    if language not in model.supported_languages or model.hf_tokenizer.token_to_id(f"<|{language}|>") is None:
        only = "" if multilingual else "it knows only en: "
        raise InvalidSetting(
            f"setting asr.language: the model does not know {language!r}; {only}choose another asr.model"
        )
    return Tokenizer(model.hf_tokenizer, multilingual, task="transcribe", language=language)


def _features(model: Any, windows: Sequence[Samples]) -> Any:
    """Log-mel spectrograms, shape (windows, mels, 3000)."""
    from whisperx.audio import log_mel_spectrogram  # noqa: PLC0415  heavy: loaded with the engine

    mels = model.feat_kwargs.get("feature_size", 80)
    return np.stack(
        [log_mel_spectrogram(window, mels, padding=WINDOW_SAMPLES - len(window)).numpy() for window in windows]
    )


def _prompt(model: Any, tokenizer: Any, options: Options) -> list[int]:
    before = tokenizer.encode(" " + options.initial_prompt.strip()) if options.initial_prompt.strip() else []
    prompt: list[int] = model.get_prompt(
        tokenizer, before, without_timestamps=True, hotwords=options.hotwords.strip() or None
    )
    return prompt


def _search(options: Options) -> dict[str, Any]:
    """Beam search at temperature 0, sampling above."""
    if options.temperature > 0:
        return {"beam_size": 1, "sampling_topk": 0, "sampling_temperature": options.temperature}
    return {"beam_size": options.beam_size}


def _text_tokens(tokenizer: Any, result: Any) -> list[int]:
    return [token for token in result.sequences_ids[0] if token < tokenizer.eot]


def _heard(tokenizer: Any, result: Any, words: tuple[HeardWord, ...]) -> Heard:
    from faster_whisper.transcribe import get_compression_ratio  # noqa: PLC0415  heavy: loaded with the engine

    tokens = tuple(result.sequences_ids[0])
    text = tokenizer.decode(_text_tokens(tokenizer, result))
    return Heard(
        text=text,
        tokens=tokens,
        # The score is the mean over the tokens; the end-of-text token counts as one more (Whisper's definition).
        average_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
        compression_ratio=get_compression_ratio(text.strip()),
        no_speech_probability=result.no_speech_prob,
        words=words,
    )


def _heard_words(alignment: list[dict[str, Any]], sample_count: int, *, spaced: bool) -> tuple[HeardWord, ...]:
    """Words with their punctuation, inside the window and in order."""
    from faster_whisper.transcribe import merge_punctuations  # noqa: PLC0415  heavy: loaded with the engine

    merge_punctuations(alignment, _PREPENDED, _APPENDED)
    end = sample_count / SAMPLE_RATE
    pieces = [
        Piece(it["word"], min(float(it["start"]), end), min(float(it["end"]), end), float(it["probability"]))
        for it in alignment
        if it["word"].strip()
    ]
    return words_of(pieces, spaced=spaced)
