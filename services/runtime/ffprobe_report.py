"""ffprobe's report on a file, as it writes it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from pydantic import TypeAdapter


@dataclass(frozen=True)
class RawFormat:
    """The container."""

    format_name: str
    start_time: float | None = None
    duration: float | None = None


@dataclass(frozen=True)
class RawTags:
    """The tags of a stream or a chapter; `DURATION` is Matroska's."""

    language: str = "und"
    title: str = ""
    handler_name: str = ""
    DURATION: str = ""


@dataclass(frozen=True)
class RawDisposition:
    """Flags of a stream, 0 or 1."""

    default: int = 0
    forced: int = 0
    attached_pic: int = 0


@dataclass(frozen=True)
class RawStream:
    """A stream in the container's time; absent is what ffprobe does not know."""

    index: int
    codec_type: str = "other"
    codec_name: str = "unknown"
    start_time: float | None = None
    duration: float | None = None
    channels: int | None = None
    sample_rate: int | None = None
    width: int | None = None
    height: int | None = None
    avg_frame_rate: str = "0/0"
    r_frame_rate: str = "0/0"
    tags: RawTags = field(default_factory=RawTags)
    disposition: RawDisposition = field(default_factory=RawDisposition)


@dataclass(frozen=True)
class RawChapter:
    """A chapter, in the container's time."""

    start_time: float
    end_time: float
    tags: RawTags = field(default_factory=RawTags)


@dataclass(frozen=True)
class Report:
    """All that is asked of ffprobe about one file."""

    format: RawFormat
    streams: tuple[RawStream, ...] = ()
    chapters: tuple[RawChapter, ...] = ()


@functools.cache
def report_adapter() -> TypeAdapter[Report]:
    """What reads a report out of JSON, built once."""
    return TypeAdapter(Report)
