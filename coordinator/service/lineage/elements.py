"""The elements of the documents that a cue was made from, in one list. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cuegraph.v1 import artifact_pb2, lineage_service_pb2
from services.documents.cues import Cues
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Translation
from services.runtime import wire

from ...lineage.facts import Document, JobFacts
from ...lineage.joins import KINDS
from ...lineage.traced import Trace


def elements_of(facts: JobFacts, trace: Trace) -> list[lineage_service_pb2.TraceElement]:
    """The cue, its words as shown and as recognised, their segments and regions."""
    return list(_elements(trace, _read_documents(facts, trace)))


@dataclass(frozen=True)
class _Read:
    """A document on the way from the cue to the film."""

    document: Document
    artifact: artifact_pb2.Artifact
    manifest: str
    """Digest of the manifest of the run that wrote it."""
    source: artifact_pb2.Artifact | None
    """The document that its elements name in `from`."""


class _Element(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def sources(self) -> tuple[str, ...]: ...


def _read_documents(facts: JobFacts, trace: Trace) -> list[_Read]:
    """The documents of the steps of the trace, from the cues back to that of the film."""
    found: list[_Read] = []
    for step in reversed(trace.steps):
        manifest = facts.by_digest[step.manifest].content
        for output in manifest.outputs if manifest else ():
            document = facts.documents.get(output.artifact.digest)
            if document is not None and output.artifact.media_type in KINDS:
                source = found[-1].artifact if found else None
                found.append(_Read(document, wire.artifact_to_proto(output.artifact), step.manifest, source))
    return found[::-1]


def _elements(trace: Trace, documents: list[_Read]) -> Iterator[lineage_service_pb2.TraceElement]:
    shown, *recognised = (read for read in documents if isinstance(read.document, Transcript))
    last = recognised[-1] if recognised else shown
    for read in documents:
        match read.document:
            case Cues():
                yield _element(read, "cue", trace.cue, trace.cue.text)
            case Translation():
                yield from (_element(read, "sentence", it, it.source_text) for it in trace.sentences)
            case Transcript():
                words = [word.word for word in trace.words] if read is shown else []
                behind = [one for word in trace.words for one in word.recognised] if read is last else []
                yield from (_element(read, "word", word, word.text) for word in (*words, *behind))
                segments = {one.id for one in trace.segments} if read is last else set()
                yield from _those(read, "segment", segments, read.document.segments)
            case Speech():
                yield from _those(read, "region", {one.id for one in trace.regions}, read.document.regions)
            case _:
                continue  # it stands beside the way


def _those(
    read: _Read, kind: str, wanted: set[str], elements: Iterable[_Element]
) -> Iterator[lineage_service_pb2.TraceElement]:
    for element in elements:
        if element.id in wanted:
            yield _element(read, kind, element, getattr(element, "text", ""))


def _element(read: _Read, kind: str, element: _Element, text: str) -> lineage_service_pb2.TraceElement:
    return lineage_service_pb2.TraceElement(
        id=element.id,
        kind=kind,
        text=text,
        start_offset=wire.duration_to_proto(element.start),
        end_offset=wire.duration_to_proto(element.end),
        source_ids=element.sources,
        document=read.artifact,
        source_document=None if kind == "region" else read.source,
        manifest=read.manifest,
    )
