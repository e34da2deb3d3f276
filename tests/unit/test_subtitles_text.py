"""Writers: what other programs read back is what the cues say, to the millisecond."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.cues import Cue, Cues
from services.subtitles.ass import ass
from services.subtitles.rules import Rules, milliseconds
from services.subtitles.text import srt, tsv, txt, vtt
from services.subtitles.ttml import ttml
from services.subtitles.units import units_of_words
from tests.spoken_words import any_words, laid_out, spoken, word

Read = list[tuple[str, int, int, str]]
"""Name, start and end in milliseconds, and text of each cue."""

WORD_JOINER = "\N{WORD JOINER}"
EMPTY = Cues("en", ())
ODD_LINES = [
    "a --> b",
    "00:00:01,000 --> 00:00:02,000",
    "00:00:01.000 --> 00:00:02.000",
    "<b>bold</b> a<b & c>d",
    "a < b > c",
    "&lt; &amp; &nbsp;",
    "{\\an8}brace {x}",
    "C:\\new\\Next\\here\\",
    "- No. - Yes.",
    "WEBVTT",
    "NOTE this",
    "[Script Info]",
    "Dialogue: 0,0:00:00.00,0:00:01.00,,,,,,,x",
    "; comment",
    "17",
    "\N{PILE OF POO}\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}",
    "नमस्ते दुनिया",
    "مرحبا بالعالم, hello",
    "字幕は、こう。",
]
ODD = Cues(
    "en",
    tuple(
        Cue(f"c{n}", n, n * 3 + 0.001, n * 3 + 2.999, (text, "below"), (f"w{n}",))
        for n, text in enumerate(ODD_LINES, 1)
    ),
)
FAR = Cues("en", (Cue("c1", 1, 360_000.123, 360_001.456, ("far",), ("w1",)),))
tracks = any_words().map(lambda words: laid_out(words, "en", 10**9, Rules()))


def read_srt(text: str) -> Read:
    """A strict reader: number, time line, text, empty line, and nothing else."""
    pattern = re.compile(r"(\d+)\n(\d\d+):(\d\d):(\d\d),(\d{3}) --> (\d\d+):(\d\d):(\d\d),(\d{3})\n((?:.+\n)+)\n")
    return read_all(pattern, text, lambda shown: shown)


def read_vtt(text: str) -> Read:
    """A strict reader of the W3C form: no `-->`, `<` or bare `&` in a text."""
    assert text.startswith("WEBVTT\n\n")
    pattern = re.compile(
        r"(.+)\n(\d\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d\d+):(\d\d):(\d\d)\.(\d{3})\n((?:(?!.*(?:-->|<)).+\n)+)\n"
    )
    return read_all(pattern, text.removeprefix("WEBVTT\n\n"), html.unescape)


def read_all(pattern: re.Pattern[str], text: str, unescape: Callable[[str], str]) -> Read:
    cues, place = [], 0
    while place < len(text):
        found = pattern.match(text, place)
        assert found, f"no cue at {text[place : place + 80]!r}"
        name, *times, shown = found.groups()
        start, end = (reckon(*map(int, part)) for part in (times[:4], times[4:]))
        cues.append((name, start, end, unescape(shown.rstrip("\n"))))
        place = found.end()
    return cues


def reckon(hours: int, minutes: int, seconds: int, thousandths: int) -> int:
    assert minutes < 60
    assert seconds < 60
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def expected(cues: Cues, name: Callable[[Cue], str]) -> Read:
    return [(name(cue), milliseconds(cue.start), milliseconds(cue.end), cue.text) for cue in cues.cues]


def visible(read: Read) -> Read:
    return [(name, start, end, text.replace(WORD_JOINER, "")) for name, start, end, text in read]


@given(tracks)
def test_srt_reads_back_to_the_millisecond(cues: Cues) -> None:
    assert visible(read_srt(srt(cues))) == visible(expected(cues, lambda cue: str(cue.number)))


@given(tracks)
def test_vtt_reads_back_to_the_millisecond_under_the_ids_of_the_cues(cues: Cues) -> None:
    assert read_vtt(vtt(cues)) == expected(cues, lambda cue: cue.id)


@given(tracks)
def test_ass_reads_back_to_the_hundredth_of_a_second(cues: Cues) -> None:
    events = pysubs2.SSAFile.from_string(ass(cues), "ass").events
    assert len(events) == len(cues.cues)
    for event, cue in zip(events, cues.cues, strict=True):
        assert abs(event.start - milliseconds(cue.start)) <= 5
        assert abs(event.end - milliseconds(cue.end)) <= 5


@pytest.mark.parametrize("cues", [ODD, FAR, EMPTY], ids=["odd text", "hour 100", "no cue"])
def test_nothing_in_a_text_or_a_time_upsets_a_format(cues: Cues) -> None:
    assert visible(read_srt(srt(cues))) == expected(cues, lambda cue: str(cue.number))
    assert read_vtt(vtt(cues)) == expected(cues, lambda cue: cue.id)


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"], exclude_characters="<{\\-"), min_size=1))
def test_text_without_markup_is_written_to_srt_as_it_is(text: str) -> None:
    cues = Cues("en", (Cue("c1", 1, 1.0, 2.0, (text,), ("w1",)),))
    assert srt(cues) == f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n\n"


def test_empty_tracks_are_valid_files() -> None:
    assert srt(EMPTY) == ""
    assert vtt(EMPTY) == "WEBVTT\n\n"
    assert "[Events]" in ass(EMPTY)
    assert txt([], "en", 2000) == ""


def test_ass_says_what_its_sizes_mean_and_stays_inside_the_picture() -> None:
    script = pysubs2.SSAFile.from_string(ass(ODD), "ass")
    style = script.styles["Default"]
    width, height = int(script.info["PlayResX"]), int(script.info["PlayResY"])
    assert style.marginv * 20 == height
    assert style.marginl * 20 == style.marginr * 20 == width
    # 42 characters of about half the font's size in width must fit between the margins.
    assert 42 * style.fontsize / 2 < width - style.marginl - style.marginr


def probed(path: Path) -> list[dict[str, str]]:
    """What ffprobe reads: one packet for each cue."""
    command = ["ffprobe", "-v", "error", "-show_packets", "-show_data", "-of", "json", str(path)]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert not run.stderr
    packets: list[dict[str, str]] = json.loads(run.stdout)["packets"]
    return packets


@pytest.mark.parametrize("cues", [ODD, FAR], ids=["odd text", "hour 100"])
@pytest.mark.parametrize(("write", "name", "exactness"), [(srt, "a.srt", 0), (vtt, "a.vtt", 0), (ass, "a.ass", 0.005)])
def test_ffprobe_reads_every_cue_at_its_time(
    cues: Cues, write: Callable[[Cues], str], name: str, exactness: float, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(write(cues))
    packets = probed(tmp_path / name)
    assert [float(it["pts_time"]) for it in packets] == pytest.approx(
        [c.start for c in cues.cues], abs=exactness + 1e-6
    )
    assert [float(it["duration_time"]) for it in packets] == pytest.approx(
        [cue.duration for cue in cues.cues], abs=2 * exactness + 1e-6
    )


@pytest.mark.parametrize(("write", "name"), [(srt, "a.srt"), (vtt, "a.vtt"), (ass, "a.ass")])
def test_ffmpeg_decodes_every_line(write: Callable[[Cues], str], name: str, tmp_path: Path) -> None:
    plain = Cues("en", tuple(cue for cue in ODD.cues if "{" not in cue.text and "\\" not in cue.text))
    (tmp_path / name).write_text(write(plain))
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / name), "-f", "webvtt", "-"]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    shown = run.stdout.replace(WORD_JOINER, "")
    assert not run.stderr
    assert [line for line in ODD_LINES if line not in shown and "{" not in line and "\\" not in line] == []


@pytest.mark.parametrize(("write", "name"), [(vtt, "a.vtt"), (ass, "a.ass")])
def test_ffprobe_reads_an_empty_track(write: Callable[[Cues], str], name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(write(EMPTY))
    assert probed(tmp_path / name) == []


def test_text_has_a_line_for_each_sentence_and_a_paragraph_for_each_pause() -> None:
    words = spoken("Good day. How are you, Mr. Smith? | Fine")
    assert txt(units_of_words(words, "en"), "en", 1500) == "Good day.\nHow are you, Mr. Smith?\n\nFine\n"


def test_text_of_a_script_without_spaces_has_none() -> None:
    words = [word(1, "今日", 0, 1), word(2, "は。", 1, 2), word(3, "雨", 2, 3)]
    assert txt(units_of_words(words, "ja"), "ja", 1500) == "今日は。\n雨\n"


def test_ttml_is_of_the_text_profile_of_imsc_in_the_language_of_the_track() -> None:
    root = ElementTree.fromstring(ttml(dataclasses.replace(ODD, language_code="pt-BR")))
    assert root.tag == "{http://www.w3.org/ns/ttml}tt"
    assert root.get("{http://www.w3.org/ns/ttml#parameter}contentProfiles") == (
        "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
    )
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "pt-BR"
    (region,) = root.iter("{http://www.w3.org/ns/ttml}region")
    styling = "{http://www.w3.org/ns/ttml#styling}"
    assert (region.get(f"{styling}origin"), region.get(f"{styling}extent")) == ("5% 5%", "90% 90%")
    assert len(list(root.iter("{http://www.w3.org/ns/ttml}p"))) == len(ODD.cues)


def test_an_empty_track_is_valid_ttml_and_tsv() -> None:
    assert ElementTree.fromstring(ttml(EMPTY)).find(".//{http://www.w3.org/ns/ttml}p") is None
    assert tsv(EMPTY) == "start\tend\ttext\n"


def test_a_tab_in_a_word_is_no_column() -> None:
    cues = laid_out([word(1, "one\ttwo", 1.0, 2.0)], "en", 10_000, Rules())
    assert tsv(cues).splitlines()[1] == "1000\t2000\tone two"
