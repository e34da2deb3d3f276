"""Takes audio out of a film with ffmpeg, sample by sample where it lies in film time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from services.runtime.errors import ToolFailed, TruncatedMedia, UnreadableMedia
from services.runtime.ffprobe import READING, MediaFacts, StreamFacts, ffmpeg_url, quoted
from services.runtime.media import Clip, probe, tolerance
from services.runtime.progress import Progress
from services.runtime.transcode import FFMPEG, Share, run_ffmpeg

_LEAD_SECONDS = 1
"""Film time 0 is moved to here and back again. Left at 0, ffmpeg would move the time of an MPEG transport stream to
the beginning of the one stream that is taken (ffmpeg.c, "Correcting start time") and lose its start offset."""

_SMALLEST_GAP_SECONDS = 0.02
"""What is missing is filled and what overlaps is dropped from here on; less is the rounding of timestamps."""

_UNDECODABLE = re.compile(r"Invalid data found|[Dd]ecoder .*not found|error rate", re.ASCII)
_BIT_EXACT = {"fflags": "+bitexact", "flags": "+bitexact", "map_metadata": -1}
"""Equal media give equal bytes: no encoder version, no date."""


@dataclass(frozen=True)
class Extraction:
    """What is taken out of a film."""

    facts: MediaFacts
    stream: StreamFacts
    clip: Clip | None
    """None for the whole film, as long as the audio is."""

    @property
    def seconds(self) -> float:
        """Seconds of film that are gone through."""
        return self.clip.seconds if self.clip else self.facts.duration_seconds


@dataclass(frozen=True)
class Target:
    """One file of audio to write."""

    path: Path
    sample_rate: int
    """In Hz."""
    layout: str
    """`mono` or `stereo`."""
    options: dict[str, Any]
    """Codec and container, as ffmpeg's output options."""


def speech_target(path: Path, sample_rate: int) -> Target:
    """16-bit mono WAV; beyond 4 GiB its header becomes that of RF64 (EBU Tech 3306)."""
    return Target(path, sample_rate, "mono", {"format": "wav", "acodec": "pcm_s16le", "rf64": "auto"})


def full_target(path: Path, stream: StreamFacts) -> Target:
    """16-bit stereo FLAC at the stream's own sampling rate."""
    return Target(path, stream.sample_rate or 48_000, "stereo", {"format": "flac", "acodec": "flac"})


def extract(extraction: Extraction, targets: Sequence[Target], *, progress: Progress) -> int:
    """Writes the targets in one pass over the film and returns how many faults ffmpeg met in it.

    Sample `n` of a target is heard at film time `(first_sample(clip, rate) + n) / rate`; where the film has no sound
    there is silence. Raises UnreadableMedia if the stream cannot be decoded, ToolFailed if ffmpeg fails otherwise.
    """
    try:
        return run_ffmpeg(_command(extraction, targets), Share(extraction.seconds), progress=progress)
    except ToolFailed as error:
        if _UNDECODABLE.search(str(error)):
            raise _undecodable(extraction, error) from error
        raise


def first_sample(clip: Clip | None, sample_rate: int) -> int:
    """Which sample of the whole film's audio is the first of the clip's."""
    return round(clip.start * sample_rate) if clip else 0


def sample_count(clip: Clip, sample_rate: int) -> int:
    """How many samples a clip has."""
    return round(clip.seconds * sample_rate)


def count_samples(extraction: Extraction, target: Target, *, progress: Progress) -> int:
    """How many samples were written.

    Raises UnreadableMedia if there are none, TruncatedMedia if a whole film's stream ended well before its end.
    """
    (written,) = probe(target.path, progress=progress).streams
    count = round((written.duration_seconds or 0.0) * target.sample_rate)
    if count == 0:
        raise _undecodable(extraction, "it holds no sound")
    declared = extraction.stream.end_seconds
    if extraction.clip is None and declared is not None:
        _check_end(extraction, count / target.sample_rate, declared)
    return count


def _check_end(extraction: Extraction, end: float, declared: float) -> None:
    if end < declared - tolerance(declared):
        raise TruncatedMedia(
            f"the audio of {quoted(extraction.facts.path)} ends after {end:.1f} s but declares {declared:.1f} s: "
            "part of it is missing; copy or download it again"
        )


def _command(extraction: Extraction, targets: Sequence[Target]) -> list[str]:
    audio = _source(extraction)
    copies = audio.filter_multi_output("asplit", len(targets)) if len(targets) > 1 else [audio]
    outputs = [_output(copies[n], target, extraction.clip) for n, target in enumerate(targets)]
    return list(ffmpeg.merge_outputs(*outputs).compile(cmd=list(FFMPEG)))


def _source(extraction: Extraction) -> Any:
    media = ffmpeg.input(ffmpeg_url(extraction.facts.path), **READING, itsoffset=_LEAD_SECONDS)
    return media[str(extraction.stream.index)]


def _output(audio: Any, target: Target, clip: Clip | None) -> Any:
    timed = _in_film_time(audio, target)
    cut = timed if clip is None else _cut(timed, clip, target.sample_rate)
    return ffmpeg.output(cut, ffmpeg_url(target.path), map_chapters=-1, **_BIT_EXACT, **target.options)


def _in_film_time(audio: Any, target: Target) -> Any:
    """Converts, then fills: the other way round ffmpeg would hold a long silence in memory at the film's own rate."""
    rate = target.sample_rate
    converted = audio.filter("aresample", rate).filter(
        "aformat", sample_fmts="s16", sample_rates=rate, channel_layouts=target.layout
    )
    filling = {"async": 1, "min_comp": 0, "min_hard_comp": _SMALLEST_GAP_SECONDS}
    filled = converted.filter("aresample", **filling, first_pts=_LEAD_SECONDS * rate)
    return filled.filter("asetpts", f"PTS-{_LEAD_SECONDS}/TB")


def _cut(audio: Any, clip: Clip, sample_rate: int) -> Any:
    """Cuts by counting samples from the film's beginning, so that a clip holds the very samples of the whole film.

    Seeking would be faster, but timestamps are rounded (to the millisecond in Matroska), and a stream that is entered
    elsewhere is laid elsewhere, by up to half a millisecond.
    """
    first, count = first_sample(clip, sample_rate), sample_count(clip, sample_rate)
    cut = audio.filter("atrim", start_sample=first, end_sample=first + count)
    return cut.filter("asetpts", "PTS-STARTPTS").filter("apad", whole_len=count)


def _undecodable(extraction: Extraction, reason: object) -> UnreadableMedia:
    film, stream = quoted(extraction.facts.path), extraction.stream
    return UnreadableMedia(
        f"the audio of {film} (stream {stream.index}, {stream.codec}) cannot be decoded; convert it first: {reason}"
    )
