"""Titles and flags of subtitle tracks: exactly one default, the nearest tag wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.mux.stage import MuxSettings
from services.mux.subtitles import Subtitles
from services.mux.tracks import Presentation, default_position, language_title, present
from services.runtime.errors import CuegraphError


def tracks(*tags: str) -> list[Subtitles]:
    return [Subtitles(Path(f"{tag}.srt"), tag, "srt", 1) for tag in tags]


@pytest.mark.parametrize(
    ("tag", "title"),
    [
        ("pt", "Portuguese"),
        ("pt-BR", "Portuguese (BR)"),
        ("zh_Hant", "Chinese (Hant)"),
        ("por", "Portuguese"),
        ("und", "Unknown language"),
    ],
)
def test_a_language_is_called_by_its_english_name_with_its_script_and_region(tag: str, title: str) -> None:
    assert language_title(tag) == title


@pytest.mark.parametrize(
    ("asked", "position"),
    [("", 0), ("pt", 1), ("pt-BR", 2), ("PT-br", 2), ("por", 1), ("es", 3), ("es-MX", 0), ("fr", 0)],
)
def test_one_track_is_the_default_the_first_if_nothing_else_is_asked(asked: str, position: int) -> None:
    made = present(tracks("en", "pt-PT", "pt-BR", "es"), Presentation(default_language=asked))
    assert [n for n, track in enumerate(made) if track.is_default] == [position]


def test_a_default_that_is_not_there_is_told_from_the_first() -> None:
    assert default_position(tracks("en", "pt"), "fr") == -1
    assert default_position(tracks("en", "pt"), "en") == 0


def test_no_tracks_have_no_default() -> None:
    assert present([], Presentation(default_language="en")) == []


def test_a_tag_without_region_forces_every_track_of_the_language() -> None:
    made = present(tracks("en", "pt-PT", "pt-BR"), Presentation(forced=("pt",)))
    assert [(track.title, track.is_forced) for track in made] == [
        ("English", False),
        ("Portuguese (PT) (forced)", True),
        ("Portuguese (BR) (forced)", True),
    ]


def test_given_titles_stand_as_they_are_and_the_nearest_tag_wins() -> None:
    asked = Presentation(forced=("pt",), titles={"pt": "Português", "pt-BR": "Português do Brasil"})
    assert [track.title for track in present(tracks("en", "pt-PT", "pt-BR"), asked)] == [
        "English",
        "Português",
        "Português do Brasil",
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"titles": ("Português",)}, "SETTING_INVALID"),
        ({"titles": ("pt=",)}, "SETTING_INVALID"),
        ({"titles": ("xx=Nonsense",)}, "NAME_UNKNOWN"),
        ({"forced": ("xx",)}, "NAME_UNKNOWN"),
        ({"default_language": "xx"}, "NAME_UNKNOWN"),
    ],
)
def test_settings_that_name_no_language_are_refused(settings: dict[str, str], code: str) -> None:
    with pytest.raises(CuegraphError) as failure:
        MuxSettings(**settings)  # type: ignore[arg-type]  # what a job file may hold
    assert failure.value.code == code


def test_a_title_may_hold_an_equals_sign() -> None:
    assert MuxSettings(titles=("en=E = mc²",)).presentation.titles == {"en": "E = mc²"}
