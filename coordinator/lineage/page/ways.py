"""The subtitle tracks with the way of every cue back to the film, and where it runs in the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.documents import speakers
from services.documents.cues import Cue, Cues
from services.documents.speech import Region
from services.documents.transcript import Transcript
from services.documents.translation import Sentence
from services.runtime.errors import CuegraphError, LineageBroken

from ..edits import EDITED
from ..facts import JobFacts
from ..graph import Edge, Graph, artifact_id, step_id
from ..joins import Written, made_from, written
from ..trace import Tracer
from ..traced import FilmSpan, Trace, TracedAudio, TracedEdit, TracedSegment, TracedStep, TracedWord

_UNLIT: Mapping[str, list[Any]] = {"nodes": [], "edges": []}


def tracks(facts: JobFacts, graph: Graph) -> list[dict[str, Any]]:
    """Every track, in order of step. A cue whose way is broken has `way` None and says why."""
    return [_track(facts, graph, made, made.document) for made in written(facts) if isinstance(made.document, Cues)]


def _track(facts: JobFacts, graph: Graph, made: Written, cues: Cues) -> dict[str, Any]:
    about: dict[str, Any] = {"language_code": cues.language_code, "lit": _UNLIT, "lit_edit": _UNLIT, "steps": []}
    try:
        tracer = Tracer(facts, cues.language_code)
    except CuegraphError as error:
        return about | {"cues": [_cue(cue) | {"way": None, "problem": str(error)} for cue in cues.cues]}
    traced = [_traced(tracer, cue) for cue in cues.cues]
    ways = [way for _, way in traced if way]
    return about | {
        "lit": _lit(facts, graph, made, ways[0].audio) if ways else _UNLIT,
        "lit_edit": _lit_edit(graph, made),
        "steps": [_step(step) for step in tracer.steps],
        "cues": [cue for cue, _ in traced],
    }


def _traced(tracer: Tracer, cue: Cue) -> tuple[dict[str, Any], Trace | None]:
    try:
        trace = tracer.trace(cue.id)
    except LineageBroken as error:
        return _cue(cue) | {"way": None, "problem": str(error)}, None
    return _cue(cue) | {"way": _way(trace)}, trace


def _lit(facts: JobFacts, graph: Graph, made: Written, audio: TracedAudio | None) -> dict[str, list[Any]]:
    """What of the picture the cues of a track were made from."""
    edges = set(_edges(facts, graph, made, audio))
    stems = {edge.source for edge in edges if audio and edge.role == audio.role}
    before = {node for stem in stems for node in graph.before(stem)}
    edges |= {edge for edge in graph.edges if edge.kind == "input" and edge.target in before}
    track = artifact_id(made.found.digest, made.output.role, made.output.artifact.digest)
    files = {track, *(edge.source for edge in edges)}
    makers = {edge.source for edge in graph.edges if edge.kind == "output" and edge.target in files}
    steps = {step_id(made.manifest.step), *(edge.target for edge in edges)}
    return {"nodes": sorted(files | makers | steps), "edges": sorted([edge.source, edge.target] for edge in edges)}


def _lit_edit(graph: Graph, made: Written) -> dict[str, list[Any]]:
    """The file with which a person edited the track: lit for those of its cues that they changed."""
    edges = [edge for edge in graph.arriving().get(step_id(made.manifest.step), ()) if edge.role == EDITED]
    return {"nodes": [edge.source for edge in edges], "edges": [[edge.source, edge.target] for edge in edges]}


def _edges(facts: JobFacts, graph: Graph, made: Written, audio: TracedAudio | None) -> Iterator[Edge]:
    """Back from the track: what each step took from the one before it, of who speaks and of what was heard."""
    nodes, arriving = {node.id: node for node in graph.nodes}, graph.arriving()
    at: Written | None = made
    while at is not None:
        source = made_from(facts, at)
        before = source.found.digest if source else ""
        is_recogniser = isinstance(at.document, Transcript) and not (source and isinstance(source.document, Transcript))
        for edge in arriving.get(step_id(at.manifest.step), ()):
            file = nodes[edge.source]
            is_heard = is_recogniser and audio is not None and edge.role == audio.role
            if is_heard or file.manifest == before or file.media_type == speakers.MEDIA_TYPE:
                yield edge
        at = source


def _cue(cue: Cue) -> dict[str, Any]:
    return {"id": cue.id, "number": cue.number, "start": cue.start, "end": cue.end, "text": cue.text}


def _step(step: TracedStep) -> dict[str, Any]:
    models = [f"{model.name} {model.revision}" for model in step.models]
    return {"number": step.number, "stage": step.stage, "manifest": step.manifest, "models": models}


def _way(trace: Trace) -> dict[str, Any]:
    """Only what the page shows: a film of two hours has thousands of these."""
    return {
        "edit": _edit(trace.edit) if trace.edit else None,
        "sentences": [_sentence(sentence) for sentence in trace.sentences],
        "words": [_word(word) for word in trace.words],
        "segments": [_segment(segment) for segment in trace.segments],
        "regions": [_region(region) for region in trace.regions],
        "heard": f"{trace.audio.role} of {trace.audio.stage}" if trace.audio else "",
        "span": _span(trace.span),
        "play": trace.listen.play,
        "extract": trace.listen.extract,
    }


def _edit(edit: TracedEdit) -> dict[str, Any]:
    former = [{"id": it.id, "start": it.start, "end": it.end, "text": "\n".join(it.lines)} for it in edit.former]
    return {
        "file_name": edit.file_name,
        "digest": edit.digest,
        "author": edit.author,
        "row": edit.row,
        "former": former,
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    terms = [{"source": it.source_text, "expected": it.expected, "kept": it.kept} for it in sentence.terms]
    by = {"status": sentence.status, "engine": sentence.engine, "problems": sentence.problems}
    return {"id": sentence.id, "text": sentence.source_text, "terms": terms, **by}


def _word(traced: TracedWord) -> dict[str, Any]:
    word = traced.word
    return {
        "ids": [word.id, *(earlier.id for earlier in traced.recognised)],
        "text": word.text,
        "start": word.start,
        "end": word.end,
        "timing": word.timing,
        "probability": word.probability,
        "speaker": traced.speaker,
    }


def _segment(segment: TracedSegment) -> dict[str, Any]:
    decode = segment.decode
    evidence = {
        "log_probability": decode.average_log_probability,
        "compression_ratio": decode.compression_ratio,
        "temperature": decode.temperature,
        "tokens": len(decode.tokens),
    } if decode else None  # fmt: skip
    rejected = [{"text": other.decode.text, "reason": other.reason} for other in segment.rejected]
    return {
        "id": segment.id,
        "text": segment.text,
        "decode": evidence,
        "terms": segment.terms,
        "rejected": rejected,
    }


def _region(region: Region) -> dict[str, Any]:
    samples = {"first_sample": region.start_sample, "end_sample": region.end_sample}
    return {
        "id": region.id,
        "start": region.start,
        "end": region.end,
        "confidence": region.confidence,
        **samples,
    }


def _span(span: FilmSpan) -> dict[str, Any]:
    stream = span.stream
    return {
        "start": span.start,
        "end": span.end,
        "first_sample": span.first_sample,
        "end_sample": span.end_sample,
        "sample_rate": span.sample_rate,
        "stream": f"{stream.id}, {stream.codec}, {stream.language_code}" if stream else "",
    }
