"""The way of one cue back to the film: its words, what was recognised, where speech was found, which samples."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter

from services.documents.cues import Cue, Cues
from services.documents.media import AudioTrack, Media, Stream
from services.documents.speech import Region, Speech
from services.documents.transcript import Decode, Segment, Transcript, Word
from services.runtime.errors import InvalidRequest, LineageBroken, unknown_name
from services.runtime.manifest import ModelRecord
from services.runtime.store.keys import Step

from .facts import JobFacts
from .joins import Written, made_from, written
from .listen import Listen, listen

T = TypeVar("T")


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


@dataclass(frozen=True)
class TracedSegment:
    """A recognised segment with the evidence for its text."""

    id: str
    text: str
    decode: Decode | None
    regions: tuple[str, ...]


@dataclass(frozen=True)
class FilmSpan:
    """The stretch of the film that is heard in the cue."""

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
    words: tuple[TracedWord, ...]
    segments: tuple[TracedSegment, ...]
    regions: tuple[Region, ...]
    span: FilmSpan
    listen: Listen
    steps: tuple[TracedStep, ...]
    """From the cue's step back to the one that took the film."""

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON has it; elements with `from`, as in their documents."""
        document: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return {"schema": "cuegraph.trace/1", **document}


def trace(facts: JobFacts, cue: str, language_code: str | None = None) -> Trace:
    """Traces the cue of that id, or else of that number. For several cues build one Tracer.

    Raises UnknownName for a cue that the track does not have, and what Tracer raises.
    """
    return Tracer(facts, language_code).trace(cue)


class Tracer:
    """Traces the cues of one track; its indexes are built once.

    Raises InvalidRequest if the job has no cues, or several tracks and none was named; UnknownName for a
    language that it does not have; LineageBroken if the documents do not join up.
    """

    def __init__(self, facts: JobFacts, language_code: str | None = None) -> None:
        self._facts = facts
        track, self.track = _track(facts, language_code)
        self._chain = tuple(_chain(facts, track))
        self._transcripts = tuple(_Words.of(made) for made in self._chain if isinstance(made.document, Transcript))
        self._speech = next((made.document for made in self._chain if isinstance(made.document, Speech)), None)
        self._media = next((made.document for made in self._chain if isinstance(made.document, Media)), None)
        self.steps = tuple(_traced_step(made) for made in self._chain)
        if not self._transcripts:
            raise LineageBroken(f"the cues of {facts.job!r} name no transcript; see: cuegraph lineage verify")

    def trace(self, name: str) -> Trace:
        """The way back of the cue of that id, or else of that number. Raises UnknownName, LineageBroken."""
        cue = self._cue(name)
        words = tuple(self._word(shown) for shown in cue.sources)
        if not words:
            raise LineageBroken(f"{cue.id} says that it shows no words; see: cuegraph lineage verify")
        recognised = [found.id for word in words for found in word.recognised or (word.word,)]
        segments = self._transcripts[-1].segments_of(recognised)
        regions = self._regions(recognised)
        span = self._span(words, regions)
        return Trace(
            job=self._facts.job,
            title=self._facts.job_record.media.title if self._facts.job_record else "",
            language_code=self.track.language_code,
            cue=cue,
            words=words,
            segments=segments,
            regions=regions,
            span=span,
            listen=listen(self._facts, cue.id, span.start, span.end, span.stream),
            steps=self.steps,
        )

    def _cue(self, name: str) -> Cue:
        by_name = {str(cue.number): cue for cue in self.track.cues} | {cue.id: cue for cue in self.track.cues}
        if name not in by_name:
            raise unknown_name("cue", name, by_name)
        return by_name[name]

    def _word(self, name: str) -> TracedWord:
        """Follows a shown word through every transcript down to the recogniser's."""
        shown = self._transcripts[0].word(name)
        behind: tuple[Word, ...] = (shown,)
        for earlier in self._transcripts[1:]:
            behind = tuple(earlier.word(source) for word in behind for source in word.sources)
        first, end = (self._audio.sample(time) for time in (shown.start, shown.end))
        return TracedWord(shown, behind if len(self._transcripts) > 1 else (), first, end)

    @property
    def _audio(self) -> AudioTrack:
        return self._transcripts[0].transcript.audio

    def _regions(self, words: Iterable[str]) -> tuple[Region, ...]:
        """The regions that the recogniser names for the words; none if no step looked for speech."""
        if self._speech is None:
            return ()
        known = {region.id: region for region in self._speech.regions}
        named = [source for word in words for source in self._transcripts[-1].word(word).sources]
        return tuple(_resolve(known, name, "speech regions") for name in dict.fromkeys(named))

    def _span(self, words: tuple[TracedWord, ...], regions: tuple[Region, ...]) -> FilmSpan:
        first = min(word.first_sample for word in words)
        end = max(word.end_sample for word in words)
        start = self._audio.time(first)
        return FilmSpan(
            start=start,
            end=self._audio.time(end),
            first_sample=first,
            end_sample=end,
            sample_rate=self._audio.sample_rate,
            container_start=round(start + self._media.start_timestamp_seconds, 6) if self._media else None,
            stream=self._stream(regions),
        )

    def _stream(self, regions: tuple[Region, ...]) -> Stream | None:
        if self._media is None:
            return None
        known = {stream.id: stream for stream in self._media.streams}
        named = [source for region in regions for source in region.sources] or [self._audio.stream]
        streams = [_resolve(known, name, "streams of the film") for name in named]
        return streams[0]


@dataclass(frozen=True)
class _Words:
    """The words and segments of one transcript by id."""

    transcript: Transcript
    by_id: Mapping[str, tuple[Word, Segment]]

    @staticmethod
    def of(made: Written) -> _Words:
        assert isinstance(made.document, Transcript)
        segments = made.document.segments
        return _Words(made.document, {word.id: (word, segment) for segment in segments for word in segment.words})

    def word(self, name: str) -> Word:
        return _resolve(self.by_id, name, "words of the transcript")[0]

    def segments_of(self, words: Iterable[str]) -> tuple[TracedSegment, ...]:
        found = (self.by_id[word][1] for word in words)
        segments = {segment.id: segment for segment in found}.values()
        return tuple(TracedSegment(one.id, one.text, one.decode, one.sources) for one in segments)


def _resolve(known: Mapping[str, T], name: str, what: str) -> T:
    if name not in known:
        raise LineageBroken(f"{name!r} is not among the {what}; see: cuegraph lineage verify")
    return known[name]


def tracks(facts: JobFacts) -> tuple[Cues, ...]:
    """The subtitle tracks of the job, in order of step."""
    return tuple(made.document for made in written(facts) if isinstance(made.document, Cues))


def _track(facts: JobFacts, language_code: str | None) -> tuple[Written, Cues]:
    found = [(made, made.document) for made in written(facts) if isinstance(made.document, Cues)]
    languages = sorted({cues.language_code for _, cues in found})
    if not found:
        raise InvalidRequest(f"job {facts.job!r} has no cues that could be traced; see: cuegraph lineage verify")
    if language_code is not None and language_code not in languages:
        raise unknown_name("subtitle track", language_code, languages)
    wanted = [one for one in found if language_code in (None, one[1].language_code)]
    if len(wanted) > 1:
        raise InvalidRequest(f"job {facts.job!r} has several tracks: name one of {', '.join(languages)}")
    return wanted[0]


def _chain(facts: JobFacts, track: Written) -> Iterator[Written]:
    made: Written | None = track
    while made is not None:
        yield made
        made = made_from(facts, made)


def _traced_step(made: Written) -> TracedStep:
    manifest = made.manifest
    return TracedStep(
        manifest.number, manifest.stage, manifest.shard, manifest.status.value, made.found.digest, manifest.models
    )


@functools.cache
def _adapter() -> TypeAdapter[Trace]:
    return TypeAdapter(Trace)
