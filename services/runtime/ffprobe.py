"""What a media file says about itself, asked of ffprobe: local files only, whatever a file inside itself points to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from .errors import ToolFailed, TruncatedMedia, UnreadableMedia
from .ffprobe_report import RawChapter, RawStream, Report, report_adapter
from .headers import is_cut_mp4
from .progress import Progress
from .tools import Finished, capture_tool, run_tool

Kind = Literal["video", "audio", "subtitle", "attachment", "other"]

_FORMATS = (
    "matroska,mov,avi,asf,flv,mpegts,mpeg,mxf,gxf,dv,nut,rm,wtv,ivf,"
    "wav,w64,mp3,flac,ogg,aac,ac3,eac3,dts,dtshd,truehd,aiff,caf,au,amr,ape,wv,tta"
)
"""Containers that hold their media themselves. What opens other files or hosts (hls, dash, concat, sdp, image2,
imf, vobsub ...) is not here, and neither is what ffmpeg would only guess at (raw pictures, text, game music)."""

READING = {
    "protocol_whitelist": "file",
    "format_whitelist": _FORMATS,
    "analyzeduration": 20_000_000,  # microseconds; a stream may begin late
    "probesize": 64_000_000,  # bytes
}
"""The options under which ffmpeg and ffprobe open media; nothing opens media without them."""

_SHOWN = (
    "format=format_name,start_time,duration"
    ":stream=index,codec_type,codec_name,start_time,duration,channels,sample_rate,width,height,"
    "avg_frame_rate,r_frame_rate"
    ":stream_tags=language,title,handler_name,DURATION:stream_disposition=default,forced,attached_pic"
    ":chapter=start_time,end_time:chapter_tags=title"
)
_KINDS: dict[str, Kind] = {"video": "video", "audio": "audio", "subtitle": "subtitle", "attachment": "attachment"}
_TRACKS_COUNTED_FROM_ZERO = frozenset({"matroska,webm", "nut", "asf", "wtv"})
_COUNTED_FROM_ZERO = _TRACKS_COUNTED_FROM_ZERO | {"mov,mp4,m4a,3gp,3g2,mj2"}
"""Containers whose writers (ffmpeg's among them) may declare the time of the end as the duration, of tracks or of the
whole; others (mkvmerge) declare the length. They differ where the first timestamp is not 0."""
_END_SECONDS = 5.0
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


@dataclass(frozen=True)
class StreamFacts:
    """One stream of a container."""

    index: int
    kind: Kind
    codec: str
    language: str
    """As the container says it, ISO 639-2 as a rule; `und` if it says nothing."""
    title: str
    is_default: bool
    is_picture: bool
    """Whether it is a still picture (cover) and not moving."""
    start_offset_seconds: float
    """How much later than film time 0 it begins."""
    duration_seconds: float | None
    """From its own beginning."""
    channels: int | None
    sample_rate: int | None
    """In Hz."""
    width: int | None
    height: int | None
    frame_rate: str | None
    """Frames per second as an exact fraction, e.g. `24000/1001`."""
    is_forced: bool = False
    """Whether it is shown though nobody asked for subtitles."""
    handler_name: str = ""
    """What MP4 calls it; players show it as the title."""

    @property
    def end_seconds(self) -> float | None:
        """Film time at which it ends."""
        return None if self.duration_seconds is None else self.start_offset_seconds + self.duration_seconds


@dataclass(frozen=True)
class ChapterFacts:
    """A chapter, in film time."""

    start: float
    end: float
    title: str


@dataclass(frozen=True)
class MediaFacts:
    """What a container says about itself. Film time 0 is the container's first timestamp."""

    path: Path
    container: str
    """ffmpeg's name of the format, e.g. `matroska,webm`."""
    duration_seconds: float
    """From film time 0 to the end."""
    start_timestamp_seconds: float
    """What film time 0 is called inside the container."""
    streams: tuple[StreamFacts, ...]
    chapters: tuple[ChapterFacts, ...]

    def of_kind(self, kind: Kind) -> tuple[StreamFacts, ...]:
        """The streams of a kind, in the container's order."""
        return tuple(stream for stream in self.streams if stream.kind == kind)


def read_facts(path: Path, progress: Progress) -> MediaFacts:
    """Reads what a container says about itself.

    Raises UnreadableMedia; TruncatedMedia for an MP4 whose index is missing.
    """
    answer = capture_tool(ffprobe_command(path, ["-print_format", "json", "-show_entries", _SHOWN]), progress=progress)
    if answer.status != 0:
        raise _unreadable(path, answer)
    report = report_adapter().validate_json(answer.output)
    first = report.format.start_time or 0.0
    return MediaFacts(
        path=path,
        container=report.format.format_name,
        duration_seconds=_duration(path, answer, report, progress),
        start_timestamp_seconds=first,
        streams=tuple(_stream(raw, report) for raw in report.streams),
        chapters=tuple(_chapter(raw, first) for raw in report.chapters),
    )


def last_packet_end(path: Path, since: float | None, progress: Progress) -> float:
    """The container's time at which the last packet ends, or minus infinity if there is none.

    Looks at the packets from about `since` on; at all of them if that is None.
    """
    last = float("-inf")

    def see(line: str) -> None:
        nonlocal last
        values = dict(part.split("=", 1) for part in line.split("|") if "=" in part)
        begin = _number(values.get("pts_time"), values.get("dts_time"))
        if begin is not None:
            last = max(last, begin + (_number(values.get("duration_time")) or 0.0))

    packets = ["-show_entries", "packet=pts_time,dts_time,duration_time", "-print_format", "compact"]
    interval = [] if since is None else ["-read_intervals", f"{since:.6f}%"]
    with suppress(ToolFailed):  # a damaged end cannot be read or sought: what was seen before is the answer
        run_tool(ffprobe_command(path, [*interval, *packets]), progress=progress, on_output=see)
    return last


def ffprobe_command(path: Path, options: Sequence[str]) -> list[str]:
    """The command line that asks ffprobe about a file; nothing is read but the file itself."""
    reading = [word for key, value in READING.items() for word in (f"-{key}", str(value))]
    return ["ffprobe", "-hide_banner", "-loglevel", "level+warning", *reading, *options, "-i", ffmpeg_url(path)]


def ffmpeg_url(path: Path) -> str:
    """The path as ffmpeg takes it, whatever characters it holds: never an option, a pattern or a protocol."""
    return f"file:{path.absolute()}"


def quoted(path: Path) -> str:
    """The path for a message: quoted, on one line, whatever characters it holds."""
    return repr(str(path))


def _duration(path: Path, answer: Finished, report: Report, progress: Progress) -> float:
    """Seconds from the first timestamp to the end: as declared, or as measured where ffprobe only guesses."""
    guessed = any("Estimating duration from bitrate" in message for message in answer.messages)
    first, declared = report.format.start_time or 0.0, report.format.duration
    if declared is None or guessed:
        return max(0.0, last_packet_end(path, None, progress) - first)
    if first > 0 and report.format.format_name in _COUNTED_FROM_ZERO and _ends_at(declared, first, path, progress):
        return round(declared - first, 6)
    return declared


def _ends_at(declared: float, first: float, path: Path, progress: Progress) -> bool:
    """Whether the container's time at its end is the declared duration, and not that much after its first timestamp."""
    if declared <= first:
        return False
    since = max(first, declared - _END_SECONDS)
    return last_packet_end(path, since, progress) < declared + first / 2


def _unreadable(path: Path, answer: Finished) -> UnreadableMedia | TruncatedMedia:
    said = "; ".join(answer.messages)
    if is_cut_mp4(path):
        return TruncatedMedia(
            f"{quoted(path)} ends before its index does: part of it is missing; copy or download it again"
        )
    if "not on whitelist" in said:
        return UnreadableMedia(
            f"{quoted(path)} is no film or recording but a playlist, a picture, a text or a rare format; "
            "give the media file itself, or convert it to MKV or MP4 first"
        )
    last = answer.messages[-1] if answer.messages else "no reason given"
    return UnreadableMedia(f"{quoted(path)} is not media that ffmpeg can read ({last}); check or convert the file")


def _stream(raw: RawStream, report: Report) -> StreamFacts:
    return StreamFacts(
        index=raw.index,
        kind=_KINDS.get(raw.codec_type, "other"),
        codec=raw.codec_name,
        language=raw.tags.language,
        title=raw.tags.title,
        is_default=bool(raw.disposition.default),
        is_picture=bool(raw.disposition.attached_pic),
        start_offset_seconds=_offset(raw.start_time, report.format.start_time or 0.0),
        duration_seconds=_stream_duration(raw, report.format.format_name),
        channels=raw.channels,
        sample_rate=raw.sample_rate,
        width=raw.width,
        height=raw.height,
        frame_rate=_frame_rate(raw) if raw.codec_type == "video" else None,
        is_forced=bool(raw.disposition.forced),
        handler_name=raw.tags.handler_name,
    )


def _stream_duration(raw: RawStream, container: str) -> float | None:
    """Seconds from the stream's own beginning; where its writer is not known, rather too short than too long."""
    declared = raw.duration if raw.duration is not None else _clock_seconds(raw.tags.DURATION)
    start = raw.start_time or 0.0
    if declared is None or container not in _TRACKS_COUNTED_FROM_ZERO or declared <= start:
        return declared
    return round(declared - max(0.0, start), 6)


def _chapter(raw: RawChapter, first: float) -> ChapterFacts:
    return ChapterFacts(_offset(raw.start_time, first), _offset(raw.end_time, first), raw.tags.title)


def _offset(time: float | None, first: float) -> float:
    """Film time of a time of the container, in seconds, to the microsecond in which ffmpeg reckons."""
    return 0.0 if time is None else round(max(0.0, time - first), 6)


def _frame_rate(raw: RawStream) -> str | None:
    """The exact rate if the frames come evenly; the mean rate if they do not; None if neither is known."""
    even, mean = _fraction(raw.r_frame_rate), _fraction(raw.avg_frame_rate)
    if even and mean and abs(even - mean) > mean / 100:
        even = None
    rate = even or mean
    return f"{rate.numerator}/{rate.denominator}" if rate else None


def _fraction(text: str) -> Fraction | None:
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator)) if int(denominator) else None


def _clock_seconds(text: str) -> float | None:
    """Seconds of Matroska's `HH:MM:SS.nnnnnnnnn`; None if it is not one."""
    found = _CLOCK.fullmatch(text)
    return None if found is None else int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])


def _number(*texts: str | None) -> float | None:
    """The first of the texts that is a number; ffprobe writes N/A for what it does not know."""
    return next((float(text) for text in texts if text and text != "N/A"), None)
