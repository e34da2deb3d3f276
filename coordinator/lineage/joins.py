"""Which document's elements another document's elements were made from: joined by origin, never by content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.documents import cues, glossary, lyrics, media, removals, speakers, speech, transcript, translation
from services.documents.cues import Cues
from services.documents.glossary import Glossary
from services.documents.lyrics import Lyrics
from services.documents.media import Media
from services.documents.removals import Removals
from services.documents.speakers import Speakers
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Translation
from services.runtime.errors import LineageBroken
from services.runtime.manifest import InputRecord, Manifest, OutputRecord

from .facts import Document, FoundManifest, JobFacts

KINDS: Mapping[str, type[Document]] = {
    media.MEDIA_TYPE: Media,
    speech.MEDIA_TYPE: Speech,
    speakers.MEDIA_TYPE: Speakers,
    glossary.MEDIA_TYPE: Glossary,
    transcript.MEDIA_TYPE: Transcript,
    lyrics.MEDIA_TYPE: Lyrics,
    removals.MEDIA_TYPE: Removals,
    translation.MEDIA_TYPE: Translation,
    cues.MEDIA_TYPE: Cues,
}
"""The documents whose elements name each other, by media type."""

MADE_FROM: Mapping[type[Document], tuple[type[Document], ...]] = {
    Cues: (Translation, Transcript),
    Translation: (Transcript,),
    Removals: (Transcript,),
    Lyrics: (Transcript,),
    Transcript: (Transcript, Speech, Media),
    Speakers: (Speech,),
    Speech: (Media,),
    Glossary: (),
    Media: (),
}
"""The kinds of document that one of a kind is made from, the nearest first: a step may be left out."""


D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Written:
    """A document and the step that wrote it."""

    found: FoundManifest
    manifest: Manifest
    output: OutputRecord
    document: Document


def written(facts: JobFacts) -> Iterator[Written]:
    """Every document of the committed steps that can be read, in order of step."""
    for commit in facts.commits.values():
        yield from _written_by(facts, commit)


def made_from(facts: JobFacts, made: Written) -> Written | None:
    """The document whose ids stand in `from` of the elements of `made`; None if the chain ends here.

    It is an input of the step; the media document may also lie beside an input, as audio does not carry it.
    Raises LineageBroken if the step took such a document and it cannot be joined or read.
    """
    consumed = _nearest_input(made)
    if consumed is None:
        return _media_beside_inputs(facts, made) if Media in MADE_FROM[type(made.document)] else None
    source = _written_as(facts, consumed)
    if source is None:
        step = made.manifest.step.folder
        raise LineageBroken(f"the {consumed.role!r} that {step} took is not at hand; see: cuegraph lineage verify")
    return source


def from_outside(facts: JobFacts, made: Written) -> Document | None:
    """The document that the job is about, if it is the one whose ids stand in `from`: no step of the job wrote it."""
    consumed, record = _nearest_input(made), facts.job_record
    if consumed is None or record is None or consumed.origin is not None:
        return None
    digest = record.media.artifact.digest
    return facts.documents.get(digest) if consumed.artifact.digest == digest else None


def taken(facts: JobFacts, made: Written, kind: type[D]) -> D | None:
    """The document of a kind that the step took beside what it made its own of; None if it took none."""
    inputs = (it for it in made.manifest.inputs if KINDS.get(it.artifact.media_type) is kind)
    found = (_written_as(facts, consumed) for consumed in inputs)
    return next((one.document for one in found if one and isinstance(one.document, kind)), None)


def producer_of(facts: JobFacts, consumed: InputRecord) -> Manifest | None:
    """The manifest of who wrote an input; None if it came from outside or that is not at hand."""
    found = _producer(facts, consumed)
    return found.content if found else None


def _nearest_input(made: Written) -> InputRecord | None:
    """The input that says it is a document of the nearest kind; whether it can be joined is another matter."""
    for kind in MADE_FROM[type(made.document)]:
        for consumed in made.manifest.inputs:
            if KINDS.get(consumed.artifact.media_type) is kind:
                return consumed
    return None


def _written_as(facts: JobFacts, consumed: InputRecord) -> Written | None:
    """The document that came in as this input, found by its origin."""
    producer = _producer(facts, consumed)
    output = facts.produced(consumed.origin, consumed.artifact) if consumed.origin else None
    candidates = _written_by(facts, producer) if producer else ()
    return next((one for one in candidates if one.output == output), None)


def _media_beside_inputs(facts: JobFacts, made: Written) -> Written | None:
    producers = (_producer(facts, consumed) for consumed in made.manifest.inputs)
    beside = (one for producer in producers if producer for one in _written_by(facts, producer))
    return next((one for one in beside if isinstance(one.document, Media)), None)


def _producer(facts: JobFacts, consumed: InputRecord) -> FoundManifest | None:
    return facts.by_digest.get(consumed.origin.manifest) if consumed.origin else None


def element_ids(document: Document) -> frozenset[str]:
    """Ids that elements of a later document may name."""
    return frozenset(_element_ids(document))


def _element_ids(document: Document) -> Iterator[str]:
    match document:
        case Cues():
            yield from (cue.id for cue in document.cues)
        case Translation():
            yield from (sentence.id for sentence in document.sentences)
        case Transcript():
            yield from (segment.id for segment in document.segments)
            yield from (word.id for word in document.words)
            yield document.audio.stream  # music without words is heard in it
        case Lyrics():
            yield from (span.id for span in document.spans)
        case Removals():
            yield from (removal.id for removal in document.removals)
        case Speakers():
            yield from (speaker.id for speaker in document.speakers)
            yield from (turn.id for turn in document.turns)
        case Speech():
            yield from (region.id for region in document.regions)
        case Glossary():
            yield from (term.id for term in document.terms)
        case Media():
            yield from (stream.id for stream in document.streams)


def references(document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each element's id with the ids that it was made from."""
    match document:
        case Cues():
            yield from ((cue.id, cue.sources) for cue in document.cues)
        case Translation():
            yield from ((sentence.id, sentence.sources) for sentence in document.sentences)
        case Lyrics():
            yield from ((span.id, span.sources) for span in document.spans)
        case Removals():
            yield from ((removal.id, removal.sources) for removal in document.removals)
        case Speakers():
            yield from ((turn.id, turn.sources) for turn in document.turns)
        case Transcript():
            yield from ((segment.id, segment.sources) for segment in document.segments)
            yield from ((word.id, word.sources) for word in document.words)
        case Speech():
            yield from ((region.id, region.sources) for region in document.regions)
        case Glossary() | Media():
            return  # made from what came from outside


def _written_by(facts: JobFacts, found: FoundManifest) -> Iterator[Written]:
    for output in found.content.outputs if found.content else ():
        document = facts.documents.get(output.artifact.digest)
        if document is not None and found.content is not None:
            yield Written(found, found.content, output, document)
