"""NLLB and IndicTrans2 load from local folders and run. The models here are tiny and know nothing: what they write
means nothing, but all the code that a real one would run is run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.documents import codec
from services.documents.translation import Translation
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.settings import quiet_libraries
from services.runtime.testing import make_run
from services.translation import indictrans2_engine, nllb_engine
from services.translation.ctranslate2_engine import Decoding
from services.translation.pairs import Pair
from services.translation.settings import TranslationSettings
from services.translation.stage import Translate
from services.translation.translator import Batch, Line
from tests import tiny_translators
from tests.spoken_words import spoken, transcript_of

CODES = ("eng_Latn", "por_Latn", "hin_Deva", "ben_Beng")
DECODING = Decoding("cpu", "default", beam_size=2, batch_tokens=256)
LINES = (Line("sentence:0", "He was not an ill disposed young man."), Line("sentence:1", "The garden is in the house."))

# Before any test imports the libraries that this silences.
quiet_libraries()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder that serves both engines."""
    return tiny_translators.indictrans2(tmp_path_factory.mktemp("translators"), CODES)


def test_nllb_gives_a_rendering_for_every_line(model: Path) -> None:
    engine = nllb_engine.load(model, DECODING)
    found = engine.translate(Batch(LINES), Pair("en", "pt-BR"), Progress())
    assert len(found) == 2
    assert engine.translate(Batch(LINES), Pair("en", "pt-BR"), Progress()) == found
    assert not any(code in it.text for it in found for code in CODES)


class Watched:
    """A network, and what it was given."""

    def __init__(self, network: Any) -> None:
        self.network = network
        self.sources: list[list[str]] = []
        self.prefixes: list[list[str]] | None = None

    def translate_batch(self, sources: list[list[str]], **options: Any) -> Any:
        self.sources, self.prefixes = sources, options["target_prefix"]
        return self.network.translate_batch(sources, **options)


def test_nllb_is_told_both_languages(model: Path) -> None:
    engine = nllb_engine.load(model, DECODING)
    watched = Watched(engine.translator.network)
    translator = replace(engine.translator, network=watched)
    replace(engine, translator=translator).translate(Batch(LINES), Pair("en", "hi"), Progress())
    assert [(source[0], source[-1]) for source in watched.sources] == [("eng_Latn", "</s>")] * 2
    assert watched.prefixes == [["hin_Deva"]] * 2


def test_indictrans2_is_told_both_languages_and_reads_devanagari(model: Path) -> None:
    engine = indictrans2_engine.load(model, DECODING)
    watched = Watched(engine.translator.network)
    translator = replace(engine.translator, network=watched)
    lines = (Line("sentence:0", "বাংলা।"),)
    replace(engine, translator=translator).translate(Batch(lines), Pair("bn", "en"), Progress())
    (source,) = watched.sources
    assert source[:2] == ["ben_Beng", "eng_Latn"]
    assert "".join(source[2:]).replace("\u2581", " ").strip() == "बांला ।"
    assert watched.prefixes is None


def test_indictrans2_gives_a_rendering_for_every_line_in_the_script_of_the_target(model: Path) -> None:
    engine = indictrans2_engine.load(model, DECODING)
    found = engine.translate(Batch(LINES), Pair("en", "bn"), Progress())
    assert len(found) == 2
    assert not any("\u0904" <= character <= "\u0939" for it in found for character in it.text)


def test_a_sentence_too_long_for_indictrans2_has_no_rendering(model: Path) -> None:
    engine = indictrans2_engine.load(model, DECODING)
    lines = (Line("sentence:0", "the garden " * 200), LINES[1])
    long, short = engine.translate(Batch(lines), Pair("en", "hi"), Progress())
    assert long.text == ""
    assert short == engine.translate(Batch(LINES), Pair("en", "hi"), Progress())[1]


@pytest.mark.parametrize(("engine", "target"), [("nllb", "pt"), ("indictrans2", "hi")])
def test_the_stage_runs_on_it_and_owns_up_to_what_is_no_translation(
    tmp_path: Path, model: Path, engine: str, target: str
) -> None:
    settings = TranslationSettings(
        target_language=target, engines=(f"*-*={engine}:tiny",), maximum_untranslated_share=1.0, beam_size=1
    )
    said = transcript_of(spoken("He was not an ill disposed young man. The garden is in the house."))
    run = make_run(
        Translate(),
        folder=tmp_path,
        settings=settings,
        inputs={"transcript": codec.to_json(said)},
        models={"tiny": model},
    )
    Translate().run(run)
    document = codec.from_json(Translation, run.written("translation").read_bytes())
    assert [it.engine for it in document.sentences] == [engine] * 2
    warned = "UNTRANSLATED" in [code for code, _ in run.warnings]
    assert warned == (document.untranslated_share > 0)


def test_a_language_that_the_model_has_no_code_for_is_refused(model: Path) -> None:
    with pytest.raises(CuegraphError) as refused:
        indictrans2_engine.load(model, DECODING).translate(Batch(LINES), Pair("en", "pt"), Progress())
    assert refused.value.code == "LANGUAGE_PAIR_UNKNOWN"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as refused:
        nllb_engine.load(tmp_path, DECODING)
    assert refused.value.code == "MODEL_UNUSABLE"


def test_a_device_or_a_type_that_is_not_there_is_refused(model: Path) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a CUDA device")
    for decoding in (Decoding("cuda", "default", 1, 64), Decoding("cpu", "int3", 1, 64)):
        with pytest.raises(CuegraphError) as refused:
            nllb_engine.load(model, decoding)
        assert refused.value.code == "SETTING_INVALID"
