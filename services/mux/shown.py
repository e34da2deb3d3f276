"""What a subtitle file, or a track of a film, shows and when: its cues as ffmpeg decodes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from services.documents.cues import Cues
from services.runtime.ffprobe import READING, ffmpeg_url
from services.runtime.progress import Progress
from services.runtime.tools import run_tool
from services.runtime.transcode import FFMPEG

from .subtitles import SUBTITLE_READING, Subtitles

_CUE = re.compile(r"^\d+\n(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\n", re.MULTILINE)
_UNKEPT_STYLE = re.compile(r"</?(?:b|u|s|font)\b[^>]*>|\{\\[^}]*\}")
"""Tags and placements that some container loses; italics are kept by all."""
_SEAM = re.compile(r"</i>(\s*)<i>")
"""Italics that end to begin again, as MP4 writes those of two lines."""

_SLACK_SECONDS = 0.02
"""ASS counts in hundredths, MP4 in ticks."""
_MOVED_SECONDS = 0.25
"""By how much all cues may lie later together: a container without negative times begins with the priming of its sound
(AAC at 8 kHz: 0.128 s)."""


@dataclass(frozen=True)
class ShownCue:
    """One cue on the screen."""

    start: float
    """In seconds, as `end`."""
    end: float
    text: str
    """On one line, without any style but italics."""


def cues_of_file(subtitles: Subtitles, scratch: Path, *, progress: Progress) -> list[ShownCue]:
    """What a subtitle file that has cues shows."""
    options = {**SUBTITLE_READING, "format": subtitles.ffmpeg_format}
    source = ffmpeg.input(ffmpeg_url(subtitles.path), **options)
    return _decode({scratch: source}, progress)[0]


def cues_of_tracks(film: Path, tracks: Mapping[int, Path], *, progress: Progress) -> list[list[ShownCue]]:
    """What the subtitle streams of a film show, in the container's time; `tracks` maps indexes to scratch files."""
    source = ffmpeg.input(ffmpeg_url(film), **READING)
    return _decode({scratch: source[str(index)] for index, scratch in tracks.items()}, progress)


def _decode(sources: Mapping[Path, Any], progress: Progress) -> list[list[ShownCue]]:
    """Reads its input once for all of them."""
    if not sources:
        return []
    outputs = [ffmpeg.output(source, ffmpeg_url(path), format="srt") for path, source in sources.items()]
    run_tool(ffmpeg.merge_outputs(*outputs).compile(cmd=[*FFMPEG, "-copyts"]), progress=progress)
    return [read_srt(path.read_text("utf-8")) for path in sources]


def read_srt(text: str) -> list[ShownCue]:
    """The cues of an SRT file that ffmpeg wrote."""
    _, *parts = _CUE.split(text)
    return [_cue(parts[at : at + 8], parts[at + 8]) for at in range(0, len(parts), 9)]


def _cue(clock: Sequence[str], text: str) -> ShownCue:
    styled = _SEAM.sub(r"\1", _UNKEPT_STYLE.sub("", text))
    return ShownCue(_seconds(clock[:4]), _seconds(clock[4:]), " ".join(styled.split()))


def _seconds(clock: Sequence[str]) -> float:
    hours, minutes, seconds, milliseconds = map(int, clock)
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def difference(asked: Sequence[ShownCue], shown: Sequence[ShownCue]) -> str:
    """The first thing in which a written track differs from what was asked; empty if nothing does."""
    if len(asked) != len(shown):
        return f"it shows {len(shown)} of {len(asked)} cues"
    moved = shown[0].start - asked[0].start if asked else 0.0
    if abs(moved) > _MOVED_SECONDS:
        return f"its cues come {moved:+.3f} s from their place"
    for number, (one, other) in enumerate(zip(asked, shown, strict=True), 1):
        if one.text != other.text:
            return f"cue {number} says {other.text!r} instead of {one.text!r}"
        if max(abs(one.start + moved - other.start), abs(one.end + moved - other.end)) > _SLACK_SECONDS:
            return f"cue {number} is shown from {other.start:.3f} to {other.end:.3f} s"
    return ""


def contradiction(document: Cues, shown: Sequence[ShownCue]) -> str:
    """The first thing in which a subtitle file is not what its cues document says; empty if nothing is."""
    if len(document.cues) != len(shown):
        return f"the file shows {len(shown)} cues and the document has {len(document.cues)}"
    for cue, other in zip(document.cues, shown, strict=True):
        if _letters(cue.text) != _letters(re.sub("</?i>", "", other.text)):
            return f"cue {cue.number} is {cue.text!r} in the document and {other.text!r} in the file"
        if abs(cue.start - other.start) > _SLACK_SECONDS:
            return f"cue {cue.number} begins at {cue.start:.3f} s in the document, at {other.start:.3f} s in the file"
    return ""


def _letters(text: str) -> str:
    """What is said, without the dashes, notes and marks of direction that a format may add."""
    return "".join(character for character in text if character.isalnum())
