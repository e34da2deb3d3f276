"""Traces one cue with the few elements that it was made from; in full where that cannot be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from services.documents.cues import Cue, Cues
from services.documents.glossary import Glossary, Term
from services.documents.media import Media
from services.documents.speakers import Speakers
from services.documents.speech import Region, Speech
from services.documents.transcript import Segment, Transcript
from services.documents.translation import Sentence, Translation
from services.runtime.artifact import digest_bytes
from services.runtime.errors import CuegraphError
from services.runtime.manifest import SCHEMA, Manifest
from services.runtime.store import keys
from services.runtime.store.base import Store

from ...records import JOB_SCHEMA, JobRecord
from ..facts import Document, Found, FoundManifest, JobFacts
from ..joins import KINDS, Written
from ..layout import place_of
from ..reading import read_job
from ..trace import trace, way
from ..traced import Trace
from .plain import Unfit, made
from .text import DocumentText, parsed

LONG_LISTS: Mapping[type[Any], tuple[str, ...]] = {
    Cues: ("cues", "dropped"),
    Translation: ("sentences",),
    Transcript: ("segments", "silent"),
    Speech: ("regions",),
    Speakers: ("turns",),
    Glossary: ("terms",),
    Media: (),
}
"""Of each kind of document the lists that grow with the film. No cue was made from what is of another kind."""

T = TypeVar("T")


def trace_in(store: Store, job: str, cue: str, language_code: str | None = None) -> Trace:
    """The trace of the cue of that id or number: raises what `read_job` and `trace` raise."""
    return traced_in(store, job, cue, language_code)[1]


def traced_in(store: Store, job: str, cue: str, language_code: str | None = None) -> tuple[JobFacts, Trace]:
    """The trace with what was read for it. Whatever does not hold is left to a full read, which says what is wrong."""
    try:
        facts = excerpt(store, job, cue, language_code)
        return facts, trace(facts, cue, language_code)
    except (Unfit, CuegraphError):
        facts = read_job(store, job)
        return facts, trace(facts, cue, language_code)


def excerpt(store: Store, job: str, cue: str, language_code: str | None = None) -> JobFacts:
    """The job with its commits and of its documents what leads from one cue to the film.

    Raises Unfit, or a CuegraphError, for what only a full read can tell.
    """
    facts = _records(store, job)
    texts = dict(_texts(store, facts))
    heads = {digest: text.without_elements() for digest, text in texts.items()}
    facts = replace(facts, documents=heads)
    elements = _Elements(facts, texts)
    elements.follow(cue, way(facts, language_code))
    return replace(facts, documents={digest: elements.filled(digest, head) for digest, head in heads.items()})


def _records(store: Store, job: str) -> JobFacts:
    """The record and the commits: who is made from whom."""
    manifests = []
    for key in store.list(keys.stages(job)):
        place = place_of(key)
        if place and place.is_commit and place.is_manifest:
            data = store.get(key)
            manifests.append(FoundManifest(key, digest_bytes(data), _read(Manifest, SCHEMA, data), place=place))
    data = store.get(keys.job(job))
    record = Found(keys.job(job), digest_bytes(data), _read(JobRecord, JOB_SCHEMA, data))
    return JobFacts(job, store.url, record, None, tuple(manifests))


def _read(kind: type[T], schema: str, data: bytes) -> T:
    value = parsed(data)
    if value.get("schema") != schema:
        raise Unfit(f"not of schema {schema}")
    return made(kind, value)


@dataclass(frozen=True)
class _Text:
    """The bytes of one document, of which elements are read as they are asked for."""

    kind: type[Document]
    text: DocumentText

    def without_elements(self) -> Document:
        """Raises Unfit for another schema: told apart before its fields are looked at."""
        value = self.text.without_lists()
        if value.get("schema") != self.kind.__dataclass_fields__["schema"].default:
            raise Unfit(f"not the schema of {self.kind.__name__}")
        return made(self.kind, value)

    def elements(self, kind: type[T], field: str, values: Iterable[str | int]) -> list[T]:
        return [made(kind, it) for it in self.text.elements(LONG_LISTS[self.kind][0], field, values)]

    def segments(self, words: Iterable[str]) -> list[Segment]:
        return [made(Segment, it) for it in self.text.elements_with("segments", "id", words)]


def _texts(store: Store, facts: JobFacts) -> Iterator[tuple[str, _Text]]:
    """The documents that steps wrote and that a cue may have been made from. Raises Unfit for one that is altered."""
    outputs = (output for commit in facts.commits.values() if commit.content for output in commit.content.outputs)
    kinds = {it.artifact.digest: KINDS[it.artifact.media_type] for it in outputs if it.artifact.media_type in KINDS}
    for digest, kind in kinds.items():
        if kind in LONG_LISTS:
            data = store.get(keys.blob(digest))
            if digest_bytes(data) != digest:
                raise Unfit(f"{digest} was altered")
            yield digest, _Text(kind, DocumentText(data, LONG_LISTS[kind]))


class _Elements:
    """What was read of each document, by id: two steps may have written one and the same."""

    def __init__(self, facts: JobFacts, texts: Mapping[str, _Text]) -> None:
        self._facts, self._texts = facts, texts
        self._read: dict[str, dict[str, Any]] = {}

    def follow(self, cue: str, chain: Iterable[Written]) -> None:
        """Reads what each document says of what the one before it names."""
        wanted: tuple[str, ...] = (cue,)
        for one in chain:
            wanted = self._next(one, wanted)

    def filled(self, digest: str, head: Document) -> Document:
        """The document with the elements that were read of it."""
        found = self._read.get(digest, {})
        lists: dict[str, Any] = {LONG_LISTS[type(head)][0]: tuple(found.values())} if found else {}
        return replace(head, **lists)

    def _next(self, one: Written, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """The ids that the elements which these ids name were made from."""
        digest = one.output.artifact.digest
        text = self._texts[digest]
        match one.document:
            case Cues():
                return _sources(self._keep(digest, _cue(text, *wanted)))
            case Translation():
                sentences = self._keep(digest, text.elements(Sentence, "id", wanted))
                self._keep_terms(one, (term.term for sentence in sentences for term in sentence.terms))
                return _sources(sentences)
            case Transcript():
                segments = self._keep(digest, text.segments(wanted))
                self._keep_terms(one, (it for segment in segments if segment.decode for it in segment.decode.terms))
                asked = frozenset(wanted)
                return _sources(word for segment in segments for word in segment.words if word.id in asked)
            case Speech():
                self._keep(digest, text.elements(Region, "id", wanted))
        return ()

    def _keep(self, digest: str, elements: list[E]) -> list[E]:
        self._read.setdefault(digest, {}).update({element.id: element for element in elements})
        return elements

    def _keep_terms(self, one: Written, terms: Iterable[str]) -> None:
        """Of the glossary that the step took."""
        names = tuple(dict.fromkeys(terms))
        for consumed in one.manifest.inputs if names else ():
            if KINDS.get(consumed.artifact.media_type) is Glossary:
                digest = consumed.artifact.digest
                self._keep(digest, self._texts[digest].elements(Term, "id", names))


class _Element(Protocol):
    @property
    def id(self) -> str: ...


class _Made(Protocol):
    @property
    def sources(self) -> tuple[str, ...]: ...


E = TypeVar("E", bound=_Element)


def _cue(text: _Text, name: str) -> list[Cue]:
    """The cue of that id, or else of that number."""
    try:
        return text.elements(Cue, "id", (name,))
    except Unfit:
        return text.elements(Cue, "number", (int(name),)) if name.isascii() and name.isdigit() else []


def _sources(elements: Iterable[_Made]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for element in elements for source in element.sources))
