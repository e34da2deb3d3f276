"""whisperx aligns with a wav2vec2 model from a local folder. The model here is tiny and knows nothing: its times mean
nothing, but all the code that a real one would run is run."""

from __future__ import annotations

import json
import socket
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.alignment.stage import Alignment, AlignmentSettings
from services.alignment.whisperx_engine import WhisperxAligner, load
from services.documents import codec
from services.documents.media import AudioTrack
from services.documents.transcript import Segment, Transcript, Word
from services.runtime.errors import CuegraphError
from services.runtime.testing import RecordedRun, make_run

SAMPLE_RATE = 16_000
LETTERS = "abcdefghijklmnopqrstuvwxyz'"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Wav2Vec2ForCTC of some thousand random weights, with its processor, as transformers saves them."""
    import torch
    import transformers

    made: Any = transformers
    folder = tmp_path_factory.mktemp("wav2vec2")
    symbols = ["<pad>", "<s>", "</s>", "<unk>", "|", *LETTERS]
    (folder / "vocab.json").write_text(json.dumps({symbol: number for number, symbol in enumerate(symbols)}))
    tokenizer = made.Wav2Vec2CTCTokenizer(str(folder / "vocab.json"))
    extractor = made.Wav2Vec2FeatureExtractor(sampling_rate=SAMPLE_RATE)
    made.Wav2Vec2Processor(feature_extractor=extractor, tokenizer=tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = made.Wav2Vec2Config(vocab_size=len(symbols), conv_dim=(8,) * 7, num_conv_pos_embeddings=16, **sizes)
    made.Wav2Vec2ForCTC(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def aligner(model: Path) -> WhisperxAligner:
    return load(model, "cpu", 0.0)


def noise(seconds: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)


def test_every_word_gets_a_time_in_order(aligner: WhisperxAligner) -> None:
    words = ["mr", "smith", "isn't", "here", "he", "left", "at", "half", "past", "ten"]
    found = [span for span in aligner.align(noise(4), words) if span]
    assert len(found) == len(words)
    assert all(one.start < one.end <= other.start for one, other in pairwise(found))
    assert found[0].start >= 0
    assert found[-1].end <= 4


def test_words_in_letters_that_the_model_does_not_know_have_no_time(aligner: WhisperxAligner) -> None:
    found = aligner.align(noise(4), ["one", "नमस्ते", "three", "1984"])
    assert [span is None for span in found] == [False, True, False, True]


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1])
def test_sound_too_short_for_its_words_gives_no_times(aligner: WhisperxAligner, seconds: float) -> None:
    assert aligner.align(noise(seconds), ["far", "too", "many", "words"]) == [None] * 4


def run_of(folder: Path, language: str, tiny: Path, **settings: Any) -> RecordedRun[AlignmentSettings]:
    """Two words in six seconds of noise."""
    import soundfile

    soundfile.write(folder / "speech.wav", noise(6), SAMPLE_RATE, "PCM_16")
    words = tuple(Word(f"w{n}", text, n, n + 1, "decoded", None, ("r",)) for n, text in enumerate(("Guten", "Tag!")))
    track = AudioTrack("audio:0", 0.0, SAMPLE_RATE, 6 * SAMPLE_RATE)
    document = Transcript(language, track, (Segment("s0", 0.0, 2.0, "Guten Tag!", words, ("r",)),))
    return make_run(
        Alignment(),
        folder=folder,
        settings=AlignmentSettings(**settings),
        inputs={"speech_audio": folder / "speech.wav", "transcript": codec.to_json(document)},
        models={"tiny": tiny},
    )


def aligned(run: RecordedRun[AlignmentSettings]) -> list[tuple[str, str, tuple[str, ...]]]:
    Alignment().run(run)
    result = codec.from_json(Transcript, run.written("transcript").read_bytes())
    return [(word.text, word.timing, word.sources) for word in result.words]


BOTH_ALIGNED = [("Guten", "aligned", ("w0",)), ("Tag!", "aligned", ("w1",))]


def test_the_stage_runs_on_it_in_any_language_that_the_model_is_for(tmp_path: Path, model: Path) -> None:
    chosen = {"engine": "whisperx", "model": "tiny", "model_language": "de", "minimum_score": 0.0}
    assert aligned(run_of(tmp_path, "de-AT", model, **chosen)) == BOTH_ALIGNED


def test_a_further_language_has_its_own_model_beside_the_english_one(tmp_path: Path, model: Path) -> None:
    """By the defaults English goes to PocketSphinx, of which there is no model here."""
    run = run_of(tmp_path, "pt-BR", model, models={"de": "none", "pt": "tiny"}, minimum_score=0.0)
    assert aligned(run) == BOTH_ALIGNED


def test_words_that_the_model_does_not_hear_fail_the_stage(tmp_path: Path, model: Path) -> None:
    """A model that knows nothing gives every letter about the same low probability, as a real one does a wrong text."""
    with pytest.raises(CuegraphError) as failed:
        aligned(run_of(tmp_path, "pt", model, models={"pt": "tiny"}))
    assert failed.value.code == "ALIGNMENT_FAILED"


def test_no_hub_is_asked(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*target: object) -> None:
        raise AssertionError(f"a connection was opened to {target}")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert all(load(model, "cpu", 0.0).align(noise(2), ["hello", "there"]))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as refused:
        load(tmp_path, "cpu", 0.0)
    assert refused.value.code == "MODEL_UNUSABLE"


def test_a_device_that_is_not_there_is_refused(model: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(CuegraphError) as refused:
        load(model, "cuda", 0.0)
    assert refused.value.code == "SETTING_INVALID"
