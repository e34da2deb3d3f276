"""Subtitle files of people are read as they meant them, or refused with the line that is wrong."""

from __future__ import annotations

import pytest

from services.documents.codec import DocumentError
from services.documents.subtitle_files import WrittenCue, read_subtitles

SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Good day.</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nAnd\nyou?\n"


def test_an_srt_file_gives_its_cues_without_markup() -> None:
    assert read_subtitles(SRT.encode()) == (
        WrittenCue(2, 1.0, 2.5, ("Good day.",), sung=True),
        WrittenCue(6, 3.0, 4.0, ("And", "you?"), sung=False),
    )


@pytest.mark.parametrize(
    "data",
    [SRT.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + SRT.encode(), SRT.encode("utf-16"), SRT.rstrip().encode()],
)
def test_line_ends_marks_and_encodings_of_editors_change_nothing(data: bytes) -> None:
    assert read_subtitles(data) == read_subtitles(SRT.encode())


def test_webvtt_may_have_settings_ids_notes_and_entities() -> None:
    text = (
        "WEBVTT\n\nNOTE of the editor\n\ncue:1\n00:01.000 --> 00:02.500 align:start\n<v Ana>Fish &amp; <b>chips</b>\n"
    )
    assert read_subtitles(text.encode()) == (WrittenCue(6, 1.0, 2.5, ("Fish & chips",), sung=False),)


def test_a_cue_without_text_is_none() -> None:
    assert read_subtitles(b"WEBVTT\n\n00:01.000 --> 00:02.000\n<i></i>\n") == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1\n00:00:01,000 -> 00:00:02,000\nHi\n", "no cue"),
        ("1\n00:00:01 --> 00:00:02\nHi\n", "line 2"),
        ("1\n00:00:03,000 --> 00:00:02,000\nHi\n", "line 2"),
        ("1\n00:00:01,000 --> 00:00:61,000\nHi\n", "line 2"),
        ("1\n00:00:01,000 --> 00:00:03,000\nHi\n\n2\n00:00:02,000 --> 00:00:04,000\nYou\n", "line 6"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, line: str) -> None:
    with pytest.raises(DocumentError, match=line):
        read_subtitles(text.encode())


def test_other_encodings_are_refused_by_line() -> None:
    with pytest.raises(DocumentError, match=r"line 3.*UTF-8"):
        read_subtitles("1\n00:00:01,000 --> 00:00:02,000\nCafé\n".encode("latin-1"))
