"""Whether a written film is what it should be: asked of the file itself, not of ffmpeg's exit status."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from services.runtime.errors import OutputInvalid
from services.runtime.ffprobe import MediaFacts, StreamFacts, ffprobe_command
from services.runtime.languages import is_same_language
from services.runtime.media import probe
from services.runtime.progress import Progress
from services.runtime.tools import run_tool

from .command import Muxing
from .subtitles import Subtitles

_SLACK_SECONDS = 0.05
_ENCODED_PACKETS = 2
"""Encoded sound begins with a packet of priming and ends with a whole packet."""
_PACKET_SAMPLES = 1024
"""Of AAC."""
_COPY_SLACK_SECONDS = 1.0
"""A copied stream may begin earlier than it is shown, by the delay of its encoder."""
_EMPTY_SAMPLE_BYTES = 2
"""MP4 fills the time between two cues with samples of a length field alone."""


def verify(muxing: Muxing, path: Path, *, progress: Progress) -> None:
    """Raises OutputInvalid if the length, a stream, a language or a cue is not what was asked."""
    written = probe(path, progress=progress)
    _check_length(muxing, written)
    streams = [stream for stream in written.streams if stream.kind != "other"]  # MP4 writes chapters as a stream
    if len(streams) != len(muxing.layout) + len(muxing.covers):
        raise _invalid(muxing, f"it has {len(streams)} streams instead of {len(muxing.layout) + len(muxing.covers)}")
    for stream, item in zip(streams, muxing.layout, strict=False):  # covers come last
        if isinstance(item, Subtitles):
            _check_language(muxing, stream, item)
            _check_cues(muxing, path, stream, item, progress)
        elif stream.kind != item.stream.kind:
            raise _invalid(muxing, f"stream {stream.index} is {stream.kind}, not {item.stream.kind}")


def _check_length(muxing: Muxing, written: MediaFacts) -> None:
    """The container's own length tells nothing: a last cue may be shown for longer than the film."""
    film = [stream for stream in written.streams if stream.kind in ("video", "audio")]
    longest = max(film, key=lambda stream: stream.end_seconds or 0.0)
    end, slack = longest.end_seconds or 0.0, _clip_slack(longest) if muxing.clip else _COPY_SLACK_SECONDS
    if abs(end - muxing.seconds) > slack:
        raise _invalid(muxing, f"the film in it lasts {end:.3f} s instead of {muxing.seconds:.3f} s")


def _clip_slack(stream: StreamFacts) -> float:
    """By how many seconds an encoded stream may miss the end of a clip: it ends with a whole picture or packet."""
    if stream.sample_rate:
        return _SLACK_SECONDS + _ENCODED_PACKETS * _PACKET_SAMPLES / stream.sample_rate
    return _SLACK_SECONDS + (float(1 / Fraction(stream.frame_rate)) if stream.frame_rate else 0.0)


def _check_language(muxing: Muxing, stream: StreamFacts, subtitles: Subtitles) -> None:
    if stream.kind != "subtitle" or not is_same_language(stream.language, subtitles.language_tag):
        raise _invalid(muxing, f"stream {stream.index} is not the subtitles in {subtitles.language_tag}")


def _check_cues(muxing: Muxing, path: Path, stream: StreamFacts, subtitles: Subtitles, progress: Progress) -> None:
    count = _count_cues(path, stream.index, progress)
    if count != subtitles.cue_count:
        tag = subtitles.language_tag
        raise _invalid(muxing, f"{count} of {subtitles.cue_count} cues in {tag} are in stream {stream.index}")


def _count_cues(path: Path, index: int, progress: Progress) -> int:
    sizes: list[int] = []
    shown = [
        "-select_streams",
        str(index),
        "-show_entries",
        "packet=size",
        "-print_format",
        "compact=nokey=1:print_section=0",
    ]
    run_tool(ffprobe_command(path, shown), progress=progress, on_output=lambda line: sizes.append(int(line)))
    return sum(size > _EMPTY_SAMPLE_BYTES for size in sizes)


def _invalid(muxing: Muxing, problem: str) -> OutputInvalid:
    name = muxing.container.name.upper()
    return OutputInvalid(f"the {name} that ffmpeg wrote is not what was asked: {problem}; its log says more")
