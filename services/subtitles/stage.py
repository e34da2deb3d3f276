"""Subtitles: makes readable cues of words, and writes them in the formats that players take."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from services.documents import cues as documents
from services.documents.codec import reader, to_json
from services.documents.cues import Cues
from services.documents.media import Media
from services.documents.transcript import Transcript, Word
from services.runtime.errors import InvalidSetting
from services.runtime.stage import Input, Output, Run, Stage

from .ass import ass
from .layout import lay_out
from .report import report
from .rules import Rules, milliseconds
from .text import srt, txt, vtt

log = logging.getLogger(__name__)

ASSUMED_FRAME_RATE = Fraction(25)
"""Frames per second where there is no picture."""
FASTEST_FRAME_RATE = 1000

Seconds = Annotated[float, Field(ge=0, le=60)]


@dataclass(frozen=True)
class SubtitlesSettings:
    formats: tuple[Literal["srt", "vtt", "ass", "txt"], ...] = ("srt", "vtt", "ass", "txt")
    """Formats to write beside the cues document and the readability report."""
    characters_per_line: Annotated[int, Field(ge=8, le=200)] = 42
    """Most characters on a line, spaces included, 8 to 200."""
    lines: Annotated[int, Field(ge=1, le=4)] = 2
    """Most lines of a cue, 1 to 4."""
    minimum_duration_seconds: Seconds = 0.833
    """Shortest time on screen, in seconds, up to the maximum."""
    maximum_duration_seconds: Annotated[float, Field(ge=0.5, le=60)] = 7.0
    """Longest time on screen, in seconds, 0.5 to 60."""
    characters_per_second: Annotated[float, Field(ge=1, le=100)] = 17.0
    """Fastest reading speed, in characters per second, 1 to 100."""
    gap_frames: Annotated[int, Field(ge=0, le=100)] = 2
    """Least time between two cues, in frames of the film, 0 to 100; 25 frames a second where there is no picture."""
    long_pause_seconds: Annotated[float, Field(ge=0.1, le=60)] = 1.0
    """A silence between words that no cue goes over, in seconds, 0.1 to 60."""
    lead_in_seconds: Seconds = 0.25
    """How much earlier than its first word a cue may come if it is too short otherwise, in seconds, 0 to 60."""
    closed_gap_seconds: Seconds = 0.5
    """Cues nearer than this stay until only the gap is left before the next one, in seconds, 0 to 60."""
    paragraph_pause_seconds: Seconds = 2.0
    """A silence that begins a new paragraph of the text file, in seconds, 0 to 60."""

    def __post_init__(self) -> None:
        if self.minimum_duration_seconds > self.maximum_duration_seconds:
            raise InvalidSetting(
                f"setting subtitles.minimum_duration_seconds: {self.minimum_duration_seconds} is above "
                f"subtitles.maximum_duration_seconds ({self.maximum_duration_seconds}); lower it or raise that"
            )

    def rules(self, frame_rate: Fraction) -> Rules:
        """The rules for a film of so many frames per second."""
        return Rules(
            characters_per_line=self.characters_per_line,
            lines=self.lines,
            minimum_duration_ms=milliseconds(self.minimum_duration_seconds),
            maximum_duration_ms=milliseconds(self.maximum_duration_seconds),
            characters_per_second=self.characters_per_second,
            gap_ms=math.ceil(self.gap_frames * 1000 / frame_rate),
            long_pause_ms=milliseconds(self.long_pause_seconds),
            lead_in_ms=milliseconds(self.lead_in_seconds),
            closed_gap_ms=milliseconds(self.closed_gap_seconds),
        )


class Subtitles(Stage[SubtitlesSettings]):
    name = "subtitles"
    version = "1"
    inputs = (Input("transcript"), Input("media"))
    outputs = (
        Output("cues", documents.MEDIA_TYPE),
        Output("report", documents.REPORT_MEDIA_TYPE),
        Output("srt", "application/x-subrip", optional=True),
        Output("vtt", "text/vtt", optional=True),
        Output("ass", "text/x-ssa", optional=True),
        Output("txt", "text/plain", optional=True),
    )
    libraries = ("pysubs2",)

    def run(self, run: Run[SubtitlesSettings]) -> None:
        transcript = run.read("transcript", reader(Transcript))
        media = run.read("media", reader(Media))
        words = tuple(transcript.words)
        rules = run.settings.rules(frame_rate(media))
        end = end_of(media)
        start = milliseconds(media.clip_start or 0.0)
        cues = lay_out(words, transcript.language_code, milliseconds(end), rules, start_ms=start)
        if not words:
            run.warn("NO_SPEECH", "the transcript has no words: the subtitles are valid and empty")
        _write_documents(run, cues, words, rules)
        _write_texts(run, cues, words)
        run.progress(end, end)


def frame_rate(media: Media) -> Fraction:
    """Frames per second of the picture, or what is assumed where there is none.

    A cover picture is none: containers give it the clock's 90,000 frames a second.
    """
    rate = Fraction(media.frame_rate or 0)
    return rate if 1 <= rate <= FASTEST_FRAME_RATE else ASSUMED_FRAME_RATE


def end_of(media: Media) -> float:
    """Film time in seconds at which the film, or the clip of it, is over."""
    return media.duration_seconds if media.clip_end is None else media.clip_end


def _write_documents(run: Run[SubtitlesSettings], cues: Cues, words: Sequence[Word], rules: Rules) -> None:
    readability = report(cues, words, rules)
    speed = readability.characters_per_second_median
    log.info("%d cues, %.1f characters per second, %d findings", len(cues.cues), speed, len(readability.findings))
    language = cues.language_code
    run.output("cues", "cues.json", language=language).write_bytes(to_json(cues))
    run.output("report", "readability.json", language=language).write_bytes(to_json(readability))


def _write_texts(run: Run[SubtitlesSettings], cues: Cues, words: Sequence[Word]) -> None:
    pause_ms = milliseconds(run.settings.paragraph_pause_seconds)
    writers: dict[str, Callable[[], str]] = {
        "srt": lambda: srt(cues),
        "vtt": lambda: vtt(cues),
        "ass": lambda: ass(cues),
        "txt": lambda: txt(words, cues.language_code, pause_ms),
    }
    for role in dict.fromkeys(run.settings.formats):
        path = run.output(role, f"subtitles.{role}", language=cues.language_code)
        path.write_bytes(writers[role]().encode())
