"""The commands that let a person hear a stretch of the film, ready for a shell."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from services.documents.media import Stream

from .facts import JobFacts

_LEAD_SECONDS = 1
"""By how much the film is moved and moved back: at time 0 ffmpeg would lose the start offset of a stream."""


@dataclass(frozen=True)
class Listen:
    """Two commands for a POSIX shell, everything in them quoted."""

    play: str
    """Plays the stretch with ffplay."""
    extract: str
    """Writes what was recognised there, sample by sample, to a WAV file in the current folder with ffmpeg."""


@dataclass(frozen=True)
class Stretch:
    """A part of what is heard in a film."""

    start: float
    """Film time in seconds, as `end`."""
    end: float
    sample_rate: int
    """Of the speech audio, in Hz."""
    stream: Stream | None
    """None if nobody knows: the first one."""


def listen(facts: JobFacts, name: str, heard: Stretch) -> Listen:
    """Commands for that part of the film, the file named after `name`.

    To play it, ffplay seeks: that is quick, and may be early or late by some milliseconds, as timestamps are rounded.
    What is extracted is counted from the film's beginning, as demux does it: the very samples of the speech audio.
    """
    film = f"file:{film_location(facts)}"
    begin, length = f"{heard.start:.6f}", f"{heard.end - heard.start:.6f}"
    index = heard.stream.index if heard.stream else None
    wav = f"{re.sub(r'[^A-Za-z0-9._]+', '-', name).strip('-') or 'cue'}.wav"
    play = ["ffplay", "-nodisp", "-autoexit", "-ss", begin, "-t", length, "-ast", "a" if index is None else str(index)]
    taken = ["-map", "0:a:0" if index is None else f"0:{index}", "-af", _samples(heard)]
    extract = ["ffmpeg", "-itsoffset", str(_LEAD_SECONDS), "-i", film, *taken, wav]
    return Listen(shlex.join([*play, "-i", film]), shlex.join(extract))


def _samples(heard: Stretch) -> str:
    """The filters that give the samples of a part: those of `services.demux.extract`, which says why."""
    rate = heard.sample_rate
    first, end = round(heard.start * rate), round(heard.end * rate)
    filling = f"aresample=async=1:min_comp=0:min_hard_comp=0.02:first_pts={_LEAD_SECONDS * rate}"
    cut = f"atrim=start_sample={first}:end_sample={end},asetpts=PTS-STARTPTS"
    return (
        f"aresample={rate},aformat=sample_fmts=s16:sample_rates={rate}:channel_layouts=mono,{filling},"
        f"asetpts=PTS-{_LEAD_SECONDS}/TB,{cut}"
    )


def film_location(facts: JobFacts) -> str:
    """Where the film is: its blob if the store is a folder of this machine, else the name the user gave it."""
    record = facts.job_record
    if record is None:
        return ""
    parts = urlsplit(facts.store_url)
    if parts.scheme == "file":
        return str(PurePosixPath(unquote(parts.path)) / record.media.artifact.uri)
    return record.media.file_name
