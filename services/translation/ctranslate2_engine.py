"""CTranslate2: sequences of tokens into others, for every engine that stands on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import InvalidSetting, ModelError


@dataclass(frozen=True)
class Decoding:
    """How CTranslate2 is to run."""

    device: str
    compute_type: str
    beam_size: int
    batch_tokens: int


@dataclass(frozen=True)
class TokenTranslator:
    """A loaded model. Safe to use from many threads."""

    network: Any
    """CTranslate2's Translator."""
    decoding: Decoding

    def translate(self, sources: Sequence[Sequence[str]], target_prefix: Sequence[str] = ()) -> list[list[str]]:
        """The tokens of the best hypothesis for each source, the prefix left out. Raises EngineOutOfMemory."""
        with memory_for("to translate", "lower translation.batch_tokens"):
            results = self.network.translate_batch(
                [list(source) for source in sources],
                target_prefix=[list(target_prefix)] * len(sources) if target_prefix else None,
                beam_size=self.decoding.beam_size,
                max_batch_size=self.decoding.batch_tokens,
                batch_type="tokens",
            )
        return [list(result.hypotheses[0][len(target_prefix) :]) for result in results]


def load_translator(model: Path, decoding: Decoding) -> TokenTranslator:
    """Loads the CTranslate2 model in folder `model`.

    Raises InvalidSetting for a device or compute type that this machine has not, ModelError if the folder holds none.
    """
    import ctranslate2  # noqa: PLC0415  heavy: loaded when a run needs it

    require_device("translation.device", decoding.device, lambda: ctranslate2.get_cuda_device_count() > 0)
    try:
        network = ctranslate2.Translator(str(model), device=decoding.device, compute_type=decoding.compute_type)
    except ValueError as error:
        raise InvalidSetting(f"setting translation.compute_type: {error}; take `default`") from error
    except RuntimeError as error:
        raise ModelError(f"{model} holds no model of CTranslate2: {error}; pull the model again") from error
    return TokenTranslator(network, decoding)


def load_pieces(file: Path) -> Any:
    """The SentencePiece model in a file. Raises ModelError if it holds none."""
    import sentencepiece  # noqa: PLC0415  heavy: loaded when a run needs it

    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(file))
    except (OSError, RuntimeError) as error:
        raise ModelError(f"{file} is no SentencePiece model: {error}; pull the model again") from error
