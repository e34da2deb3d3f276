"""The command line that puts a film and its subtitles into one container."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from services.runtime.ffprobe import READING, MediaFacts, ffmpeg_url
from services.runtime.media import Clip
from services.runtime.transcode import FFMPEG

from .containers import COPY, Container, Placed
from .subtitles import SUBTITLE_READING, Subtitles

_NUDGE_SECONDS = 0.000001
"""Any shift at all keeps ffmpeg from moving the time of an MPEG transport stream to its first copied stream; this one
is less than a tick of every container."""

_LEAD_SECONDS = 10.0
"""How much of the film before a clip is read: a container without an index is entered anywhere, and its pictures can be
seen from the next key frame on only. What is copied and begins in it, subtitles of the film, is dropped by ffmpeg."""

_REPEATABLE = {"fflags": "+bitexact", "flags": "+bitexact"}
"""Neither ids drawn by chance (Matroska's) nor the version of ffmpeg are written: equal requests give equal bytes."""

_ENCODING: dict[str, dict[str, Any]] = {
    "libx264": {"crf": 18, "preset": "veryfast", "pix_fmt": "yuv420p"},
    "aac": {"b": "192k"},
}


_NO_PRIMING = "noise=drop=lt(pts\\,0)"
"""Leaves out the packet with which an encoder of AAC begins, before the sound: where no edit list hides it, the whole
clip would begin later by as much. The sound fades in over the packet that follows, 21 ms at 48 kHz."""


@dataclass(frozen=True)
class PictureFile:
    """The form in which a still picture is a file."""

    suffix: str
    media_type: str
    ffmpeg_format: str


PICTURE_FILES = {
    "mjpeg": PictureFile("jpg", "image/jpeg", "jpeg_pipe"),
    "png": PictureFile("png", "image/png", "png_pipe"),
}
"""By codec."""


@dataclass(frozen=True)
class Cover:
    """A still picture, taken out of the film into a file."""

    path: Path
    form: PictureFile


@dataclass(frozen=True)
class Muxing:
    """What goes into one container."""

    facts: MediaFacts
    placed: Sequence[Placed]
    subtitles: Sequence[Subtitles]
    container: Container
    clip: Clip | None
    covers: Sequence[Cover] = ()

    @property
    def seconds(self) -> float:
        return self.clip.seconds if self.clip else self.facts.duration_seconds

    @property
    def lead(self) -> float:
        """How many seconds of film are read before the clip begins."""
        return min(self.clip.start, _LEAD_SECONDS) if self.clip else 0.0

    @property
    def layout(self) -> list[Placed | Subtitles]:
        """The streams of the result in order: pictures, sound, new subtitles, what else the film holds; then covers."""
        film = [item for item in self.placed if item.is_film]
        return [*film, *self.subtitles, *self.placed[len(film) :]]


def mux_command(muxing: Muxing, path: Path) -> list[str]:
    """The film is the first input, so its chapters and its metadata go along."""
    film = _film(muxing)
    streams = [
        film[str(item.stream.index)] if isinstance(item, Placed) else _cues(item, muxing.lead) for item in muxing.layout
    ]
    if not muxing.container.holds_attachments:
        streams += [_picture(cover, muxing.lead) for cover in muxing.covers]
    output = ffmpeg.output(*streams, ffmpeg_url(path), **_output_options(muxing))
    *command, url = output.compile(cmd=list(FFMPEG))
    return [*command, *_tags(muxing), *_attachments(muxing), url]


def picture_command(facts: MediaFacts, index: int, path: Path) -> list[str]:
    """Takes a still picture out of a film as it is."""
    media = ffmpeg.input(ffmpeg_url(facts.path), **READING)[str(index)]
    output = ffmpeg.output(media, ffmpeg_url(path), format="image2pipe", **{"c:v": COPY, "frames:v": 1})
    return list(output.compile(cmd=list(FFMPEG)))


def _film(muxing: Muxing) -> Any:
    seek = {"ss": f"{muxing.clip.start - muxing.lead:.6f}"} if muxing.clip else {}
    timing = {"itsoffset": f"{_NUDGE_SECONDS:f}", "fflags": "+genpts"}
    return ffmpeg.input(ffmpeg_url(muxing.facts.path), **READING, **timing, **seek)


def _cues(subtitles: Subtitles, lead: float) -> Any:
    options = {**SUBTITLE_READING, "format": subtitles.ffmpeg_format, "itsoffset": f"{lead:.6f}"}
    return ffmpeg.input(ffmpeg_url(subtitles.path), **options)


def _picture(cover: Cover, lead: float) -> Any:
    options = {"protocol_whitelist": "file", "format": cover.form.ffmpeg_format, "itsoffset": f"{lead:.6f}"}
    return ffmpeg.input(ffmpeg_url(cover.path), **options)


def _output_options(muxing: Muxing) -> dict[str, Any]:
    options: dict[str, Any] = {"format": muxing.container.ffmpeg_name, **_REPEATABLE}
    if muxing.container.name == "mp4":
        options |= {"movflags": "+faststart", "strict": "experimental"}  # FLAC in MP4 counts as experimental
    if muxing.clip:
        options["t"] = f"{muxing.clip.seconds:.6f}"
    if muxing.lead:
        options["ss"] = f"{muxing.lead:.6f}"
    for position, item in enumerate(muxing.layout):
        options |= _stream_options(position, item, muxing)
    for position, _ in enumerate(muxing.covers, len(muxing.layout)):
        options |= {f"c:{position}": COPY, f"disposition:{position}": "attached_pic"}
    return options


def _stream_options(position: int, item: Placed | Subtitles, muxing: Muxing) -> dict[str, Any]:
    if isinstance(item, Subtitles):
        flags = [flag for flag, is_set in (("default", item.is_default), ("forced", item.is_forced)) if is_set]
        return {f"c:{position}": muxing.container.subtitle_codec, f"disposition:{position}": "+".join(flags) or "0"}
    options: dict[str, Any] = {f"c:{position}": item.codec}
    options |= {f"{key}:{position}": value for key, value in _ENCODING.get(item.codec, {}).items()}
    if item.codec == "aac" and muxing.clip and not muxing.container.holds_edits:
        options[f"bsf:{position}"] = _NO_PRIMING
    if item.stream.kind == "subtitle" and muxing.subtitles:
        options[f"disposition:{position}"] = "-default"  # one track is the default, and it is a new one
    return options


def _tags(muxing: Muxing) -> list[str]:
    """Languages and titles of the tracks. ffmpeg-python cannot give an option twice, so these are words."""
    words = []
    for position, item in enumerate(muxing.layout):
        for tag in _stream_tags(item, muxing.container):
            words += [f"-metadata:s:{position}", tag]
    return words


def _stream_tags(item: Placed | Subtitles, container: Container) -> list[str]:
    """What the film's own streams say goes along by itself, but MP4 has its own tag for the title."""
    if isinstance(item, Subtitles):
        return [f"language={container.language_code(item.language_tag)}", f"{container.title_tag}={item.title}"]
    return [f"{container.title_tag}={item.stream.title}"] if item.stream.title else []


def _attachments(muxing: Muxing) -> list[str]:
    words = []
    covers = muxing.covers if muxing.container.holds_attachments else ()
    for position, cover in enumerate(covers, len(muxing.layout)):
        words += ["-attach", str(cover.path.absolute())]
        words += [f"-metadata:s:{position}", f"mimetype={cover.form.media_type}"]
        words += [f"-metadata:s:{position}", f"filename={cover.path.name}"]
    return words
