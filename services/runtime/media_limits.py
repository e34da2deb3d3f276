"""Limits of media: how much of a film an installation takes before it says no."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from .errors import MediaBeyondLimits
from .ffprobe import MediaFacts, quoted
from .progress import Progress


@dataclass(frozen=True)
class MediaLimits:
    """What an installation takes: `CUEGRAPH_MEDIA_<FIELD>`. They are no settings of a job, which could lift them."""

    bytes: int = 200 << 30
    """Of the file."""
    seconds: float = 12 * 3600.0
    """Of the film."""
    streams: int = 100
    """Of all kinds together."""
    pixels: int = 7680 * 4320
    """Of one picture."""
    reading_seconds: float = 1800.0
    """Of time until a file has told what is in it."""


class Hurry(Progress):
    """Raises MediaBeyondLimits once a file has taken too long to tell what is in it; its reader is killed then."""

    def __init__(self, path: Path, limits: MediaLimits, progress: Progress) -> None:
        super().__init__()
        self._path, self._limits, self._progress = path, limits, progress
        self._end = time.monotonic() + limits.reading_seconds

    def check(self) -> None:
        self._progress.check()
        if time.monotonic() > self._end:
            raise _beyond(self._path, "takes too long to read", self._limits.reading_seconds, "READING_SECONDS")


def check_size(path: Path, limits: MediaLimits) -> None:
    """Raises MediaBeyondLimits for a file that is too large to be looked into."""
    size = path.stat().st_size
    if size > limits.bytes:
        raise _beyond(path, f"has {size} bytes", limits.bytes, "BYTES")


def check_limits(facts: MediaFacts, limits: MediaLimits) -> None:
    """Raises MediaBeyondLimits for a film that is too long, or has too many streams or too large pictures."""
    if facts.duration_seconds > limits.seconds:
        raise _beyond(facts.path, f"lasts {facts.duration_seconds:g} s", limits.seconds, "SECONDS")
    if len(facts.streams) > limits.streams:
        raise _beyond(facts.path, f"has {len(facts.streams)} streams", limits.streams, "STREAMS")
    pixels = max(((it.width or 0) * (it.height or 0) for it in facts.streams), default=0)
    if pixels > limits.pixels:
        raise _beyond(facts.path, f"has pictures of {pixels} pixels", limits.pixels, "PIXELS")


def _beyond(path: Path, what: str, limit: float, name: str) -> MediaBeyondLimits:
    return MediaBeyondLimits(
        f"{quoted(path)} {what}; this installation takes {limit:g} at most (CUEGRAPH_MEDIA_{name}): give a smaller one"
    )
