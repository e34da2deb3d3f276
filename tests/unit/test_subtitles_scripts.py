"""Scripts are counted, divided and directed as they are written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.cues import Cue, Cues
from services.subtitles.ass import ass
from services.subtitles.rules import Rules
from services.subtitles.scripts import is_right_to_left, may_part, measure, phrases_of
from services.subtitles.text import srt, tsv, txt, vtt
from services.subtitles.ttml import ttml
from services.subtitles.units import units_of_words
from tests.spoken_words import laid_out, word

JAPANESE = Rules(characters_per_line=13, characters_per_second=4, measure=measure("ja"))
NO = "لا!"
EMBEDDED = f"\N{RIGHT-TO-LEFT EMBEDDING}{NO}\N{POP DIRECTIONAL FORMATTING}"
plain = st.sampled_from(["今日は", "雨", "カメラ", "あ" * 12, "い" * 40, "NASA", "うっ"])
marks = st.sampled_from(["", "", "、", "。」", "「", "ー", "っ"])


@pytest.mark.parametrize(
    ("language", "text", "length"),
    [
        ("ja", "今日は、雨", 5),
        ("ja", "NASAの", 3),
        ("ja", "ﾊﾝｶｸ", 2),
        ("ja", "か\u3099", 1),
        ("ko", "하지만 왜?", 5),
        ("zh-Hans", "你好AI", 3),
        ("en", "今日", 2),
        ("hi", "हिं", 3),
    ],
)
def test_full_width_characters_count_whole_and_others_half_where_the_language_says_so(
    language: str, text: str, length: float
) -> None:
    assert measure(language)(text) == length


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("pt", "Eu não sei.", ["Eu", " não", " sei."]),
        ("ja", "今日は雨が降る。", ["今日は", "雨が", "降る。"]),
        ("ja", "「はい」と言った", ["「はい」", "と", "言った"]),
        ("ja", "NASAの報告 カメラ", ["NASAの", "報告", " カメラ"]),
        ("zh", "我说,AI。", ["我", "说,", "AI。"]),
        ("th", "ฉันเห็นแมว", ["ฉัน", "เห็น", "แมว"]),
    ],
)
def test_a_text_is_divided_where_its_script_allows(language: str, text: str, parts: list[str]) -> None:
    assert [before + part for before, part in phrases_of(text, language)] == parts


@given(st.text(min_size=1, max_size=40), st.sampled_from(["en", "ja", "zh", "th", "km"]))
def test_dividing_a_text_loses_nothing(text: str, language: str) -> None:
    assert "".join(before + part for before, part in phrases_of(text, language)) == " ".join(text.split())


@given(st.lists(st.tuples(plain, marks), max_size=20))
def test_no_japanese_line_begins_or_ends_wrongly(texts: list[tuple[str, str]]) -> None:
    flat = [part for pair in texts for part in pair if part]
    words = [word(number, text, number, number + 0.9) for number, text in enumerate(flat, 1)]
    lines = [line for cue in laid_out(words, "ja", 10**7, JAPANESE).cues for line in cue.lines]
    assert not [pair for pair in pairwise(lines) if not may_part(*pair)]


def test_a_mark_that_may_not_begin_a_line_stays_with_the_word_before_it() -> None:
    words = [
        word(n, text, n, n + 0.9) for n, text in enumerate(["ああああああああああああ", "い", "、", "ううう", "。"], 1)
    ]
    cues = laid_out(words, "ja", 10**7, JAPANESE)
    assert [line for cue in cues.cues for line in cue.lines] == ["ああああああああああああ", "い、ううう。"]
    assert [cue.sources for cue in cues.cues] == [("w1", "w2", "w3", "w4", "w5")]


def test_what_is_said_after_a_pause_is_not_joined_to_what_was_said_before_it() -> None:
    units = units_of_words([word(1, "はい。", 1.0, 2.0), word(2, "っていうか", 3.0, 4.0)], "ja")
    assert [unit.text for unit in units] == ["はい。", "っていうか"]


@pytest.mark.parametrize(
    ("language", "is_so"),
    [("ar", True), ("he-IL", True), ("fa", True), ("ur", True), ("pa-Arab-PK", True), ("ar-Latn", False),
     ("en", False), ("hi", False)],
)  # fmt: skip
def test_the_direction_is_that_of_the_script(language: str, is_so: bool) -> None:
    assert is_right_to_left(language) == is_so


def arabic() -> Cues:
    return Cues("ar", (Cue("cue:1", 1, 1.0, 2.0, (NO, NO), ("w1",)),))


def test_each_right_to_left_line_is_embedded_for_players() -> None:
    assert srt(arabic()).split("\n")[2:4] == [EMBEDDED, EMBEDDED]
    assert vtt(arabic()).split("\n")[4:6] == [EMBEDDED, EMBEDDED]
    assert ass(arabic()).rstrip().endswith(rf",{EMBEDDED}\N{EMBEDDED}")


def test_imsc_says_the_direction_and_text_files_have_no_marks() -> None:
    assert 'tts:direction="rtl"' in ttml(arabic())
    assert f">{NO}<br />{NO}</p>" in ttml(arabic())
    assert tsv(arabic()) == f"start\tend\ttext\n1000\t2000\t{NO} {NO}\n"
    units = units_of_words([word(1, NO, 1.0, 2.0)], "ar")
    assert txt(units, "ar", 1000) == f"{NO}\n"


def test_directions_inside_a_text_that_are_never_closed_are_taken_out() -> None:
    (unit,) = units_of_words([word(1, "\u202eabc\u2067", 1.0, 2.0)], "en")
    assert unit.text == "abc"


def test_a_row_of_tab_separated_values_joins_lines_as_the_script_does() -> None:
    cues = Cues("ja", (Cue("cue:1", 1, 1.0, 2.0, ("今日は", "雨"), ("w1",)),))
    assert tsv(cues).splitlines()[1] == "1000\t2000\t今日は雨"
