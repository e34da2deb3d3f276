"""Each language has its published limits, and a setting that is given wins over them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from services.runtime.errors import InvalidSetting
from services.subtitles.limits import Audience, limits, listed
from services.subtitles.settings import SubtitlesSettings

WANTED = "ar cs da de el en es fi fr he hi hu id it ja ko ms nb nl pl pt pt-BR ro ru sv th tr uk vi zh"


def test_the_table_covers_the_languages_that_it_promises() -> None:
    assert set(WANTED.split()) <= set(listed())


@pytest.mark.parametrize(
    ("language", "line", "adult", "children"),
    [
        ("en", 42, 20, 17),
        ("pt-BR", 42, 17, 13),
        ("de", 42, 17, 13),
        ("ja", 13, 4, 4),
        ("ko", 16, 12, 9),
        ("zh-Hant-TW", 16, 9, 7),
        ("th", 35, 17, 13),
        ("hi", 42, 22, 18),
        ("ar", 42, 20, 17),
        ("ru", 39, 17, 13),
        ("nn", 42, 17, 13),
        ("sw", 42, 17, 13),
    ],
)
def test_a_language_has_its_limits(language: str, line: int, adult: float, children: float) -> None:
    found = limits(language)
    assert found.characters_per_line == line
    assert (found.characters_per_second("adult"), found.characters_per_second("children")) == (adult, children)


def test_a_region_has_its_own_row_where_there_is_one() -> None:
    assert limits("pt-br").page != limits("pt-PT").page == limits("pt").page


@pytest.mark.parametrize(("audience", "speed"), [("adult", 20.0), ("children", 17.0)])
def test_the_audience_decides_the_reading_speed(audience: Audience, speed: float) -> None:
    assert SubtitlesSettings(audience=audience).rules("en", Fraction(25)).characters_per_second == speed


@pytest.mark.parametrize(
    ("setting", "value", "rule", "expected"),
    [
        ("characters_per_line", 37, "characters_per_line", 37),
        ("lines", 3, "lines", 3),
        ("characters_per_second", 12.0, "characters_per_second", 12.0),
        ("minimum_duration_seconds", 1.0, "minimum_duration_ms", 1000),
        ("minimum_duration_seconds", 0.0, "minimum_duration_ms", 0),
        ("maximum_duration_seconds", 6.0, "maximum_duration_ms", 6000),
        ("gap_frames", 4, "gap_ms", 160),
        ("gap_frames", 0, "gap_ms", 0),
    ],
)
def test_a_setting_that_is_given_wins_over_the_table(setting: str, value: float, rule: str, expected: float) -> None:
    given: dict[str, Any] = {setting: value}
    rules = SubtitlesSettings(**given).rules("ja", Fraction(25))
    assert getattr(rules, rule) == expected
    assert getattr(SubtitlesSettings().rules("ja", Fraction(25)), rule) != expected


def test_a_minimum_above_the_maximum_of_the_table_is_refused() -> None:
    with pytest.raises(InvalidSetting):
        SubtitlesSettings(minimum_duration_seconds=7.5)
