"""The commands that let a person hear a stretch of the film, ready for a shell."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from services.documents.media import Stream

from .facts import JobFacts


@dataclass(frozen=True)
class Listen:
    """Two commands for a POSIX shell, everything in them quoted."""

    play: str
    """Plays the stretch with ffplay."""
    extract: str
    """Writes it to a WAV file in the current folder with ffmpeg."""


def listen(facts: JobFacts, name: str, start: float, end: float, stream: Stream | None) -> Listen:
    """Commands for the stretch from `start` to `end`, in film time, of the given stream or else the default one.

    Seeking before the input counts from the container's first timestamp: that is film time.
    """
    film = f"file:{film_location(facts)}"
    begin, length = f"{start:.6f}", f"{end - start:.6f}"
    audio = str(stream.index) if stream else "a"
    wav = f"{re.sub(r'[^A-Za-z0-9._]+', '-', name).strip('-') or 'cue'}.wav"
    play = ["ffplay", "-nodisp", "-autoexit", "-ss", begin, "-t", length, "-ast", audio, "-i", film]
    extract = ["ffmpeg", "-ss", begin, "-t", length, "-i", film, "-map", f"0:{audio}", wav]
    return Listen(shlex.join(play), shlex.join(extract))


def film_location(facts: JobFacts) -> str:
    """Where the film is: its blob if the store is a folder of this machine, else the name the user gave it."""
    record = facts.job_record
    if record is None:
        return ""
    parts = urlsplit(facts.store_url)
    if parts.scheme == "file":
        return str(PurePosixPath(unquote(parts.path)) / record.media.artifact.uri)
    return record.media.file_name
