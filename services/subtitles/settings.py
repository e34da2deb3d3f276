"""Settings of the subtitles, and the rules that they come to for a language and a film."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from services.runtime.errors import InvalidSetting

from .limits import GAP_FRAMES, LINES, MAXIMUM_DURATION_MS, MINIMUM_DURATION_MS, Audience, limits
from .rules import Rules, milliseconds
from .scripts import measure

SNAP_FRAMES = 7
"""How near a cue must come to a shot change to be moved to it, in frames."""

Format = Literal["srt", "vtt", "ass", "txt", "tsv", "ttml"]
Seconds = Annotated[float, Field(ge=0, le=60)]


@dataclass(frozen=True)
class SubtitlesSettings:
    formats: tuple[Format, ...] = ("srt", "vtt", "ass", "txt", "tsv", "ttml")
    """Formats to write beside the cues document and the readability report."""
    audience: Audience = "adult"
    """For whom: it decides the reading speed that the table has for the language."""
    characters_per_line: Annotated[int, Field(ge=8, le=200)] | None = None
    """Most characters on a line, spaces included, 8 to 200; by default the table's for the language."""
    lines: Annotated[int, Field(ge=1, le=4)] | None = None
    """Most lines of a cue, 1 to 4; by default the table's, 2."""
    minimum_duration_seconds: Seconds | None = None
    """Shortest time on screen, in seconds, up to the maximum; by default the table's, 5/6."""
    maximum_duration_seconds: Annotated[float, Field(ge=0.5, le=60)] | None = None
    """Longest time on screen, in seconds, 0.5 to 60; by default the table's, 7."""
    characters_per_second: Annotated[float, Field(ge=1, le=100)] | None = None
    """Fastest reading speed, in characters per second, 1 to 100; by default the table's for language and audience."""
    gap_frames: Annotated[int, Field(ge=0, le=100)] | None = None
    """Least time between two cues, in frames of the film, 0 to 100; by default the table's, 2. 25 frames a second
    where there is no picture."""
    speaker_style: Literal["dashes", "labels", "none"] = "dashes"
    """How to show that another speaks: `dashes` where two share a cue, `labels` with the speaker's name at the
    beginning of what they say (dashes where nobody gave one), `none` not at all."""
    shot_changes: bool = False
    """Whether to find the shot changes of the film and move cues to them; reads every frame."""
    long_pause_seconds: Annotated[float, Field(ge=0.1, le=60)] = 1.0
    """A silence between words that no cue goes over, in seconds, 0.1 to 60."""
    lead_in_seconds: Seconds = 0.25
    """How much earlier than its first word a cue may come if it is too short otherwise, in seconds, 0 to 60."""
    closed_gap_seconds: Seconds = 0.5
    """Cues nearer than this stay until only the gap is left before the next one, in seconds, 0 to 60."""
    paragraph_pause_seconds: Seconds = 2.0
    """A silence that begins a new paragraph of the text file, in seconds, 0 to 60."""

    def __post_init__(self) -> None:
        if self._minimum_ms > self._maximum_ms:
            raise InvalidSetting(
                f"setting subtitles.minimum_duration_seconds: {self._minimum_ms / 1000} is above "
                f"subtitles.maximum_duration_seconds ({self._maximum_ms / 1000}); lower it or raise that"
            )

    def rules(self, language_code: str, frame_rate: Fraction) -> Rules:
        """The rules for a language (BCP-47) and a film of so many frames per second."""
        table = limits(language_code)
        gap_frames = GAP_FRAMES if self.gap_frames is None else self.gap_frames
        return Rules(
            characters_per_line=self.characters_per_line or table.characters_per_line,
            lines=self.lines or LINES,
            minimum_duration_ms=self._minimum_ms,
            maximum_duration_ms=self._maximum_ms,
            characters_per_second=self.characters_per_second or table.characters_per_second(self.audience),
            gap_ms=math.ceil(gap_frames * 1000 / frame_rate),
            long_pause_ms=milliseconds(self.long_pause_seconds),
            lead_in_ms=milliseconds(self.lead_in_seconds),
            closed_gap_ms=milliseconds(self.closed_gap_seconds),
            measure=measure(language_code),
            parts_speakers=self.speaker_style != "none",
            dash=table.dash,
            first_speaker_has_dash=table.first_speaker_has_dash,
            snap_ms=int(SNAP_FRAMES * 1000 / frame_rate),
        )

    @property
    def _minimum_ms(self) -> int:
        given = self.minimum_duration_seconds
        return MINIMUM_DURATION_MS if given is None else milliseconds(given)

    @property
    def _maximum_ms(self) -> int:
        given = self.maximum_duration_seconds
        return MAXIMUM_DURATION_MS if given is None else milliseconds(given)
