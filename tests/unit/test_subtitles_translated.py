"""A translated track shows every sentence once, in order, while its source is spoken."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.codec import DocumentError, from_json, to_json
from services.documents.cues import Cues
from services.documents.plain import plain_text
from services.documents.translation import Translation
from services.runtime.errors import InvalidDocument
from services.runtime.testing import make_run
from services.subtitles.layout import lay_out
from services.subtitles.report import check
from services.subtitles.settings import SubtitlesSettings
from services.subtitles.stage import Subtitles
from services.subtitles.translated import units_of_translation
from tests.spoken_words import FILM, transcript_of, word
from tests.translated_words import Said, translated

languages = st.sampled_from(["pt", "ja", "zh", "th", "ar", "hi"])
said = st.builds(
    Said,
    source=st.lists(st.sampled_from(["one", "two", "extraordinary", "|", "a"]), min_size=1, max_size=12).map(
        lambda words: " ".join([*words, "end"])
    ),
    text=st.text(min_size=1, max_size=90).filter(lambda text: bool(text.strip())),
    pause=st.sampled_from([0.0, 0.1, 2.0]),
)


def cues_of(sentences: list[Said], language: str) -> Cues:
    transcript, translation = translated(sentences, language)
    rules = SubtitlesSettings().rules(language, Fraction(25))
    return lay_out(units_of_translation(translation, transcript), language, 10**7, rules).cues


@given(st.lists(said, max_size=6), languages)
def test_every_sentence_is_shown_once_and_in_order(sentences: list[Said], language: str) -> None:
    cues = cues_of(sentences, language)
    cues.check()
    named = [source for cue in cues.cues for source in cue.sources]
    assert list(dict.fromkeys(named)) == [f"sentence:{number}" for number in range(len(sentences))]
    shown = "".join(line for cue in cues.cues for line in cue.lines)
    assert "".join(shown.split()) == "".join("".join(plain_text(it.text).split()) for it in sentences)
    rules = SubtitlesSettings().rules(language, Fraction(25))
    assert not {it.rule for it in check(cues, rules)} & {"OVERLAP", "GAP", "MAXIMUM_DURATION"}


@given(st.lists(said, max_size=6), languages)
def test_units_are_spoken_in_order_within_their_sentence(sentences: list[Said], language: str) -> None:
    transcript, translation = translated(sentences, language)
    units = units_of_translation(translation, transcript)
    within = {sentence.id: sentence for sentence in translation.sentences}
    for unit in units:
        sentence = within[unit.sources[0]]
        assert sentence.start - 0.001 <= unit.start <= unit.end <= sentence.end + 0.001
    assert all(earlier.end <= later.start + 0.001 for earlier, later in pairwise(units))


def test_the_time_of_a_sentence_is_shared_by_characters() -> None:
    transcript, translation = translated([Said("aaaaaaaaaa", "um doisdois")], "pt")
    first, second = units_of_translation(translation, transcript)
    assert (first.start, second.end) == (1.0, 1.7)
    assert first.end == second.start == pytest.approx(1.0 + 0.7 * 2 / 11, abs=0.001)


def test_no_unit_is_spoken_during_a_pause_of_the_source() -> None:
    source = "so it was | and it ever will be"
    transcript, translation = translated([Said(source, "foi assim e assim há de ser sempre")], "pt")
    silent_from, silent_until = silence(transcript.segments[0].words)
    units = units_of_translation(translation, transcript)
    assert all(unit.end <= silent_from or unit.start >= silent_until for unit in units)
    assert any(unit.end == silent_from for unit in units)
    assert any(unit.start == silent_until for unit in units)


def silence(words: tuple[object, ...]) -> tuple[float, float]:
    pairs = list(pairwise(words))
    return next((a.end, b.start) for a, b in pairs if b.start - a.end > 1)  # type: ignore[attr-defined]  # words


def test_a_long_pause_parts_the_cues_of_one_sentence() -> None:
    cues = cues_of([Said("so it was | and it ever will be", "foi assim e assim há de ser sempre")], "pt").cues
    assert len(cues) == 2
    assert [cue.sources for cue in cues] == [("sentence:0",), ("sentence:0",)]


def test_speakers_on_both_sides_of_a_sentence_of_several_do_not_share_a_line() -> None:
    haste = [Said("No", "Não.", "speaker:0", pause=0.0), Said("Oh", "Oh.", pause=0.0), Said("Yes", "Sim!", "speaker:1")]
    (cue,) = cues_of(haste, "pt").cues
    assert cue.lines == ("- Não. Oh.", "- Sim!")
    assert cue.speakers == ("speaker:0", "speaker:1")


def test_a_sentence_that_begins_during_another_comes_after_it() -> None:
    words = [word(1, "long", 1.0, 5.0), word(2, "No!", 2.0, 3.0)]
    transcript = transcript_of(words)
    _, translation = translated([Said("long", "comprida"), Said("No!", "Não!")], "pt")
    parts = [
        dataclasses.replace(sentence, sources=(source,), start=start, end=end)
        for sentence, source, start, end in zip(
            translation.sentences, ("w1", "w2"), (1.0, 2.0), (5.0, 3.0), strict=True
        )
    ]
    units = units_of_translation(Translation("en", "pt", tuple(parts)), transcript)
    assert [(unit.text, unit.start, unit.end) for unit in units] == [("comprida", 1.0, 5.0), ("Não!", 5.0, 5.0)]


def test_a_sentence_of_a_word_that_nobody_knows_is_refused() -> None:
    _, translation = translated([Said("hello", "olá")], "pt")
    unknown = Translation("en", "pt", (dataclasses.replace(translation.sentences[0], sources=("w9",)),))
    with pytest.raises(DocumentError, match="w9"):
        units_of_translation(unknown, transcript_of([]))


def run_stage(folder: Path, sentences: list[Said], language: str) -> Cues:
    transcript, translation = translated(sentences, language)
    inputs = {"transcript": to_json(transcript), "translation": to_json(translation), "media": to_json(FILM)}
    run = make_run(Subtitles(), inputs=inputs, folder=folder)
    Subtitles().run(run)
    assert all(it.attributes == {"language": language} for it in run.outputs)
    assert run.written("txt").read_text("utf-8") == "".join(f"{it.text}\n" for it in sentences)
    return from_json(Cues, run.written("cues").read_bytes())


def test_the_stage_writes_the_track_in_the_language_of_the_translation(tmp_path: Path) -> None:
    cues = run_stage(tmp_path, [Said("Good day to you.", "Bom dia"), Said("Thank you!", "Obrigado!")], "pt-BR")
    assert cues.language_code == "pt-BR"
    assert [cue.text for cue in cues.cues] == ["Bom dia", "Obrigado!"]
    assert [cue.sources for cue in cues.cues] == [("sentence:0",), ("sentence:1",)]


def test_a_sung_sentence_that_ends_with_a_note_has_its_own_line_in_the_text(tmp_path: Path) -> None:
    transcript, translation = translated(
        [Said("Rain", "♪ Chuva ♪", lyric="lyric:0"), Said("falls", "♪ cai ♪", lyric="lyric:0")], "pt"
    )
    inputs = {"transcript": to_json(transcript), "translation": to_json(translation), "media": to_json(FILM)}
    run = make_run(Subtitles(), inputs=inputs, folder=tmp_path)
    Subtitles().run(run)
    assert run.written("txt").read_text("utf-8") == "Chuva\ncai\n"
    cues = from_json(Cues, run.written("cues").read_bytes()).cues
    assert " / ".join(cue.text for cue in cues) in ("♪ Chuva cai ♪", "♪ Chuva ♪ / ♪ cai ♪")
    assert all(cue.lyric for cue in cues)


def test_the_stage_refuses_a_translation_of_another_transcript(tmp_path: Path) -> None:
    _, translation = translated([Said("hello", "olá")], "pt")
    inputs = {
        "transcript": to_json(transcript_of([word(1, "else", 1.0, 2.0)])),
        "translation": to_json(translation),
        "media": to_json(FILM),
    }
    run = make_run(Subtitles(), inputs=inputs, folder=tmp_path)
    with pytest.raises(InvalidDocument) as raised:
        Subtitles().run(run)
    assert raised.value.code == "DOCUMENT_INVALID"
