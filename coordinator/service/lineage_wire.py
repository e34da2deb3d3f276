"""Lineage in the contract's terms: pure conversions to the messages of LineageService."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from cuegraph.v1 import artifact_pb2, lineage_service_pb2, step_pb2
from services.documents.cues import Cues
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.documents.translation import Translation
from services.runtime import wire
from services.runtime.artifact import Artifact
from services.runtime.manifest import MEDIA_TYPE, Origin, Status
from services.runtime.store import keys

from ..lineage.facts import Document, JobFacts
from ..lineage.findings import Finding, Severity
from ..lineage.graph import FILM, Graph, Node, step_id
from ..lineage.joins import KINDS
from ..lineage.layout import place_of
from ..lineage.report import Report
from ..lineage.traced import FilmSpan, Trace

_SEVERITIES = {Severity.ERROR: step_pb2.SEVERITY_ERROR, Severity.WARNING: step_pb2.SEVERITY_WARNING}


def lineage_to_proto(facts: JobFacts, graph: Graph, sizes: Mapping[str, int]) -> lineage_service_pb2.GetLineageResponse:
    """The graph, causes first; `sizes` are those of the manifests, in bytes by key."""
    layers = graph.layers()
    steps = {step_id(step): step for step in {*facts.plan, *facts.commits, *facts.attempts}}
    nodes = sorted(graph.nodes, key=lambda node: layers[node.id])
    return lineage_service_pb2.GetLineageResponse(
        nodes=[_node_to_proto(node, facts, steps, sizes) for node in nodes],
        edges=[
            lineage_service_pb2.LineageEdge(source=edge.source, target=edge.target, role=edge.role)
            for edge in graph.edges
        ],
    )


def trace_to_proto(facts: JobFacts, trace: Trace) -> lineage_service_pb2.TraceCueResponse:
    """The cue, its words as shown and as recognised, their segments and regions; then the span of the film."""
    elements = list(_elements(trace, _read_documents(facts, trace)))
    return lineage_service_pb2.TraceCueResponse(elements=elements, source_span=_span_to_proto(facts, trace.span))


def report_to_proto(
    report: Report, strength: lineage_service_pb2.VerificationStrength
) -> lineage_service_pb2.VerifyJobResponse:
    gravest_first = sorted(report.findings, key=lambda finding: finding.severity is not Severity.ERROR)
    return lineage_service_pb2.VerifyJobResponse(
        findings=[_finding_to_proto(finding) for finding in gravest_first],
        strength=strength,
        manifest_count=report.manifest_count,
        artifact_count=report.blob_count,
        sealed=report.is_sealed,
    )


def _node_to_proto(
    node: Node, facts: JobFacts, steps: Mapping[str, keys.Step], sizes: Mapping[str, int]
) -> lineage_service_pb2.LineageNode:
    message = lineage_service_pb2.LineageNode(id=node.id, label=node.label)
    if node.kind == "step":
        message.run.CopyFrom(_run_to_proto(node, facts, steps, sizes))
    else:
        message.file.CopyFrom(_file_to_proto(node, facts))
    return message


def _run_to_proto(
    node: Node, facts: JobFacts, steps: Mapping[str, keys.Step], sizes: Mapping[str, int]
) -> lineage_service_pb2.LineageRun:
    """A step of the job, or the run of another job whose outputs it took over: that is labelled with its key."""
    place = place_of(node.label)
    step = steps.get(node.id) or (place.step if place else None)
    found = facts.by_digest.get(node.manifest)
    key = found.key if found else node.label
    manifest = Artifact(key, node.manifest, sizes.get(key, 0), MEDIA_TYPE) if node.manifest else None
    return lineage_service_pb2.LineageRun(
        step=wire.step_to_proto(step) if step else None,
        status=wire.status_to_proto(Status(node.status)) if node.status in Status.__members__ else None,
        manifest=wire.artifact_to_proto(manifest) if manifest else None,
    )


def _file_to_proto(node: Node, facts: JobFacts) -> lineage_service_pb2.LineageFile:
    artifact = Artifact(keys.blob(node.digest), node.digest, node.size_bytes, node.media_type)
    output = facts.produced(Origin(node.manifest, node.label), artifact) if node.manifest else None
    return lineage_service_pb2.LineageFile(
        role="media" if node.id == FILM else node.label,
        file_name=output.file_name if output else "",
        artifact=wire.artifact_to_proto(output.artifact if output else artifact),
    )


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


def _span_to_proto(facts: JobFacts, span: FilmSpan) -> lineage_service_pb2.SourceSpan:
    record = facts.job_record
    return lineage_service_pb2.SourceSpan(
        media=wire.artifact_to_proto(record.media.artifact) if record else None,
        stream=span.stream.id if span.stream else "",
        start_offset=wire.duration_to_proto(span.start),
        end_offset=wire.duration_to_proto(span.end),
        start_sample=span.first_sample,
        end_sample=span.end_sample,
        sample_rate=span.sample_rate,
    )


def _finding_to_proto(finding: Finding) -> lineage_service_pb2.Finding:
    return lineage_service_pb2.Finding(
        code=finding.code,
        severity=_SEVERITIES[finding.severity],
        subject=finding.location,
        message=finding.message,
    )
