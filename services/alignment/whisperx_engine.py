"""whisperx.align: forced alignment with a wav2vec2 model of the language, from a local folder."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import ModelError
from services.runtime.logs import leave_alone

from .aligner import SAMPLE_RATE, Samples, Span

_NLTK_DATA = Path(__file__).with_name("nltk_data")
"""whisperx cuts its text into sentences with NLTK's Punkt and fetches its parameters if they are not there. Here
is a set without any, under the name of English: the text it gets is words alone, one sentence by construction."""
_CUT_ALREADY = "en"
"""The language that whisperx is told: it decides only how text is cut into words (at spaces) and sentences."""


@dataclass(frozen=True)
class WhisperxAligner:
    """A loaded model."""

    network: Any
    metadata: Mapping[str, Any]
    """As whisperx wants it: language, dictionary (letter to its number in the model's output), type."""
    device: str
    minimum_score: float
    """A word whose letters are less probable on average counts as not found, 0 to 1."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def align(self, samples: Samples, tokens: Sequence[str]) -> Sequence[Span | None]:
        """See `Aligner`. A word is None if the model knows less than half of its letters, or hardly hears them."""
        with self._lock:
            words = self._words(samples, tokens) if tokens and len(samples) else []
        if len(words) != len(tokens):
            return [None] * len(tokens)
        return [self._span(word) if self._is_known(token) else None for word, token in zip(words, tokens, strict=True)]

    def _words(self, samples: Samples, tokens: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        from whisperx.alignment import align  # noqa: PLC0415  heavy: loaded with the engine

        seconds = len(samples) / SAMPLE_RATE
        segment: Any = {"text": " ".join(tokens), "start": 0.0, "end": seconds}
        with memory_for(f"to align {seconds:.0f} s of sound at once", "lower asr.window_seconds"):
            result = align([segment], self.network, dict(self.metadata), samples, self.device)
        words: Sequence[Mapping[str, Any]] = result["word_segments"]
        return words

    def _is_known(self, token: str) -> bool:
        """whisperx lets an unknown letter match any sound: a word of such letters says nothing about time."""
        return 2 * sum(letter in self.metadata["dictionary"] for letter in token) >= len(token)

    def _span(self, word: Mapping[str, Any]) -> Span | None:
        """None for a word that whisperx itself could only interpolate, which has no score, or that is not likely."""
        if word.get("score", -1.0) < self.minimum_score:
            return None
        return Span(float(word["start"]), float(word["end"]))


def load(model: Path, device: str, minimum_score: float) -> WhisperxAligner:
    """Loads the Wav2Vec2ForCTC and its processor in folder `model` onto `device`, `cpu` or `cuda`. Reaches no hub.

    Raises InvalidSetting if this machine has no such device, ModelError if the folder holds no such model.
    """
    import nltk  # noqa: PLC0415  heavy: loaded when a run needs it
    import torch  # noqa: PLC0415  as above

    leave_alone("whisperx")
    from whisperx.alignment import load_align_model  # noqa: PLC0415  as above

    require_device("alignment.device", device, torch.cuda.is_available)
    if str(_NLTK_DATA) not in nltk.data.path:
        nltk.data.path.append(str(_NLTK_DATA))
    try:
        network, metadata = load_align_model(_CUT_ALREADY, device, model_name=str(model), model_cache_only=True)
    except ValueError as error:
        raise ModelError(f"{model} holds no wav2vec2 model that whisperx can load; pull the model again") from error
    return WhisperxAligner(network.eval(), metadata, device, minimum_score)
