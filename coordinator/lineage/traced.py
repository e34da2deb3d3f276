"""What a trace says: a cue and everything that it was made from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from services.documents.cues import Cue, FormerCue
from services.documents.media import Stream
from services.documents.speech import Region
from services.documents.transcript import Decode, Rejected, Word
from services.documents.translation import Sentence
from services.runtime.manifest import ModelRecord
from services.runtime.store.keys import Step

from .listen import Listen


@dataclass(frozen=True)
class TracedTerm:
    """One entry of a glossary that a step had before it where it wrote what leads to the cue."""

    id: str
    """In the glossary that the step took."""
    text: str
    level: str
    """How near to the film the glossary stands that says it; empty if the entry is not at hand."""
    sources: tuple[str, ...]
    """Where it was read, e.g. `job:0:3` for line 3 of the first glossary of the job."""
    expected: str = ""
    """How a translation must read there; empty for recognition."""
    kept: bool | None = None
    """Whether it does; None for recognition."""


@dataclass(frozen=True)
class TracedStep:
    """One step on the way, by its commit."""

    number: int
    stage: str
    shard: str
    status: str
    manifest: str
    """Digest of the commit."""
    models: tuple[ModelRecord, ...]
    terms: tuple[TracedTerm, ...] = ()
    """What it was told by a glossary for this cue."""

    def of(self, job: str) -> Step:
        return Step(job, self.number, self.stage, self.shard)


@dataclass(frozen=True)
class TracedWord:
    """A word as it is shown, and the recogniser's word behind it."""

    word: Word
    recognised: tuple[Word, ...]
    """Empty if the shown word is the recogniser's own: no alignment in between."""
    first_sample: int
    """Of the speech audio, as the word's times have it."""
    end_sample: int
    """First sample after the word."""
    speaker: str = ""
    """Name of who speaks it or, if nobody gave one, the speaker's id; empty if nobody knows."""


@dataclass(frozen=True)
class TracedSegment:
    """A recognised segment with the evidence for its text."""

    id: str
    text: str
    decode: Decode | None
    regions: tuple[str, ...]
    terms: tuple[str, ...] = ()
    """Terms of the glossary that the recogniser was told to expect, as they are written."""
    rejected: tuple[Rejected, ...] = ()
    """Other decodings of the window, and why they were not chosen."""


@dataclass(frozen=True)
class TracedAudio:
    """The sound that the recogniser heard."""

    role: str
    """`speech_audio`, or `vocals` for the voices without music."""
    stage: str
    """Who made it."""
    manifest: str
    """Digest of the maker's manifest; empty if that is not at hand."""


@dataclass(frozen=True)
class TracedEdit:
    """What a person made of a cue: the origin of what they changed."""

    file_name: str
    """Of the track that they put back, as they named it; empty if that is not at hand."""
    digest: str
    """Of that file."""
    author: str
    """Whose work it is, as they say; empty if they do not."""
    row: int
    """Its line at which the cue begins, from 1."""
    former: tuple[FormerCue, ...]
    """What stood there before; none if they added the cue."""


@dataclass(frozen=True)
class FilmSpan:
    """The stretch of the film that is heard in the cue; of a cue that a person added, in which it is shown."""

    start: float
    """Film time in seconds, of the first sample."""
    end: float
    """Film time after the last sample."""
    first_sample: int
    end_sample: int
    sample_rate: int
    container_start: float | None
    """What the container calls `start`; None if the media document is not at hand."""
    stream: Stream | None
    """The audio stream that is heard; None if the media document is not at hand."""


@dataclass(frozen=True)
class Trace:
    """One cue and all that it was made from. What a job does not have, because a stage was left out, is empty."""

    job: str
    title: str
    language_code: str
    cue: Cue
    sentences: tuple[Sentence, ...]
    """Of the translation; empty for a track in the language that is spoken."""
    words: tuple[TracedWord, ...]
    segments: tuple[TracedSegment, ...]
    regions: tuple[Region, ...]
    audio: TracedAudio | None
    """None if the recogniser's manifest is not at hand."""
    span: FilmSpan
    listen: Listen
    steps: tuple[TracedStep, ...]
    """From the cue's step back to the one that took the film."""
    edit: TracedEdit | None = None
    """Where a person changed the cue. Everything else is what is heard in what stood there before."""

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON has it; elements with `from`, as in their documents."""
        return {"schema": "cuegraph.trace/1", **asdict(self, dict_factory=_written)}


def _written(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a dataclass under the names that they have in documents."""
    return {"from" if name == "sources" else name: value for name, value in fields}
