"""whisperx's Whisper model: text, word times and decode evidence for a batch of windows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import InvalidSetting
from services.runtime.logs import leave_alone

from .languages import UNSPACED
from .recognition import Draft, Encoded, HeardWord, Options, Piece, words_of
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


PROMPT_TOKENS = 223
"""What Whisper takes as said before, hotwords and prompt together: half of its 448 less one, so that half is left for
the text."""


@dataclass(frozen=True)
class WhisperRecogniser:
    """A loaded Whisper."""

    model: Any
    """whisperx's WhisperModel."""

    def encode(self, windows: Sequence[Samples]) -> Encoded:
        with _memory_for(len(windows)):
            return Encoded(windows, self.model.encode(_features(self.model, windows)))

    def decode(self, encoded: Encoded, options: Options) -> list[Draft]:
        """Raises InvalidSetting if the model does not know the language."""
        tokenizer = _tokenizer(self.model, options.language)
        with _memory_for(len(encoded.windows)):
            results = self._generate(encoded, tokenizer, options)
        return [_draft(tokenizer, result, options.temperature) for result in results]

    def _generate(self, encoded: Encoded, tokenizer: Any, options: Options) -> list[Any]:
        import ctranslate2  # noqa: PLC0415  heavy: loaded with the engine
        from faster_whisper.transcribe import get_suppressed_tokens  # noqa: PLC0415  as above

        ctranslate2.set_random_seed(_SEED)
        results: list[Any] = self.model.model.generate(
            encoded.features,
            [_prompt(self.model, tokenizer, options)] * len(encoded.windows),
            max_length=self.model.max_length,
            suppress_tokens=get_suppressed_tokens(tokenizer, _NON_SPEECH),
            return_scores=True,
            return_no_speech_prob=True,
            **_search(options),
        )
        return results

    def words(self, encoded: Encoded, drafts: Sequence[Draft], options: Options) -> list[tuple[HeardWord, ...]]:
        """From the attention of the decoder (dynamic time warping)."""
        tokenizer = _tokenizer(self.model, options.language)
        tokens = [[token for token in draft.tokens if token < tokenizer.eot] for draft in drafts]
        frames = [max(1, len(window) // _HOP) for window in encoded.windows]
        with _memory_for(len(encoded.windows)):
            alignments = self.model.find_alignment(tokenizer, tokens, encoded.features, frames)
        spaced = options.language not in UNSPACED
        pairs = zip(alignments, encoded.windows, strict=True)
        return [_heard_words(alignment, len(window), spaced=spaced) for alignment, window in pairs]

    def languages(self, encoded: Encoded) -> list[dict[str, float]]:
        with _memory_for(len(encoded.windows)):
            found = self.model.model.detect_language(encoded.features)
        return [{token.strip("<|>"): float(probability) for token, probability in one} for one in found]

    def token_count(self, text: str) -> int:
        return len(self.model.hf_tokenizer.encode(text, add_special_tokens=False).ids)


def _memory_for(windows: int) -> AbstractContextManager[None]:
    remedy = "lower asr.batch_size, asr.beam_size or choose a smaller asr.compute_type"
    return memory_for(f"for {windows} windows at once", remedy)


def load(model: Path, device: str, compute_type: str) -> WhisperRecogniser:
    """Loads the model in folder `model`.

    Raises InvalidSetting if this machine cannot do it on that device with that type of numbers.
    """
    leave_alone("whisperx")
    import ctranslate2  # noqa: PLC0415  heavy: loaded when a run needs it
    from whisperx.asr import WhisperModel  # noqa: PLC0415  as above

    require_device("asr.device", device, lambda: ctranslate2.get_cuda_device_count() > 0)
    usable = ctranslate2.get_supported_compute_types(device)
    if compute_type not in usable:
        raise InvalidSetting(
            f"setting asr.compute_type: {compute_type!r} cannot be used on {device} here; "
            f"use one of {', '.join(sorted(usable))}"
        )
    return WhisperRecogniser(WhisperModel(str(model), device=device, compute_type=compute_type))


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
    """The beginning of the hotwords counts, and, in the room that they leave, the end of the prompt."""
    hotwords = _tokens(tokenizer, options.hotwords)[:PROMPT_TOKENS]
    before = _tokens(tokenizer, options.initial_prompt)
    room = PROMPT_TOKENS - len(hotwords)
    previous = hotwords + before[max(0, len(before) - room) :]
    prompt: list[int] = model.get_prompt(tokenizer, previous, without_timestamps=True)
    return prompt


def _tokens(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer.encode(" " + text.strip())) if text.strip() else []


def _search(options: Options) -> dict[str, Any]:
    """Beam search at temperature 0, sampling above."""
    if options.temperature > 0:
        return {"beam_size": 1, "sampling_topk": 0, "sampling_temperature": options.temperature}
    return {"beam_size": options.beam_size}


def _draft(tokenizer: Any, result: Any, temperature: float) -> Draft:
    from faster_whisper.transcribe import get_compression_ratio  # noqa: PLC0415  heavy: loaded with the engine

    tokens = tuple(result.sequences_ids[0])
    text = tokenizer.decode([token for token in tokens if token < tokenizer.eot])
    return Draft(
        text=text,
        tokens=tokens,
        # The score is the mean over the tokens; the end-of-text token counts as one more (Whisper's definition).
        average_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
        compression_ratio=get_compression_ratio(text.strip()),
        no_speech_probability=result.no_speech_prob,
        temperature=temperature,
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
