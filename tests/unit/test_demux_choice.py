"""Which audio stream is heard: by position, by language, by default, in that order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.demux.choice import Choice, choose_stream
from services.runtime.errors import InvalidSetting
from services.runtime.ffprobe import StreamFacts


def stream(language: str = "und", *, is_default: bool = False) -> StreamFacts:
    return StreamFacts(
        index=0,
        kind="audio",
        codec="aac",
        language=language,
        title="",
        is_default=is_default,
        is_picture=False,
        start_offset_seconds=0.0,
        duration_seconds=None,
        channels=2,
        sample_rate=48_000,
        width=None,
        height=None,
        frame_rate=None,
    )


FILM = [stream("eng"), stream("hin", is_default=True), stream("ger"), stream("hin")]


@pytest.mark.parametrize(
    ("position", "language", "taken"),
    [(3, "", 3), (2, "hi", 2), (None, "hi", 1), (None, "de-AT", 2), (None, "en", 0), (None, "HI", 1)],
)
def test_a_position_goes_before_a_language_and_a_language_before_the_default(
    position: int | None, language: str, taken: int
) -> None:
    assert choose_stream(FILM, position, language, "de") == Choice(taken, is_assumed=False)


def test_without_a_default_the_first_is_taken() -> None:
    assert choose_stream([stream("eng"), stream("hin")], None, "", "") == Choice(0, is_assumed=True)


def test_a_stream_without_a_tag_may_be_in_the_asked_language() -> None:
    assert choose_stream([stream("eng"), stream("und")], None, "hi", "").position == 1


def test_a_stream_in_the_preferred_language_goes_before_the_default() -> None:
    assert choose_stream(FILM, None, "", "en") == Choice(0, is_assumed=False)


def test_of_two_streams_in_the_preferred_language_the_default_is_assumed() -> None:
    assert choose_stream(FILM, None, "", "hi") == Choice(1, is_assumed=True)


@pytest.mark.parametrize(
    ("streams", "taken"), [(FILM, 1), ([stream("eng", is_default=True), stream("und")], 1), ([stream("eng")], 0)]
)
def test_a_preferred_language_that_is_not_there_is_no_error(streams: list[StreamFacts], taken: int) -> None:
    assert choose_stream(streams, None, "", "fr") == Choice(taken, is_assumed=len(streams) > 1)


@pytest.mark.parametrize(("position", "language"), [(4, ""), (-1, ""), (None, "fr")])
def test_what_is_not_there_is_refused_with_what_is(position: int | None, language: str) -> None:
    with pytest.raises(InvalidSetting, match="0: eng aac 2 channels"):
        choose_stream(FILM, position, language, "en")


@given(
    st.lists(st.sampled_from(["eng", "hin", "und", "ger"]), min_size=1),
    st.none() | st.integers(-2, 8),
    st.sampled_from(["", "en", "hi", "fr"]),
    st.sampled_from(["", "en", "hi", "fr"]),
)
def test_the_answer_is_a_stream_of_the_film_or_an_invalid_setting(
    languages: list[str], position: int | None, language: str, preferred: str
) -> None:
    streams = [stream(it) for it in languages]
    try:
        assert 0 <= choose_stream(streams, position, language, preferred).position < len(streams)
    except InvalidSetting:
        assert position is not None or language
