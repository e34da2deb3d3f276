"""The cues document: subtitles as they are shown, and how readable they are."""

from __future__ import annotations

from dataclasses import dataclass

from .codec import STRICT, DocumentError, From
from .invariants import (
    broken,
    require_duration,
    require_language,
    require_no_overlap,
    require_sources,
    require_unique_ids,
)

MEDIA_TYPE = "application/vnd.cuegraph.cues+json"
REPORT_MEDIA_TYPE = "application/vnd.cuegraph.readability+json"


@dataclass(frozen=True)
class FormerCue:
    """A cue as it was laid out, before a person changed the track."""

    __pydantic_config__ = STRICT

    id: str
    """In the track as it was laid out, e.g. `cue:7`."""
    start: float
    """Film time in seconds."""
    end: float
    lines: tuple[str, ...]
    sources: From
    """What it was made from: as of a cue."""


@dataclass(frozen=True)
class Edit:
    """What a person did to a cue, in the file that they put back."""

    __pydantic_config__ = STRICT

    row: int
    """The line of their file at which the cue begins, from 1."""
    former: tuple[FormerCue, ...]
    """What stood there before; none if they added the cue, several if they joined them."""


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
    """From top to bottom as shown: at least one, none blank, none with a line break inside."""
    sources: From
    """The words, or the sentences of the translation, that are shown, in the order in which they are spoken. Empty only
    for a cue that a person added."""
    speakers: tuple[str, ...] = ()
    """Ids of those who speak, in order; empty if nobody knows."""
    lyric: bool = False
    """Whether it is sung: set in italics with notes."""
    edit: Edit | None = None
    """Where a person changed it; None where it is as it was laid out."""

    @property
    def is_added(self) -> bool:
        """Whether a person added it, so that nothing of the film is behind it."""
        return self.edit is not None and not self.edit.former

    @property
    def text(self) -> str:
        """The lines with line feeds between them."""
        return "\n".join(self.lines)

    @property
    def duration(self) -> float:
        """In seconds."""
        return self.end - self.start

    @property
    def characters_per_second(self) -> float:
        """Reading speed: Unicode code points with spaces, a line break counted as one."""
        return len(self.text) / self.duration


@dataclass(frozen=True)
class Cues:
    __pydantic_config__ = STRICT

    language_code: str
    """BCP-47."""
    cues: tuple[Cue, ...]
    """In order of time, never overlapping."""
    dropped: tuple[FormerCue, ...] = ()
    """Cues that a person took out, in order of time."""
    schema: str = "cuegraph.cues/1"

    def check(self) -> None:
        """Raises DocumentError, naming the cue, if one breaks a promise."""
        require_language(self.language_code)
        require_unique_ids(self.cues)
        require_sources(cue for cue in self.cues if not cue.is_added)
        require_duration(self.cues)
        require_no_overlap(self.cues)
        for number, cue in enumerate(self.cues, 1):
            _check_cue(cue, number)


def _check_cue(cue: Cue, number: int) -> None:
    if cue.number != number:
        raise broken(cue, f"has the number {cue.number} and is the {number}th of the document")
    if cue.start < 0:
        raise broken(cue, f"starts at {cue.start} s, before the film")
    if (round(cue.start, 3), round(cue.end, 3)) != (cue.start, cue.end):
        raise broken(cue, f"lies from {cue.start} to {cue.end} s, which are not whole milliseconds")
    if not cue.lines or any(line.splitlines() != [line] or not line.strip() for line in cue.lines):
        raise broken(cue, f"shows {cue.lines!r}: each line must have text and no line break")


@dataclass(frozen=True)
class Finding:
    """One rule that one cue does not keep."""

    __pydantic_config__ = STRICT

    rule: str
    """E.g. `CHARACTERS_PER_SECOND`."""
    cue: str
    """Id of the cue."""
    measured: float
    """In the unit of the rule: seconds, characters, lines or characters per second."""
    limit: float
    """In the same unit."""
    message: str
    fixed: bool = False
    """Whether the track that is written keeps the rule all the same: it was broken and mended."""


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

    def check(self) -> None:
        """Raises DocumentError if the figures contradict each other or a finding names no rule or no cue."""
        require_language(self.language_code)
        if not 0 <= self.characters_per_second_median <= self.characters_per_second_maximum:
            raise DocumentError("the median reading speed of the track is not between 0 and its maximum")
        for finding in self.findings:
            if not finding.rule or not finding.cue:
                raise DocumentError(f"a finding must name its rule and its cue: {finding.message!r}")
        if len({finding.cue for finding in self.findings}) > self.cue_count:
            raise DocumentError(f"findings name more cues than the {self.cue_count} that the track has")
