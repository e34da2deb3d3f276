"""Whether a film can be used: said before anything is begun, naming the file, what is wrong and what to do."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from .errors import (
    ClipOutOfRange,
    MediaEmpty,
    MediaIsFolder,
    MediaNotFound,
    MediaNotReadable,
    NoAudioStream,
    TruncatedMedia,
)
from .ffprobe import MediaFacts, last_packet_end, quoted, read_facts
from .headers import riff_bytes
from .media_limits import Hurry, MediaLimits, check_limits, check_size
from .progress import Progress
from .settings import given_by_environment

_TAIL_SECONDS = 10.0
_CLIP_SLACK_SECONDS = 0.001


@dataclass(frozen=True)
class Clip:
    """A part of a film, in film time."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def check_media(
    path: Path, *, start: float | None = None, end: float | None = None, progress: Progress | None = None
) -> MediaFacts:
    """Admits a film for a run, whole or from `start` to `end` (film seconds), or says why not.

    Raises MediaNotFound, MediaNotReadable, MediaIsFolder, MediaEmpty, UnreadableMedia, NoAudioStream,
    TruncatedMedia, MediaBeyondLimits or ClipOutOfRange.
    """
    progress = progress or Progress()
    facts = probe(path, progress=progress)
    if not facts.of_kind("audio"):
        raise NoAudioStream(f"{quoted(path)} has no audio stream; there is nothing to transcribe in it")
    clip_of(facts, start, end)
    check_whole(facts, progress=progress)
    return facts


def probe(path: Path, *, progress: Progress | None = None) -> MediaFacts:
    """What a container says about itself.

    Raises MediaNotFound, MediaNotReadable, MediaIsFolder, MediaEmpty or UnreadableMedia; TruncatedMedia for an MP4
    whose index is missing; MediaBeyondLimits for more than the installation takes.
    """
    limits = given_by_environment("MEDIA", MediaLimits)
    check_file(path)
    check_size(path, limits)
    facts = read_facts(path, Hurry(path, limits, progress or Progress()))
    check_limits(facts, limits)
    return facts


def clip_of(facts: MediaFacts, start: float | None, end: float | None) -> Clip | None:
    """The part of the film that is meant, or None for the whole of it. Raises ClipOutOfRange."""
    if start is None and end is None:
        return None
    duration = facts.duration_seconds
    clip = Clip(start or 0.0, duration if end is None else end)
    if not 0 <= clip.start < duration or not clip.end <= duration + _CLIP_SLACK_SECONDS:
        asked = f"from {clip.start:g} s to {clip.end:g} s"
        raise ClipOutOfRange(f"{quoted(facts.path)} lasts {duration:.3f} s; a clip {asked} is not inside it")
    if not clip.start < clip.end:
        raise ClipOutOfRange(
            f"the clip of {quoted(facts.path)} would end at {clip.end:g} s, which is not after its start at "
            f"{clip.start:g} s; the film lasts {duration:.3f} s"
        )
    return Clip(clip.start, min(clip.end, duration))


def tolerance(duration_seconds: float) -> float:
    """By how many seconds a whole file may end before the duration that it declares."""
    return max(1.0, 0.01 * duration_seconds)


def check_whole(facts: MediaFacts, *, progress: Progress | None = None) -> None:
    """Raises TruncatedMedia if the last packets end well before the duration that the container declares.

    Reads the end of the file only; all of it, without decoding, if that leaves a doubt. A format that declares no
    duration (MPEG-TS, Ogg, raw streams) cannot be found short.
    """
    declared = max(facts.duration_seconds, _riff_seconds(facts))
    end = _end_of_packets(facts, declared - tolerance(declared), progress or Progress())
    if end < declared - tolerance(declared):
        raise TruncatedMedia(
            f"{quoted(facts.path)} ends after {max(0.0, end):.1f} s but declares {declared:.1f} s: "
            "part of it is missing; copy or download it again"
        )


def _end_of_packets(facts: MediaFacts, needed: float, progress: Progress) -> float:
    """Film time at which the packets end, if before `needed`; else some time after it."""
    first = facts.start_timestamp_seconds
    tail = max(0.0, needed - _TAIL_SECONDS)
    end = last_packet_end(facts.path, first + tail, progress) - first
    return end if end >= needed else last_packet_end(facts.path, None, progress) - first


def _riff_seconds(facts: MediaFacts) -> float:
    """The duration of a WAV or AVI by the size its header declares: ffprobe shortens it to what is there."""
    declared = riff_bytes(facts.path)
    return facts.duration_seconds * declared / facts.path.stat().st_size if declared else 0.0


def check_file(path: Path) -> None:
    """Raises MediaNotFound, MediaIsFolder, MediaEmpty or MediaNotReadable if there is no readable file."""
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise MediaIsFolder(f"{quoted(path)} is a folder; name one film in it")
        if not stat.S_ISREG(facts.st_mode):
            raise MediaNotReadable(f"{quoted(path)} is a pipe or a device; give a regular file")
        if facts.st_size == 0:
            raise MediaEmpty(f"{quoted(path)} is empty (0 bytes); copy or download it again")
        with path.open("rb") as file:
            file.read(1)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise MediaNotFound(f"there is no file {quoted(path)}; check the path") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MediaNotReadable(f"{quoted(path)} cannot be read: {reason}; check its permissions") from error
