"""The cues document: subtitles as they are shown, and how readable they are."""

from __future__ import annotations

from dataclasses import dataclass

from .codec import STRICT, From

MEDIA_TYPE = "application/vnd.cuegraph.cues+json"
REPORT_MEDIA_TYPE = "application/vnd.cuegraph.readability+json"


@dataclass(frozen=True)
class Cue:
    """Some lines of text, shown from `start` to `end`."""

    __pydantic_config__ = STRICT

    id: str
    number: int
    """From 1, in order of time: the number in the SRT file."""
    start: float
    """Film time in seconds, to the millisecond."""
    end: float
    lines: tuple[str, ...]
    sources: From
    """The words that are shown."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def duration(self) -> float:
        return self.end - self.start

    @property
    def characters_per_second(self) -> float:
        """Reading speed: characters with spaces, a line break counted as one."""
        return len(self.text) / self.duration


@dataclass(frozen=True)
class Cues:
    __pydantic_config__ = STRICT

    language_code: str
    """BCP-47."""
    cues: tuple[Cue, ...]
    """In order of time, never overlapping."""
    schema: str = "cuegraph.cues/1"


@dataclass(frozen=True)
class Finding:
    """One rule that one cue does not keep."""

    __pydantic_config__ = STRICT

    rule: str
    """E.g. `CHARACTERS_PER_SECOND`."""
    cue: str
    measured: float
    limit: float
    message: str


@dataclass(frozen=True)
class Readability:
    """How readable a track is: every broken rule by name, and the figures behind it."""

    __pydantic_config__ = STRICT

    language_code: str
    cue_count: int
    characters_per_second_median: float
    characters_per_second_maximum: float
    findings: tuple[Finding, ...]
    schema: str = "cuegraph.readability/1"
