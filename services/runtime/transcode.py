"""Running ffmpeg on media: its progress in seconds of media, and how many faults it met in its input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from .progress import Progress
from .tools import run_tool

FFMPEG = ("ffmpeg", "-y", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-progress", "pipe:1")
"""How every command line of ffmpeg begins that `run_ffmpeg` takes."""

_FAULT = re.compile(r"\[(error|fatal)\]|\bcorrupt", re.IGNORECASE)
_DONE = "out_time_us="


def run_ffmpeg(
    arguments: Sequence[str], *, progress: Progress, total_seconds: float, skipped_seconds: float = 0.0
) -> int:
    """Runs an ffmpeg command line that begins with FFMPEG and returns how many faults it met and went past.

    Progress is told in seconds of the output less `skipped_seconds` at its front, out of `total_seconds`.
    Raises ToolMissing, ToolFailed, Cancelled.
    """
    faults = 0

    def count(line: str) -> None:
        nonlocal faults
        faults += bool(_FAULT.search(line))

    def follow(line: str) -> None:
        with suppress(ValueError):  # N/A until the first packet
            if line.startswith(_DONE):
                done = int(line.removeprefix(_DONE)) / 1e6 - skipped_seconds
                progress(min(max(done, 0.0), total_seconds), total_seconds)

    progress(0.0, total_seconds)
    run_tool(arguments, progress=progress, on_output=follow, on_message=count)
    progress(total_seconds, total_seconds)
    return faults
