"""NLLB-200 on CTranslate2: 200 languages, any into any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime.progress import Progress

from .ctranslate2_engine import Decoding, TokenTranslator, load_pieces, load_translator
from .flores import flores_pair
from .pairs import Pair
from .translator import Batch, Protection, Rendering

_END = "</s>"


@dataclass(frozen=True)
class NllbEngine:
    """A loaded model."""

    translator: TokenTranslator
    pieces: Any
    """SentencePiece processor, one for all languages."""
    name: str = "nllb"
    protections: Sequence[Protection] = ("inserted", "placeholder")

    def translate(self, batch: Batch, pair: Pair, progress: Progress) -> list[Rendering]:
        """See `Engine`. The model knows nothing of context. Raises LanguagePairUnknown, EngineOutOfMemory."""
        source, target = flores_pair(pair)
        progress.check()
        tokens = [[source, *self.pieces.encode(line.text, out_type=str), _END] for line in batch.lines]
        answers = self.translator.translate(tokens, target_prefix=[target])
        return [Rendering(str(self.pieces.decode(answer)).strip()) for answer in answers]


def load(model: Path, decoding: Decoding) -> NllbEngine:
    """Loads folder `model`: CTranslate2's model and vocabulary, and `sentencepiece.bpe.model`.

    Raises InvalidSetting, ModelError.
    """
    return NllbEngine(load_translator(model, decoding), load_pieces(model / "sentencepiece.bpe.model"))
