"""The subtitle files that come in: which format they have, how many cues, and which of them a clip has."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from services.runtime.errors import InvalidDocument
from services.runtime.media import Clip

from .clipping import clipped

SUBTITLE_READING = {"protocol_whitelist": "file", "format_whitelist": "srt,webvtt,ass"}
"""The options under which ffmpeg opens subtitle files."""

_ARROW = re.compile(r"^[\d:.,]+[ \t]+-->[ \t]+[\d:.,]+", re.MULTILINE)
_DIALOGUE = re.compile(r"^Dialogue:", re.MULTILINE)


@dataclass(frozen=True)
class Subtitles:
    """One subtitle file."""

    path: Path
    language_tag: str
    """BCP-47."""
    ffmpeg_format: str
    """`srt`, `webvtt` or `ass`."""
    cue_count: int
    title: str = ""
    """What players call the track."""
    is_default: bool = False
    is_forced: bool = False
    """Whether it is shown though nobody asked for subtitles."""


def read_subtitles(path: Path, language_tag: str) -> Subtitles:
    """Reads what a subtitle file holds. Raises InvalidDocument if it is not UTF-8 text in SRT, WebVTT or ASS."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDocument(f"the subtitles {path.name!r} are not UTF-8 text; convert them") from error
    ffmpeg_format, cue_count = recognise(text)
    if cue_count == 0 and ffmpeg_format == "srt" and text.strip():
        raise InvalidDocument(f"the subtitles {path.name!r} are not SRT, WebVTT or ASS; convert them")
    return Subtitles(path, language_tag, ffmpeg_format, cue_count)


def cut_subtitles(subtitles: Subtitles, clip: Clip, path: Path) -> Subtitles:
    """Writes to `path` what a clip has of the subtitles, in its own time."""
    text = clipped(subtitles.path.read_text("utf-8-sig"), subtitles.ffmpeg_format, clip)
    path.write_text(text, "utf-8")
    return replace(subtitles, path=path, cue_count=recognise(text)[1])


def recognise(text: str) -> tuple[str, int]:
    """Format and number of cues of a subtitle file. Text in no known form counts as SRT without cues."""
    if text.startswith("WEBVTT"):
        return "webvtt", len(_ARROW.findall(text))
    if "[Script Info]" in text[:1000]:
        return "ass", len(_DIALOGUE.findall(text))
    return "srt", len(_ARROW.findall(text))
