"""Tiny translation models of random weights, in the form of the real ones: the code runs, the words mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SENTENCES = (
    "He was not an ill disposed young man.",
    "And Mr. John Dashwood had then leisure to consider it.",
    "Ele não era um jovem mal disposto, e tinha tempo para pensar.",
    "यह एक वाक्य है। वह घर जा रहा था।",
    "The garden is in the house, and 12 dogs are in the garden!",
)
SYMBOLS = ("<s>", "<pad>", "</s>", "<unk>")
_SIZE = 16


def nllb(folder: Path, codes: Sequence[str]) -> Path:
    """An M2M-100 network with NLLB's vocabulary, saved by transformers and converted by CTranslate2's own converter."""
    import ctranslate2

    source = folder / "transformers"
    source.mkdir(parents=True)
    _train(source / "sentencepiece.bpe.model")
    tokenizer = _nllb_tokenizer(source, codes)
    _m2m100(len(tokenizer)).save_pretrained(source)
    target = folder / "nllb"
    ctranslate2.converters.TransformersConverter(str(source)).convert(str(target))
    (source / "sentencepiece.bpe.model").rename(target / "sentencepiece.bpe.model")
    return target


def indictrans2(folder: Path, codes: Sequence[str]) -> Path:
    """The same network under two vocabularies, with the language tags as tokens of the source, as in IndicTrans2."""
    model = nllb(folder, codes)
    pieces = (model / "sentencepiece.bpe.model").read_bytes()
    for name in ("model.SRC", "model.TGT"):
        (model / name).write_bytes(pieces)
    return model


def _train(file: Path) -> None:
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 4),
        model_prefix=str(file.with_suffix("")),
        vocab_size=70,
        character_coverage=1.0,
        minloglevel=2,
    )


def _nllb_tokenizer(folder: Path, codes: Sequence[str]) -> Any:
    import transformers

    made: Any = transformers
    tokenizer = made.NllbTokenizer(
        str(folder / "sentencepiece.bpe.model"), additional_special_tokens=list(codes), src_lang="eng_Latn"
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def _m2m100(vocabulary: int) -> Any:
    import torch
    import transformers

    made: Any = transformers
    torch.manual_seed(0)
    config = made.M2M100Config(
        vocab_size=vocabulary,
        d_model=_SIZE,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=_SIZE,
        decoder_ffn_dim=_SIZE,
        max_position_embeddings=300,
        decoder_start_token_id=2,
        scale_embedding=True,
    )
    return made.M2M100ForConditionalGeneration(config)
