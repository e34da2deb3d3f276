"""Running ffmpeg on media: its progress in seconds of media, and how many faults it met in its input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from .progress import Progress
from .tools import run_tool

FFMPEG = ("ffmpeg", "-y", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-progress", "pipe:1")
"""How every command line of ffmpeg begins that `run_ffmpeg` takes."""

_FAULT = re.compile(r"\[(error|fatal)\]|\bcorrupt", re.IGNORECASE)
_DONE = "out_time_us="


@dataclass(frozen=True)
class Share:
    """Which part of a run's work one ffmpeg does, in seconds of media."""

    seconds: float
    """What this ffmpeg goes through."""
    before: float = 0.0
    """What was done before it."""
    total: float | None = None
    """All that the run has to do; None: this ffmpeg does it all."""


def run_ffmpeg(arguments: Sequence[str], share: Share, *, progress: Progress) -> int:
    """Runs an ffmpeg command line that begins with FFMPEG and returns how many faults it met and went past.

    Raises ToolMissing, ToolFailed, Cancelled.
    """
    faults = 0

    def count(line: str) -> None:
        nonlocal faults
        faults += bool(_FAULT.search(line))

    def follow(line: str) -> None:
        with suppress(ValueError):  # N/A until the first packet
            if line.startswith(_DONE):
                tell(int(line.removeprefix(_DONE)) / 1e6)

    def tell(seconds: float) -> None:
        progress(share.before + min(max(seconds, 0.0), share.seconds), share.total or share.seconds)

    tell(0.0)
    run_tool(arguments, progress=progress, on_output=follow, on_message=count)
    tell(share.seconds)
    return faults
