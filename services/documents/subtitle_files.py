"""Subtitle files as people hand them in: SRT and WebVTT, told apart by what stands in them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .codec import DocumentError

MAXIMUM_HOURS = 1000

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[,.](\d{1,3})"
_INTERVAL = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_SRT_TAG = re.compile(r"</?(?:i|b|u|s|font)(?:\s[^<>]*)?>|\{\\[a-z0-9][^{}]*\}", re.IGNORECASE)
_VTT_TAG = re.compile(r"</?(?:i|b|u|c|v|lang|ruby|rt)(?:[.\s][^<>]*)?>|<\d[\d:.]*>", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\N{WORD JOINER}\N{RIGHT-TO-LEFT EMBEDDING}\N{LEFT-TO-RIGHT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}"
    "\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT MARK}\N{ZERO WIDTH NO-BREAK SPACE}]"
)
"""What writers put in so that players show a line right; a person neither sees nor changes it."""
_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class WrittenCue:
    """A cue as it stands in a file."""

    row: int
    """Of the line with its times, from 1."""
    start: float
    """Film time in seconds."""
    end: float
    lines: tuple[str, ...]
    """As a viewer reads them, without markup: none blank. Empty if the cue shows nothing."""
    sung: bool
    """Whether it is set in italics or between notes, as what is sung is."""


def read_subtitles(data: bytes) -> tuple[WrittenCue, ...]:
    """The cues of an SRT or WebVTT file, in order; those that show nothing are left out.

    Raises DocumentError, which names the line, if a cue cannot be read, ends before it starts, or comes before the one
    above it is gone.
    """
    text = _decoded(data)
    is_vtt = text.lstrip().startswith("WEBVTT")
    cues = tuple(cue for cue in _cues(text.splitlines(), is_vtt=is_vtt) if cue.lines)
    _require_order(cues)
    if not cues and text.strip() and not is_vtt:
        raise DocumentError("there is no cue in this file: it must be SRT or WebVTT")
    return cues


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(_MARKS) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"line {row}: byte 0x{data[error.start]:02x} is not {encoding}; save it as UTF-8"
        ) from error


def _cues(rows: list[str], *, is_vtt: bool) -> Iterator[WrittenCue]:
    """A cue is a line of times and what follows it until an empty line."""
    at = 0
    while at < len(rows):
        if "-->" not in rows[at]:
            at += 1
            continue
        end = next((row for row in range(at + 1, len(rows)) if not rows[row].strip()), len(rows))
        yield _cue(at + 1, rows[at], rows[at + 1 : end], is_vtt=is_vtt)
        at = end


def _cue(row: int, interval: str, rows: list[str], *, is_vtt: bool) -> WrittenCue:
    match = _INTERVAL.fullmatch(interval)
    if match is None:
        raise DocumentError(f"line {row}: {interval.strip()!r} are no times; write 00:01:02,500 --> 00:01:04,000")
    start, end = _seconds(row, match.groups()[:4]), _seconds(row, match.groups()[4:])
    if not end > start:
        raise DocumentError(f"line {row}: the cue ends at {end} s, which is not after its start at {start} s")
    shown = (_shown(text, is_vtt=is_vtt) for text in rows)
    return WrittenCue(row, start, end, tuple(line for line in shown if line), _is_sung("\n".join(rows)))


def _seconds(row: int, parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    if int(hours) >= MAXIMUM_HOURS or int(minutes) > 59 or int(seconds) > 59:
        raise DocumentError(f"line {row}: there is no time {hours}:{minutes}:{seconds}")
    whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return (whole * 1000 + int(fraction.ljust(3, "0"))) / 1000


def visible(line: str) -> str:
    """What a person sees of a line: without what only players look at."""
    return _INVISIBLE.sub("", line).strip()


def _shown(text: str, *, is_vtt: bool) -> str:
    return visible(html.unescape(_VTT_TAG.sub("", text)) if is_vtt else _SRT_TAG.sub("", text))


def _is_sung(text: str) -> bool:
    bare = text.strip().lower()
    return (bare.startswith("<i>") and bare.endswith("</i>")) or bool(re.search("[♪♫]", bare))


def _require_order(cues: tuple[WrittenCue, ...]) -> None:
    for earlier, later in pairwise(cues):
        if later.start < earlier.end:
            raise DocumentError(
                f"line {later.row}: the cue starts at {later.start} s, before the one of line {earlier.row} ends at "
                f"{earlier.end} s"
            )
