"""The media document: what is in a film, and how the audio taken out of it lies in the film's time.

Film time is what a player shows: seconds since the container's first timestamp. All documents use it, for a
clip too, so that a cue of a clip can be found in the film.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .codec import STRICT, DocumentError
from .invariants import broken, require_order, require_unique_ids

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
    """Kind and position, e.g. `chapter:0`."""
    start: float
    """Film time in seconds."""
    end: float
    """Not before `start`."""
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
    """In Hz."""
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

    def check(self) -> None:
        """Raises DocumentError if the track has no stream, or no sample rate to count time with."""
        if not self.stream:
            raise DocumentError("the speech audio does not name the stream that it was taken from")
        if self.sample_rate <= 0 or self.sample_count < 0:
            raise DocumentError(
                f"the speech audio has {self.sample_count} samples at {self.sample_rate} Hz, which cannot be"
            )


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
    """In order of time."""
    clip_start: float | None = None
    """Film time at which the clip begins, or None for the whole film."""
    clip_end: float | None = None
    """Film time at which the clip ends, or None for the end of the film."""
    schema: str = "cuegraph.media/1"

    @property
    def frame_rate(self) -> str | None:
        """Of the first video stream, or None if there is no picture."""
        return next((s.frame_rate for s in self.streams if s.kind == "video"), None)

    def check(self) -> None:
        """Raises DocumentError, naming the stream or chapter, if the document breaks a promise."""
        require_unique_ids([*self.streams, *self.chapters])
        self.speech_audio.check()
        if not any(s.id == self.speech_audio.stream and s.kind == "audio" for s in self.streams):
            raise DocumentError(f"the speech audio names {self.speech_audio.stream!r}, which is no audio stream here")
        for stream in self.streams:
            _check_frame_rate(stream)
        _check_chapters(self.chapters)
        self._check_times()

    def _check_times(self) -> None:
        if self.duration_seconds < 0:
            raise DocumentError(f"the film lasts {self.duration_seconds} s: it cannot be shorter than nothing")
        clip_start, clip_end = self.clip_start or 0.0, self.clip_end
        if clip_start < 0 or (clip_end is not None and clip_end <= clip_start):
            raise DocumentError(f"the clip goes from {clip_start} s to {clip_end} s: it must end after it starts")


def _check_frame_rate(stream: Stream) -> None:
    if stream.frame_rate is None:
        return
    try:
        usable = Fraction(stream.frame_rate) > 0
    except (ValueError, ZeroDivisionError):
        usable = False
    if not usable:
        raise broken(stream, f"has the frame rate {stream.frame_rate!r}, which is not a fraction above zero")


def _check_chapters(chapters: Iterable[Chapter]) -> None:
    require_order(chapters)
    for chapter in chapters:
        if chapter.end < chapter.start:
            raise broken(chapter, f"ends at {chapter.end} s, before its start at {chapter.start} s")
