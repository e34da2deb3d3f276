"""What the two containers can hold, and what becomes of each stream of a film in them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from services.runtime.ffprobe import StreamFacts
from services.runtime.languages import UNDETERMINED, language

COPY = "copy"
_TEXT_SUBTITLES = frozenset({"subrip", "ass", "ssa", "webvtt", "mov_text", "text", "srt"})


@dataclass(frozen=True)
class Container:
    """A kind of film file."""

    name: str
    """Its suffix, and the role of the output."""
    ffmpeg_name: str
    media_type: str
    subtitle_codec: str
    """The codec in which it holds plain text."""
    video_codecs: frozenset[str] | None
    """What it holds untouched so that players know it; None: everything."""
    audio_codecs: frozenset[str] | None
    subtitle_codecs: frozenset[str]
    """What it holds untouched; other text is converted and other pictures are left out."""
    holds_attachments: bool
    holds_edits: bool
    """Whether it can hide the beginning of a stream."""
    title_tag: str
    """The tag that players show as the name of a track."""

    def language_code(self, tag: str) -> str:
        """ISO 639-2 as this container writes it. Raises UnknownName for a BCP-47 tag that has none."""
        if tag == UNDETERMINED:
            return tag
        known = language(tag)
        return known.bibliographic_code if self.name == "mkv" else known.terminology_code


MKV = Container(
    name="mkv",
    ffmpeg_name="matroska",
    media_type="video/x-matroska",
    subtitle_codec="subrip",
    video_codecs=None,
    audio_codecs=None,
    subtitle_codecs=frozenset({"subrip", "ass", "ssa", "webvtt", "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle"}),
    holds_attachments=True,
    holds_edits=False,
    title_tag="title",
)
MP4 = Container(
    name="mp4",
    ffmpeg_name="mp4",
    media_type="video/mp4",
    subtitle_codec="mov_text",
    video_codecs=frozenset({"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video"}),
    audio_codecs=frozenset({"aac", "mp3", "ac3", "eac3", "alac", "flac", "opus", "dts"}),
    subtitle_codecs=frozenset({"mov_text", "dvd_subtitle"}),
    holds_attachments=False,
    holds_edits=True,
    title_tag="handler_name",
)
CONTAINERS = {container.name: container for container in (MKV, MP4)}

_ENCODERS = {"video": "libx264", "audio": "aac"}
_UNFIT_AUDIO = frozenset({"pcm_bluray", "pcm_dvd"})
"""What no container takes but the one it comes from."""


@dataclass(frozen=True)
class Placed:
    """A stream of the film and what becomes of it."""

    stream: StreamFacts
    codec: str
    """`copy`, or the encoder that writes it."""

    @property
    def is_film(self) -> bool:
        """Whether it is moving pictures or sound: what comes before all subtitles."""
        return self.stream.kind in ("video", "audio")

    @property
    def has_packets(self) -> bool:
        """Whether it runs with the film: an attached file does not."""
        return self.stream.kind != "attachment"


def place(streams: Iterable[StreamFacts], container: Container, cut: Collection[int]) -> list[Placed]:
    """What goes into the container, in its order: pictures, sound, subtitles, attachments. Covers go in as files.

    The moving pictures and sound whose indexes are in `cut` are encoded again: a copy can only begin at a key frame.
    """
    placed = [Placed(s, codec) for s in streams if (codec := _codec(s, container, s.index in cut)) is not None]
    return sorted(placed, key=lambda item: _ORDER[item.stream.kind])


def left_out(streams: Iterable[StreamFacts], container: Container) -> Iterator[StreamFacts]:
    """The streams that somebody sees or hears and that the container cannot hold in any form."""
    heeded = (s for s in streams if s.kind != "other" and not s.is_picture)
    return (s for s in heeded if _codec(s, container, is_cut=False) is None)


_ORDER = {"video": 0, "audio": 1, "subtitle": 2, "attachment": 3}


def _codec(stream: StreamFacts, container: Container, is_cut: bool) -> str | None:
    """`copy`, an encoder, or None for what stays out of the container's streams."""
    if stream.is_picture:
        return None
    match stream.kind:
        case "video":
            return _film_codec(stream, container.video_codecs, is_cut)
        case "audio":
            return _film_codec(stream, container.audio_codecs, is_cut)
        case "subtitle":
            return _subtitle_codec(stream, container)
        case "attachment":
            return COPY if container.holds_attachments else None
        case "other":
            return None


def _film_codec(stream: StreamFacts, held: frozenset[str] | None, is_cut: bool) -> str:
    is_held = stream.codec not in _UNFIT_AUDIO and (held is None or stream.codec in held)
    return COPY if is_held and not is_cut else _ENCODERS[stream.kind]


def _subtitle_codec(stream: StreamFacts, container: Container) -> str | None:
    if stream.codec in container.subtitle_codecs:
        return COPY
    return container.subtitle_codec if stream.codec in _TEXT_SUBTITLES else None
