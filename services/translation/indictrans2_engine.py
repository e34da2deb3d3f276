"""IndicTrans2 on CTranslate2: English and the languages of India."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime.progress import Progress

from .ctranslate2_engine import Decoding, TokenTranslator, load_pieces, load_translator
from .flores import INDIC, flores_pair
from .indic import prepared, restored
from .pairs import Pair
from .translator import Batch, Protection, Rendering

_MOST_TOKENS = 256
"""Of one sentence, tags included: the model was trained on no more."""


@dataclass(frozen=True)
class Indictrans2Engine:
    """A loaded model of one direction: English to Indic, Indic to English, or Indic to Indic."""

    translator: TokenTranslator
    source_pieces: Any
    target_pieces: Any
    """SentencePiece processors."""
    name: str = "indictrans2"
    protections: Sequence[Protection] = ("inserted", "placeholder")

    def translate(self, batch: Batch, pair: Pair, progress: Progress) -> list[Rendering]:
        """See `Engine`. A sentence too long for the model has no rendering. Raises LanguagePairUnknown,
        EngineOutOfMemory."""
        source, target = flores_pair(pair, INDIC)
        progress.check()
        tokens = [
            [source, target, *self.source_pieces.encode(prepared(line.text, source), out_type=str)]
            for line in batch.lines
        ]
        short = [place for place, it in enumerate(tokens) if len(it) <= _MOST_TOKENS]
        answers = dict(zip(short, self.translator.translate([tokens[place] for place in short]), strict=True))
        return [Rendering(self._text(answers.get(place, []), target)) for place in range(len(tokens))]

    def _text(self, tokens: Sequence[str], target: str) -> str:
        return restored(str(self.target_pieces.decode(list(tokens))), target)


def load(model: Path, decoding: Decoding) -> Indictrans2Engine:
    """Loads folder `model`: CTranslate2's model and vocabularies, `model.SRC` and `model.TGT` of SentencePiece.

    Raises InvalidSetting, ModelError.
    """
    translator = load_translator(model, decoding)
    return Indictrans2Engine(translator, load_pieces(model / "model.SRC"), load_pieces(model / "model.TGT"))
