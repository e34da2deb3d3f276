"""The way of one cue back to the film: its words, what was recognised, where speech was found, which samples."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from services.documents.cues import Cue, Cues
from services.documents.glossary import Glossary, Term
from services.documents.media import AudioTrack, Media, Stream
from services.documents.speakers import Speakers
from services.documents.speech import Region, Speech
from services.documents.transcript import Segment, Transcript, Word
from services.documents.translation import Sentence, Translation
from services.runtime.errors import InvalidRequest, LineageBroken, unknown_name
from services.runtime.manifest import Manifest

from .edits import traced_edit
from .facts import JobFacts
from .joins import Written, made_from, producer_of, taken, written
from .listen import Stretch, listen
from .traced import FilmSpan, Trace, TracedAudio, TracedSegment, TracedStep, TracedTerm, TracedWord

T = TypeVar("T")

HEARD = "heard"
"""Attribute of the recogniser's transcript: the role of the input that it listened to."""
SPEECH_AUDIO = "speech_audio"


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
        self._chain = way(facts, language_code)
        self.track = _cues_of(self._chain[0])
        self._translated = next((made for made in self._chain if isinstance(made.document, Translation)), None)
        self._sentences = _sentences_of(self._translated)
        transcribed = [made for made in self._chain if isinstance(made.document, Transcript)]
        self._transcripts = tuple(_Words.of(made) for made in transcribed)
        self._speakers = _speaker_names(facts, transcribed)
        self._speech = next((made.document for made in self._chain if isinstance(made.document, Speech)), None)
        self._media = next((made.document for made in self._chain if isinstance(made.document, Media)), None)
        if not transcribed:
            raise LineageBroken(f"the cues of {facts.job!r} name no transcript; see: cuegraph lineage verify")
        self._recogniser = transcribed[-1]
        self.steps = tuple(self._steps())

    def trace(self, name: str) -> Trace:
        """The way back of the cue of that id, or else of that number. Raises UnknownName, LineageBroken."""
        cue = self._cue(name)
        sentences = self._sentences_of(cue)
        shown = [word for sentence in sentences for word in sentence.sources] if sentences else cue.sources
        words = tuple(self._word(word) for word in dict.fromkeys(shown))
        if not words and not cue.is_added:
            raise LineageBroken(f"{cue.id} says that it shows no words; see: cuegraph lineage verify")
        recognised = [found.id for word in words for found in word.recognised or (word.word,)]
        segments = self._transcripts[-1].segments_of(recognised, self._terms)
        regions = self._regions(recognised)
        span = self._span(cue, words, regions)
        return Trace(
            job=self._facts.job,
            title=self._facts.job_record.media.title if self._facts.job_record else "",
            language_code=self.track.language_code,
            cue=cue,
            sentences=sentences,
            words=words,
            segments=segments,
            regions=regions,
            audio=self._heard,
            span=span,
            listen=listen(self._facts, cue.id, Stretch(span.start, span.end, span.sample_rate, span.stream)),
            steps=self._steps_with_terms(sentences, segments),
            edit=traced_edit(self._facts, self._chain[0], cue),
        )

    def _cue(self, name: str) -> Cue:
        by_name = {str(cue.number): cue for cue in self.track.cues} | {cue.id: cue for cue in self.track.cues}
        if name not in by_name:
            raise unknown_name("cue", name, by_name)
        return by_name[name]

    def _sentences_of(self, cue: Cue) -> tuple[Sentence, ...]:
        if not self._sentences:
            return ()
        return tuple(_resolve(self._sentences, name, "sentences of the translation") for name in cue.sources)

    def _word(self, name: str) -> TracedWord:
        """Follows a shown word through every transcript down to the recogniser's."""
        shown = self._transcripts[0].word(name)
        behind: tuple[Word, ...] = (shown,)
        for earlier in self._transcripts[1:]:
            behind = tuple(earlier.word(source) for word in behind for source in word.sources)
        first, end = (self._audio.sample(time) for time in (shown.start, shown.end))
        speaker = self._speakers.get(shown.speaker, shown.speaker) if shown.speaker else ""
        return TracedWord(shown, behind if len(self._transcripts) > 1 else (), first, end, speaker)

    def _steps(self) -> Iterator[TracedStep]:
        """The steps that wrote the documents and, before the film's, the one that made the sound which was heard."""
        *written, last = [_traced_step(made.found.digest, made.manifest) for made in self._chain]
        yield from written
        maker = self._facts.by_digest.get(self._heard.manifest) if self._heard else None
        if maker and maker.content and maker.digest not in {step.manifest for step in (*written, last)}:
            yield _traced_step(maker.digest, maker.content)
        yield last

    def _steps_with_terms(
        self, sentences: Iterable[Sentence], segments: Iterable[TracedSegment]
    ) -> tuple[TracedStep, ...]:
        """The steps, those that took a glossary with what it told them for these sentences and segments."""
        told = {self._recogniser.found.digest: _told_to_expect(segments, self._terms)}
        if self._translated:
            known = _entries(self._facts, self._translated)
            told[self._translated.found.digest] = _told_to_keep(sentences, known)
        return tuple(replace(step, terms=told.get(step.manifest, ())) for step in self.steps)

    @functools.cached_property
    def _terms(self) -> Mapping[str, Term]:
        """The entries of the recogniser's glossary by id."""
        return _entries(self._facts, self._recogniser)

    @functools.cached_property
    def _heard(self) -> TracedAudio | None:
        """The sound that the recogniser says it listened to; None if it does not say or was not given such."""
        role = self._recogniser.output.attributes.get(HEARD, SPEECH_AUDIO)
        heard = next((it for it in self._recogniser.manifest.inputs if it.role == role), None)
        if heard is None:
            return None
        producer = producer_of(self._facts, heard)
        origin = heard.origin.manifest if heard.origin else ""
        return TracedAudio(heard.role, producer.stage if producer else "", origin)

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

    def _span(self, cue: Cue, words: tuple[TracedWord, ...], regions: tuple[Region, ...]) -> FilmSpan:
        first = min((word.first_sample for word in words), default=self._audio.sample(cue.start))
        end = max((word.end_sample for word in words), default=self._audio.sample(cue.end))
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

    def segments_of(self, words: Iterable[str], terms: Mapping[str, Term]) -> tuple[TracedSegment, ...]:
        """The segments that hold the words; `terms` are those of the glossary by id."""
        found = (self.by_id[word][1] for word in words)
        return tuple(_traced_segment(one, terms) for one in {segment.id: segment for segment in found}.values())


def _traced_segment(segment: Segment, terms: Mapping[str, Term]) -> TracedSegment:
    names = segment.decode.terms if segment.decode else ()
    offered = tuple(terms[name].text if name in terms else name for name in names)
    return TracedSegment(segment.id, segment.text, segment.decode, segment.sources, offered, segment.rejected)


def _entries(facts: JobFacts, made: Written) -> Mapping[str, Term]:
    """The entries of the glossary that a step took, by id."""
    glossary = taken(facts, made, Glossary)
    return {term.id: term for term in glossary.terms} if glossary else {}


def _sentences_of(made: Written | None) -> Mapping[str, Sentence]:
    document = made.document if made else None
    return {it.id: it for it in document.sentences} if isinstance(document, Translation) else {}


def _told_to_expect(segments: Iterable[TracedSegment], terms: Mapping[str, Term]) -> tuple[TracedTerm, ...]:
    names = (name for segment in segments if segment.decode for name in segment.decode.terms)
    return tuple(_traced_term(name, terms) for name in dict.fromkeys(names))


def _told_to_keep(sentences: Iterable[Sentence], terms: Mapping[str, Term]) -> tuple[TracedTerm, ...]:
    told = (term for sentence in sentences for term in sentence.terms)
    return tuple(replace(_traced_term(it.term, terms), expected=it.expected, kept=it.kept) for it in told)


def _traced_term(name: str, terms: Mapping[str, Term]) -> TracedTerm:
    found = terms.get(name)
    return TracedTerm(name, found.text, found.level, found.sources) if found else TracedTerm(name, name, "", ())


def _speaker_names(facts: JobFacts, transcripts: Iterable[Written]) -> dict[str, str]:
    """Names by id, from the speakers document that any step of the way took."""
    found = next(filter(None, (taken(facts, made, Speakers) for made in transcripts)), None)
    return {speaker.id: speaker.name or speaker.id for speaker in found.speakers} if found else {}


def way(facts: JobFacts, language_code: str | None = None) -> tuple[Written, ...]:
    """The documents from the cues of a track back to the first that can be joined. Raises as Tracer does."""
    return tuple(_chain(facts, _track(facts, language_code)))


def _cues_of(made: Written) -> Cues:
    assert isinstance(made.document, Cues)
    return made.document


def _resolve(known: Mapping[str, T], name: str, what: str) -> T:
    if name not in known:
        raise LineageBroken(f"{name!r} is not among the {what}; see: cuegraph lineage verify")
    return known[name]


def tracks(facts: JobFacts) -> tuple[Cues, ...]:
    """The subtitle tracks of the job, in order of step."""
    return tuple(made.document for made in written(facts) if isinstance(made.document, Cues))


def _track(facts: JobFacts, language_code: str | None) -> Written:
    found = [(made, made.document) for made in written(facts) if isinstance(made.document, Cues)]
    languages = sorted({cues.language_code for _, cues in found})
    if not found:
        raise InvalidRequest(
            f"job {facts.job!r} has no cues that could be traced; workflow translate makes none, and if there should "
            "be some, see: cuegraph lineage verify"
        )
    if language_code is not None and language_code not in languages:
        raise unknown_name("subtitle track", language_code, languages)
    wanted = [one for one in found if language_code in (None, one[1].language_code)]
    if len(wanted) > 1:
        raise InvalidRequest(f"job {facts.job!r} has several tracks: say which language, one of {', '.join(languages)}")
    return wanted[0][0]


def _chain(facts: JobFacts, track: Written) -> Iterator[Written]:
    made: Written | None = track
    while made is not None:
        yield made
        made = made_from(facts, made)


def _traced_step(digest: str, manifest: Manifest) -> TracedStep:
    return TracedStep(manifest.number, manifest.stage, manifest.shard, manifest.status.value, digest, manifest.models)
