"""The media document: what is in a film, and how the audio taken out of it lies in the film's time.

Film time is what a player shows: seconds since the container's first timestamp. All documents use it, for a
clip too, so that a cue of a clip can be found in the film.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .codec import STRICT

MEDIA_TYPE = "application/vnd.cuegraph.media+json"


@dataclass(frozen=True)
class Stream:
    """One stream of the container."""

    __pydantic_config__ = STRICT

    id: str
    """Kind and position among its kind, e.g. `audio:0`."""
    index: int
    """Position in the container."""
    kind: Literal["video", "audio", "subtitle", "other"]
    codec: str
    language_code: str = "und"
    """As the container says it (ISO 639-2 as a rule)."""
    title: str = ""
    is_default: bool = False
    start_offset_seconds: float = 0.0
    """How much later than film time 0 the stream begins."""
    duration_seconds: float | None = None
    channels: int | None = None
    sample_rate: int | None = None
    """In Hz."""
    width: int | None = None
    height: int | None = None
    frame_rate: str | None = None
    """Frames per second as an exact fraction, e.g. `24000/1001`."""


@dataclass(frozen=True)
class Chapter:
    __pydantic_config__ = STRICT

    id: str
    start: float
    end: float
    title: str = ""


@dataclass(frozen=True)
class AudioTrack:
    """The speech audio: sample `n` is heard at film time `start + n / sample_rate`, exactly."""

    __pydantic_config__ = STRICT

    stream: str
    """Id of the stream it was taken from."""
    start: float
    """Film time of sample 0, in seconds."""
    sample_rate: int
    sample_count: int

    @property
    def end(self) -> float:
        """Film time after the last sample."""
        return self.start + self.sample_count / self.sample_rate

    def time(self, sample: int) -> float:
        """Film time of a sample, in seconds, to the microsecond."""
        return round(self.start + sample / self.sample_rate, 6)

    def sample(self, time: float) -> int:
        """The sample nearest to a film time."""
        return round((time - self.start) * self.sample_rate)


@dataclass(frozen=True)
class Media:
    __pydantic_config__ = STRICT

    container: str
    """ffmpeg's name of the format, e.g. `matroska,webm`."""
    duration_seconds: float
    """Of the whole film, clip or not."""
    start_timestamp_seconds: float
    """The container's first timestamp: what film time 0 is called inside the container."""
    streams: tuple[Stream, ...]
    speech_audio: AudioTrack
    chapters: tuple[Chapter, ...] = ()
    clip_start: float | None = None
    """Film time at which the clip begins, or None for the whole film."""
    clip_end: float | None = None
    schema: str = "cuegraph.media/1"

    @property
    def frame_rate(self) -> str | None:
        """Of the first video stream, or None if there is no picture."""
        return next((s.frame_rate for s in self.streams if s.kind == "video"), None)
