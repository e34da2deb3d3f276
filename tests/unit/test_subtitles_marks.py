"""Who speaks and what is sung is seen: dashes or names, italics with notes, and never in one cue by mistake."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.codec import from_json, to_json
from services.documents.cues import Cue, Cues
from services.documents.speakers import Speaker, Speakers
from services.documents.transcript import Word
from services.runtime.testing import make_run
from services.subtitles.ass import ass
from services.subtitles.layout import lay_out
from services.subtitles.report import check
from services.subtitles.settings import SubtitlesSettings
from services.subtitles.stage import Subtitles
from services.subtitles.text import srt, vtt
from services.subtitles.ttml import ttml
from services.subtitles.units import labelled, units_of_words, without_notes
from tests.spoken_words import FILM, TRACK, any_words, spoken, transcript_of

ANNA, BELA = "speaker:0", "speaker:1"
HASTE = {"seconds_per_character": 0.03, "pause": 0.0}
"""Too fast for cues of their own."""


def said_by(*lines: tuple[str | None, str], **pace: float) -> list[Word]:
    """The lines one after the other, each by its speaker."""
    words: list[Word] = []
    for number, (speaker, text) in enumerate(lines):
        start = words[-1].end + 0.02 if words else 1.0
        own = spoken(text, start=start, **pace)
        words.extend(dataclasses.replace(it, id=f"{it.id}.{number}", speaker=speaker) for it in own)
    return words


def sung(words: list[Word]) -> list[Word]:
    return [dataclasses.replace(it, id=f"{it.id}.sung", lyric="lyric:0") for it in words]


def cues_of(words: list[Word], language: str = "en", **settings: Any) -> tuple[Cue, ...]:
    rules = SubtitlesSettings(**settings).rules(language, Fraction(25))
    units = without_notes(units_of_words(words, language))
    return lay_out(units, language, 7_200_000, rules).cues.cues


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ("-No.", "-Yes!")),
        ("fr", ("- No.", "- Yes!")),
        ("nl", ("No.", "-Yes!")),
        ("he", ("No.", "-Yes!")),
        ("ko", ("- No.", "- Yes!")),
    ],
)
def test_two_speakers_of_one_cue_get_dashes_as_their_language_sets_them(language: str, lines: tuple[str, ...]) -> None:
    (cue,) = cues_of(said_by((ANNA, "No."), (BELA, "Yes!"), **HASTE), language)
    assert cue.lines == lines
    assert cue.speakers == (ANNA, BELA)


def test_a_cue_of_one_speaker_has_no_dash() -> None:
    first, second = cues_of(said_by((ANNA, "I had not seen him at all."), (BELA, "But everybody knew of it.")))
    assert (first.lines, first.speakers) == (("I had not seen him at all.",), (ANNA,))
    assert (second.lines, second.speakers) == (("But everybody knew of it.",), (BELA,))


def test_three_turns_do_not_share_a_cue_of_two_lines() -> None:
    cues = cues_of(said_by((ANNA, "No."), (BELA, "Yes!"), (ANNA, "Oh."), **HASTE))
    assert max(len(cue.lines) for cue in cues) <= 2
    assert [source for cue in cues for source in cue.sources] == ["w1.0", "w1.1", "w1.2"]


def test_words_of_which_nobody_knows_who_speaks_belong_to_the_one_before() -> None:
    (cue,) = cues_of(said_by((ANNA, "No."), (None, "Yes!"), **HASTE))
    assert (cue.lines, cue.speakers) == (("No. Yes!",), (ANNA,))


def test_speakers_are_not_shown_where_nobody_asks_for_them() -> None:
    (cue,) = cues_of(said_by((ANNA, "No."), (BELA, "Yes!"), **HASTE), speaker_style="none")
    assert (cue.lines, cue.speakers) == (("No. Yes!",), (ANNA, BELA))


@given(any_words(), st.lists(st.sampled_from([ANNA, BELA, None]), min_size=30, max_size=30), st.data())
def test_marks_break_no_rule_and_every_line_has_one_speaker(
    words: list[Word], speakers: list[str | None], data: st.DataObject
) -> None:
    lyrics = data.draw(st.lists(st.sampled_from([None, None, "lyric:0"]), min_size=len(words), max_size=len(words)))
    marked = [
        dataclasses.replace(it, speaker=speaker, lyric=lyric)
        for it, speaker, lyric in zip(words, speakers, lyrics, strict=False)
    ]
    cues = cues_of(marked)
    Cues("en", cues).check()
    by_id = {it.id: it for it in marked}
    assert [source for cue in cues for source in cue.sources] == [it.id for it in marked]
    for cue in cues:
        assert {by_id[source].lyric is not None for source in cue.sources} == {cue.lyric}
        assert len(cue.lines) >= 1 if cue.lyric else turns(cue, by_id)
    findings = check(Cues("en", cues), SubtitlesSettings().rules("en", Fraction(25)))
    longest = max((len(it.text) for it in marked), default=0)
    assert longest > 36 or not {it.rule for it in findings} & {"LINES", "CHARACTERS_PER_LINE", "OVERLAP", "GAP"}


def turns(cue: Cue, words: dict[str, Word]) -> int:
    known = [words[source].speaker for source in cue.sources if words[source].speaker]
    return 1 + sum(later != earlier for earlier, later in pairwise(known))


def stage_with_names(folder: Path, names: tuple[str, str]) -> tuple[str, str]:
    """The cues' text and the text file of a talk of two, with these names."""
    speakers = Speakers(TRACK, (Speaker(ANNA, names[0], 1.0), Speaker(BELA, names[1], 1.0)), turns=(), method="ge2e")
    words = said_by((ANNA, "I had not seen him at all."), (BELA, "But everybody knew. So it goes."))
    inputs = {"transcript": to_json(transcript_of(words)), "media": to_json(FILM), "speakers": to_json(speakers)}
    run = make_run(Subtitles(), settings=SubtitlesSettings(speaker_style="labels"), inputs=inputs, folder=folder)
    Subtitles().run(run)
    cues = from_json(Cues, run.written("cues").read_bytes())
    return " / ".join(line for cue in cues.cues for line in cue.lines), run.written("txt").read_text("utf-8")


def test_labels_name_the_speaker_where_a_turn_begins(tmp_path: Path) -> None:
    shown, text = stage_with_names(tmp_path, ("Anna", "Béla"))
    assert shown == "Anna: I had not seen him at all. / Béla: But everybody knew. / So it goes."
    assert text == "Anna: I had not seen him at all.\nBéla: But everybody knew.\nSo it goes.\n"


def test_two_named_speakers_of_one_cue_have_a_line_each_and_no_dash() -> None:
    units = units_of_words(said_by((ANNA, "No."), (BELA, "Yes!"), **HASTE), "en")
    named = list(labelled(units, {ANNA: "Anna", BELA: "Béla"}))
    rules = SubtitlesSettings(speaker_style="labels").rules("en", Fraction(25))
    (cue,) = lay_out(named, "en", 7_200_000, rules).cues.cues
    assert cue.lines == ("Anna: No.", "Béla: Yes!")


def test_a_speaker_without_a_name_has_no_label(tmp_path: Path) -> None:
    shown, _ = stage_with_names(tmp_path, ("Anna", ""))
    assert shown == "Anna: I had not seen him at all. / But everybody knew. / So it goes."


@pytest.mark.parametrize("names", [None, ("", "")])
def test_labels_without_any_name_are_warned_of(names: tuple[str, str] | None, tmp_path: Path) -> None:
    words = said_by((ANNA, "No."), (BELA, "Yes!"), **HASTE)
    inputs = {"transcript": to_json(transcript_of(words)), "media": to_json(FILM)}
    if names:
        speakers = tuple(Speaker(f"speaker:{number}", name, 1.0) for number, name in enumerate(names))
        inputs["speakers"] = to_json(Speakers(TRACK, speakers, turns=(), method="ge2e"))
    run = make_run(Subtitles(), settings=SubtitlesSettings(speaker_style="labels"), inputs=inputs, folder=tmp_path)
    Subtitles().run(run)
    assert [code for code, _ in run.warnings] == ["NAMES_UNKNOWN"]
    assert "-No.\n-Yes!" in run.written("srt").read_text("utf-8")


def test_speakers_without_names_who_share_a_cue_get_dashes_instead() -> None:
    (cue,) = cues_of(said_by((ANNA, "No."), (BELA, "Yes!"), **HASTE), speaker_style="labels")
    assert cue.lines == ("-No.", "-Yes!")


def test_what_is_sung_stands_between_notes() -> None:
    (cue,) = cues_of(sung(spoken("Raindrops keep falling on my head, and on the roof of the house")))
    assert cue.lyric
    assert cue.lines == ("♪ Raindrops keep falling on my head,", "and on the roof of the house ♪")


def test_song_and_speech_never_share_a_cue() -> None:
    words = spoken("La la", **HASTE)
    song = sung(spoken("la la", start=words[-1].end, **HASTE))
    assert [(cue.text, cue.lyric) for cue in cues_of([*words, *song])] == [("La la", False), ("♪ la la ♪", True)]


def test_notes_that_were_heard_are_not_doubled_and_lose_no_word() -> None:
    (cue,) = cues_of(sung(spoken("♪ Raindrops keep falling ♪")))
    assert cue.text == "♪ Raindrops keep falling ♪"
    assert len(cue.sources) == 5


def test_a_note_after_a_song_does_not_keep_its_last_words_on_the_screen() -> None:
    words = sung(spoken("Raindrops keep falling | | | | ♪"))
    (cue,) = cues_of(words)
    assert cue.end < 4
    assert cue.sources[-1] == words[-1].id


def test_music_without_words_is_one_note() -> None:
    (cue,) = cues_of(sung(spoken("♪♪ ♪")))
    assert (cue.text, cue.lyric) == ("♪", True)


SONG = Cues(
    "en",
    (Cue("cue:1", 1, 1.0, 2.0, ("♪ la", "la ♪"), ("w1",), lyric=True), Cue("cue:2", 2, 3.0, 4.0, ("Ah.",), ("w2",))),
)


def test_every_format_sets_lyrics_in_italics_and_speech_not() -> None:
    assert srt(SONG).split("\n\n")[:2] == [
        "1\n00:00:01,000 --> 00:00:02,000\n<i>♪ la\nla ♪</i>",
        "2\n00:00:03,000 --> 00:00:04,000\nAh.",
    ]
    assert "<i>♪ la\nla ♪</i>\n\ncue:2" in vtt(SONG)
    assert '<span tts:fontStyle="italic">♪ la<br />la ♪</span></p>' in ttml(SONG)
    assert 'end="00:00:04.000">Ah.</p>' in ttml(SONG)
    script = pysubs2.SSAFile.from_string(ass(SONG), "ass")
    assert [script.styles[event.style].italic for event in script.events] == [True, False]
