"""TraceCue: where a cue comes from."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from cuegraph.v1 import lineage_service_pb2, trace_pb2
from services.documents.media import Stream
from services.runtime import wire
from services.runtime.errors import InvalidRequest

from ...lineage.excerpts.cue import traced_in
from ...lineage.facts import JobFacts
from ...lineage.traced import FilmSpan
from .asker import Asker
from .elements import elements_of
from .filling import filled


def trace_cue(asker: Asker, message: lineage_service_pb2.TraceCueRequest) -> lineage_service_pb2.TraceCueResponse:
    if message.cue_number < 1:
        raise InvalidRequest(f"there is no cue {message.cue_number}; cues are counted from 1")
    job = asker.job(message.name)
    facts, trace = traced_in(asker.store, job, str(message.cue_number), message.language_code or None)
    return filled(
        lineage_service_pb2.TraceCueResponse,
        trace,
        elements=elements_of(facts, trace),
        source_span=_span(facts, trace.span),
    )


def _span(facts: JobFacts, span: FilmSpan) -> lineage_service_pb2.SourceSpan:
    record = facts.job_record
    return lineage_service_pb2.SourceSpan(
        media=wire.artifact_to_proto(record.media.artifact) if record else None,
        stream=span.stream.id if span.stream else "",
        start_offset=wire.duration_to_proto(span.start),
        end_offset=wire.duration_to_proto(span.end),
        start_sample=span.first_sample,
        end_sample=span.end_sample,
        sample_rate=span.sample_rate,
        container_start_offset=_offset(span.container_start),
        stream_details=_stream(span.stream) if span.stream else None,
    )


def _stream(stream: Stream) -> trace_pb2.MediaStream:
    start, length = _offset(stream.start_offset_seconds), _offset(stream.duration_seconds)
    return filled(trace_pb2.MediaStream, stream, start_offset=start, duration=length)


def _offset(seconds: float | None) -> Duration | None:
    return None if seconds is None else wire.duration_to_proto(seconds)
