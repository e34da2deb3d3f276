"""Two thousand tracks as SRT, WebVTT and IMSC, read back by programs that are not ours: the same times and texts."""

from __future__ import annotations

import functools
import io
import json
import logging
import re
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import srt as srt_reader
import ttconv.imsc.reader as imsc_reader
from ttconv.model import Br, ContentElement, P, Text
from ttconv.style_properties import FontStyleType, StyleProperties

from services.documents.cues import Cue, Cues
from services.subtitles.rules import milliseconds
from services.subtitles.text import srt, vtt
from services.subtitles.ttml import ttml
from tests.generated_cues import generated_tracks

TRACKS = 2_000
INVISIBLE = re.compile("[\N{WORD JOINER}\N{RIGHT-TO-LEFT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}]")
WEBVTT_PARSER = Path(".cache/webvtt-parser/node_modules/webvtt-parser").absolute()
"""Where `deploy/setup.sh dev` puts it."""
READ_ALL = """
const {WebVTTParser} = require(process.argv[1]);
const entities = require(process.argv[1] + "/html-entities.json");
const text = node => node.type === "text" ? node.value : (node.children || []).map(text).join("");
const italic = node => node.type === "object" && node.name === "i" || (node.children || []).some(italic);
const read = track => {
  const {cues, errors} = new WebVTTParser(entities).parse(track, "captions");
  return {errors, cues: cues.map(cue =>
    [cue.id, Math.round(cue.startTime * 1000), Math.round(cue.endTime * 1000), text(cue.tree), italic(cue.tree)])};
};
const tracks = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(tracks.map(read)));
"""


@functools.cache
def tracks() -> tuple[Cues, ...]:
    return tuple(generated_tracks(TRACKS, seed=3))


def shown(cue: Cue) -> tuple[int, int, str, bool]:
    return milliseconds(cue.start), milliseconds(cue.end), cue.text, cue.lyric


def visible(text: str) -> str:
    return INVISIBLE.sub("", text)


def test_the_tracks_hold_what_is_hard() -> None:
    cues = [cue for track in tracks() for cue in track.cues]
    assert len(cues) > 5 * TRACKS
    assert sum(cue.lyric for cue in cues) > TRACKS
    assert sum(len(cue.speakers) > 1 for cue in cues) > 100
    assert sum("<" in cue.text or "-->" in cue.text for cue in cues) > 100


def test_python_srt_reads_every_track() -> None:
    for track in tracks():
        read = list(srt_reader.parse(srt(track)))  # type: ignore[no-untyped-call]  # it has no types
        assert [it.index for it in read] == [cue.number for cue in track.cues]
        assert [(it.start.total_seconds(), it.end.total_seconds(), *plain_srt(it.content)) for it in read] == [
            (cue.start, cue.end, cue.text, cue.lyric) for cue in track.cues
        ]


def plain_srt(content: str) -> tuple[str, bool]:
    inside = re.fullmatch(r"<i>(.*)</i>", content, re.DOTALL)
    return visible(inside[1] if inside else content), inside is not None


def test_webvtt_parser_reads_every_track_without_a_complaint() -> None:
    answers = read_with_node([vtt(track) for track in tracks()])
    assert [answer["errors"] for answer in answers if answer["errors"]] == []
    for track, answer in zip(tracks(), answers, strict=True):
        read = [(name, start, end, visible(text), italic) for name, start, end, text, italic in answer["cues"]]
        assert read == [(cue.id, *shown(cue)) for cue in track.cues]


def read_with_node(files: list[str]) -> list[dict[str, Any]]:
    command = ["node", "-e", READ_ALL, str(WEBVTT_PARSER)]
    run = subprocess.run(command, input=json.dumps(files), check=True, capture_output=True, text=True, timeout=120)
    answers: list[dict[str, Any]] = json.loads(run.stdout)
    return answers


def test_ttconv_reads_every_track_without_a_complaint(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for track in tracks():
        document: Any = imsc_reader.to_model(ElementTree.parse(io.StringIO(ttml(track))))
        assert document.get_lang() == track.language_code
        paragraphs = [it for it in document.get_body().dfs_iterator() if isinstance(it, P)]
        assert [
            (milliseconds_of(it.get_begin()), milliseconds_of(it.get_end()), *content(it)) for it in paragraphs
        ] == [shown(cue) for cue in track.cues]
    assert not caplog.records


def milliseconds_of(time: Fraction | None) -> int:
    """ttconv leaves out a begin of zero."""
    thousandths = (time or Fraction(0)) * 1000
    assert thousandths.denominator == 1
    return int(thousandths)


def content(paragraph: ContentElement) -> tuple[str, bool]:
    elements = list(paragraph.dfs_iterator())
    text = "".join("\n" if isinstance(it, Br) else it.get_text() for it in elements if isinstance(it, Br | Text))
    italic = any(it.get_style(StyleProperties.FontStyle) is FontStyleType.italic for it in elements)
    return text, italic
