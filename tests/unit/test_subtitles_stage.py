"""The stage writes what its settings ask for, and empty but valid files where nobody speaks."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.documents.codec import from_json, to_json
from services.documents.cues import Cues, Readability
from services.documents.media import Media, Stream
from services.runtime.errors import InvalidSetting
from services.runtime.layers import effective
from services.runtime.manifest import SettingRecord
from services.runtime.testing import RecordedRun, make_run
from services.subtitles.settings import SubtitlesSettings
from services.subtitles.stage import Subtitles, end_of, frame_rate
from tests.spoken_words import FILM, spoken, transcript_of


def run_stage(folder: Path, text: str = "", media: Media = FILM, **settings: Any) -> RecordedRun[SubtitlesSettings]:
    run = make_run(
        Subtitles(),
        settings=SubtitlesSettings(**settings),
        inputs={"transcript": to_json(transcript_of(spoken(text), "en-GB")), "media": to_json(media)},
        folder=folder,
    )
    Subtitles().run(run)
    return run


def test_every_format_is_written_under_a_neutral_name_with_its_language(tmp_path: Path) -> None:
    run = run_stage(tmp_path, "Good day to you.")
    assert {it.role: it.file_name for it in run.outputs} == {
        "cues": "cues.json",
        "report": "readability.json",
        "srt": "subtitles.srt",
        "vtt": "subtitles.vtt",
        "ass": "subtitles.ass",
        "txt": "subtitles.txt",
        "tsv": "subtitles.tsv",
        "ttml": "subtitles.ttml",
    }
    assert all(it.attributes == {"language": "en-GB"} for it in run.outputs)
    assert all(it.path.is_file() for it in run.outputs)
    assert not run.warnings


def test_the_files_say_what_was_spoken(tmp_path: Path) -> None:
    run = run_stage(tmp_path, "Good day to you, Mr. Smith.")
    cues = from_json(Cues, run.written("cues").read_bytes())
    assert [cue.text for cue in cues.cues] == ["Good day to you, Mr. Smith."]
    assert run.written("srt").read_text("utf-8") == (
        "1\n00:00:01,000 --> 00:00:02,640\nGood day to you, Mr. Smith.\n\n"
    )
    assert run.written("txt").read_text("utf-8") == "Good day to you, Mr. Smith.\n"
    assert from_json(Readability, run.written("report").read_bytes()).findings == ()


@pytest.mark.parametrize(
    ("formats", "roles"), [((), set()), (("vtt",), {"vtt"}), (("srt", "txt", "srt"), {"srt", "txt"})]
)
def test_only_the_formats_asked_for_are_written(formats: tuple[str, ...], roles: set[str], tmp_path: Path) -> None:
    run = run_stage(tmp_path, "Good day.", formats=formats)
    assert {it.role for it in run.outputs} == roles | {"cues", "report"}


def test_no_speech_gives_empty_but_valid_files_and_a_warning(tmp_path: Path) -> None:
    run = run_stage(tmp_path)
    assert [code for code, _ in run.warnings] == ["NO_SPEECH"]
    assert from_json(Cues, run.written("cues").read_bytes()).cues == ()
    assert run.written("srt").read_bytes() == b""
    assert run.written("vtt").read_text() == "WEBVTT\n\n"
    assert "[Events]" in run.written("ass").read_text()
    assert run.written("txt").read_bytes() == b""
    assert from_json(Readability, run.written("report").read_bytes()).cue_count == 0


def test_no_cue_of_a_clip_comes_before_the_clip(tmp_path: Path) -> None:
    clip = dataclasses.replace(FILM, clip_start=0.9, clip_end=1.5)
    run = run_stage(tmp_path, "Extraordinary circumstances!", clip, characters_per_second=5.0)
    (cue,) = from_json(Cues, run.written("cues").read_bytes()).cues
    assert cue.start == 0.9


def test_speech_too_fast_to_read_is_in_the_report(tmp_path: Path) -> None:
    run = run_stage(
        tmp_path, "Good day to you, Mr. Smith.", characters_per_second=5.0, lead_in_seconds=0.0, media=short()
    )
    findings = from_json(Readability, run.written("report").read_bytes()).findings
    assert [it.rule for it in findings] == ["CHARACTERS_PER_SECOND"]


def short() -> Media:
    return dataclasses.replace(FILM, duration_seconds=3.0)


def with_rate(rate: str | None) -> Media:
    return dataclasses.replace(FILM, streams=(Stream("video:0", 0, "video", "h264", frame_rate=rate), FILM.streams[1]))


@pytest.mark.parametrize(
    ("rate", "assumed", "gap_ms"),
    [
        ("25/1", Fraction(25), 80),
        ("24000/1001", Fraction(24000, 1001), 84),
        ("60/1", Fraction(60), 34),
        (None, Fraction(25), 80),
        ("90000/1", Fraction(25), 80),
    ],
)
def test_the_gap_is_counted_in_frames_of_the_film(rate: str | None, assumed: Fraction, gap_ms: int) -> None:
    assert frame_rate(with_rate(rate)) == assumed
    assert SubtitlesSettings().rules("en", assumed).gap_ms == gap_ms


def test_a_film_without_a_picture_has_the_assumed_frame_rate() -> None:
    assert frame_rate(dataclasses.replace(FILM, streams=FILM.streams[1:])) == 25


def test_cues_end_with_the_clip() -> None:
    assert end_of(FILM) == 7200.0
    assert end_of(dataclasses.replace(FILM, clip_start=10.0, clip_end=90.0)) == 90.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"formats": "srt,doc"},
        {"characters_per_line": 0},
        {"lines": 0},
        {"minimum_duration_seconds": -1},
        {"minimum_duration_seconds": 8},
        {"maximum_duration_seconds": "nan"},
        {"characters_per_second": 0},
        {"gap_frames": -1},
    ],
)
def test_a_setting_out_of_its_range_is_refused(wrong: dict[str, Any]) -> None:
    given = {name: SettingRecord(value, "command line") for name, value in wrong.items()}
    with pytest.raises(InvalidSetting, match=next(iter(wrong))):
        effective("subtitles", SubtitlesSettings, given)


def test_formats_may_be_given_as_text() -> None:
    given = {"formats": SettingRecord("srt,txt", "command line")}
    settings, _ = effective("subtitles", SubtitlesSettings, given)
    assert settings.formats == ("srt", "txt")
