"""Subtitles of a clip: the cues that are inside it, in the clip's own time. Pure."""

from __future__ import annotations

import re

from services.runtime.media import Clip

_CLOCK = r"((?:\d+:)?\d+:\d+[.,]\d+)"
_ARROW = re.compile(rf"^(){_CLOCK}([ \t]+-->[ \t]+){_CLOCK}", re.MULTILINE)
_DIALOGUE = re.compile(rf"^(Dialogue:[^,\n]*,[ \t]*){_CLOCK}([ \t]*,[ \t]*){_CLOCK}", re.MULTILINE)


def clipped(text: str, ffmpeg_format: str, clip: Clip) -> str:
    """The subtitles with times from the clip's beginning: cues outside it are gone, those across its ends are cut."""
    if ffmpeg_format == "ass":
        return "".join(kept for line in text.splitlines(keepends=True) if (kept := _moved(line, _DIALOGUE, clip)))
    blocks = re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.strip())
    return "\n\n".join(kept for block in blocks if (kept := _moved(block, _ARROW, clip))) + "\n\n"


def _moved(part: str, times: re.Pattern[str], clip: Clip) -> str:
    """A part of the file with its cue in the clip's time; empty if the cue is outside; as it is if it holds none."""
    found = times.search(part)
    if found is None:
        return part
    before, start, between, end = found.groups()
    first, last = _in_clip(start, clip), _in_clip(end, clip)
    return f"{part[: found.start()]}{before}{first}{between}{last}{part[found.end() :]}" if first < last else ""


def _in_clip(clock: str, clip: Clip) -> str:
    """A time of day `HH:MM:SS.fff` of the film as one of the clip, with the same separator and decimals."""
    separator = "," if "," in clock else "."
    whole, _, decimals = clock.partition(separator)
    units = 10 ** len(decimals)
    moved = round((_seconds(whole) + int(decimals) / units - clip.start) * units)
    seconds, rest = divmod(min(max(moved, 0), round(clip.seconds * units)), units)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{separator}{rest:0{len(decimals)}d}"


def _seconds(whole: str) -> int:
    seconds = 0
    for part in whole.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds
