"""Lineage for a terminal: plain lines, no colour, nothing that a terminal would take for a command."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from services.documents.media import Stream
from services.documents.speech import Region
from services.documents.transcript import Decode
from services.documents.translation import Sentence
from services.runtime.manifest import Manifest

from .facts import JobFacts
from .graph import FILM, PRESENT, Edge, Graph, Node, build
from .traced import Trace, TracedAudio, TracedEdit, TracedSegment, TracedWord

_JOINERS = "\u200c\u200d"
"""Format characters that scripts and emoji need."""


def show_text(facts: JobFacts) -> str:
    """The job as a tree: the film, then each step with what it took and what it wrote."""
    graph = build(facts)
    return "\n".join(plain(line) for line in _show(facts, graph)) + "\n"


def trace_text(trace: Trace) -> str:
    """The way of a cue back to the film, nearest first."""
    return "\n".join(plain(line) for line in _trace(trace)) + "\n"


def plain(text: str) -> str:
    """The text with every control and format character made visible: titles come from strangers."""
    return "".join(_visible(character) for character in text)


def film_time(seconds: float) -> str:
    """E.g. `00:01:02.500`."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def size(size_bytes: int) -> str:
    """E.g. `1.5 MiB`."""
    amount = float(size_bytes)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def _visible(character: str) -> str:
    is_hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS
    return f"\\u{ord(character):04x}" if is_hidden else character


def _show(facts: JobFacts, graph: Graph) -> Iterator[str]:
    nodes = {node.id: node for node in graph.nodes}
    writers = {node.manifest: node.label for node in graph.nodes if node.kind == "step"}
    arriving, leaving = graph.arriving(), graph.leaving()
    yield f"{facts.job}: {graph.title or 'without a title'}"
    steps = [node for node in graph.nodes if node.kind == "step" and not node.id.startswith("original:")]
    if FILM in nodes:
        yield f"├── film {nodes[FILM].label}  {_file(nodes[FILM])}"
    for step in steps:
        is_last = step is steps[-1]
        found = facts.by_digest.get(step.manifest)
        about = _facts(found.content) if found and found.content else ""
        yield f"{'└' if is_last else '├'}── {step.label}  {step.status}{about}"
        bar = "    " if is_last else "│   "
        yield from (bar + line for line in _taken(nodes, writers, arriving.get(step.id, ())))
        yield from (bar + line for line in _made(nodes, leaving.get(step.id, ())))


def _taken(nodes: Mapping[str, Node], writers: Mapping[str, str], edges: Iterable[Edge]) -> Iterator[str]:
    for edge in edges:
        source = nodes[edge.source]
        flaw = "" if source.status == PRESENT else f"  {source.status}"
        if edge.kind == "reused":
            yield f"≡ reuses {source.label}{flaw}"
        else:
            yield f"← {edge.role}  of {writers.get(source.manifest, source.label)}{flaw}"


def _made(nodes: Mapping[str, Node], edges: Iterable[Edge]) -> Iterator[str]:
    for edge in edges:
        if edge.kind == "output":
            yield f"→ {edge.role}  {_file(nodes[edge.target])}"


def _file(node: Node) -> str:
    return f"{node.digest[:12]}  {size(node.size_bytes)}"


def _facts(manifest: Manifest) -> str:
    seconds = (manifest.times.finished - manifest.times.started).total_seconds()
    models = "".join(f"  {model.name} {model.revision}" for model in manifest.models)
    notices = [*manifest.warnings, *manifest.errors]
    return f"  {seconds:.1f} s{models}" + "".join(f"  {notice.code}" for notice in notices)


def _trace(trace: Trace) -> Iterator[str]:
    cue, span = trace.cue, trace.span
    yield f"cue {cue.number} ({cue.id}, {trace.language_code})  {film_time(cue.start)} to {film_time(cue.end)}"
    yield from (f"    {line}" for line in cue.lines)
    yield from _part("edited by a person", _edit(trace.edit) if trace.edit else ())
    yield from _part("translated from", (line for sentence in trace.sentences for line in _sentence(sentence)))
    yield from _part("words", (line for word in trace.words for line in _word(word)))
    yield from _part("recognised as", (line for segment in trace.segments for line in _segment(segment)))
    yield from _part("speech found at", map(_region, trace.regions))
    yield f"├── samples {span.first_sample}..{span.end_sample} at {span.sample_rate} Hz{_heard(trace.audio)}"
    yield f"├── film time {film_time(span.start)} to {film_time(span.end)}{_stream(span.stream)}"
    yield "├── steps"
    for step in trace.steps:
        models = "".join(f"  {model.name} {model.revision}" for model in step.models)
        yield f"│   {step.number:02d}_{step.stage}  {step.status}  manifest {step.manifest[:12]}{models}"
        for term in step.terms:
            yield f"│       glossary: {term.text}  ({term.id}, {term.level or 'not at hand'} {' '.join(term.sources)})"
    yield "└── listen"
    yield f"    {trace.listen.play}"
    yield f"    {trace.listen.extract}"


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    """The lines below their title; nothing if there are none: a cue that a person added has no words."""
    shown = [f"│   {line}" for line in lines]
    if shown:
        yield f"├── {title}"
        yield from shown


def _region(region: Region) -> str:
    times = f"{film_time(region.start)} to {film_time(region.end)}"
    return f"{region.id}  {times}  samples {region.start_sample}..{region.end_sample}  {region.confidence:.2f}"


def _edit(edit: TracedEdit) -> Iterator[str]:
    by = f" of {edit.author}" if edit.author else ""
    yield f"line {edit.row} of {edit.file_name or 'a file that is not at hand'}{by}  ({edit.digest[:12]})"
    for former in edit.former:
        yield f"before: {' / '.join(former.lines)}  {film_time(former.start)} to {film_time(former.end)}  {former.id}"
    if not edit.former:
        yield "before: nothing, the cue was added"


def _word(traced: TracedWord) -> Iterator[str]:
    word = traced.word
    behind = "".join(f" ← {earlier.id}" for earlier in traced.recognised)
    probability = "" if word.probability is None else f"  p {word.probability:.2f}"
    speaker = f"  spoken by {traced.speaker}" if traced.speaker else ""
    sung = f"  sung in {word.lyric}" if word.lyric else ""
    yield f"{word.text}  {film_time(word.start)} {word.timing}{probability}{speaker}{sung}  {word.id}{behind}"


def _sentence(sentence: Sentence) -> Iterator[str]:
    yield f"{sentence.source_text}  ({sentence.id}, {sentence.status} by {sentence.engine})"
    for term in sentence.terms:
        yield f"    {term.source_text} must read {term.expected}: {'it does' if term.kept else 'it does NOT'}"
    yield from (f"    {problem}" for problem in sentence.problems)


def _heard(audio: TracedAudio | None) -> str:
    return f", heard in {audio.role} of {audio.stage or 'a step that is not at hand'}" if audio else ""


def _segment(segment: TracedSegment) -> Iterator[str]:
    yield f"{segment.text}  ({segment.id})"
    if segment.decode:
        yield f"    {_decode(segment.decode)}"
    if segment.terms:
        yield f"    told to expect: {', '.join(segment.terms)}"
    for other in segment.rejected:
        yield f"    not: {other.decode.text.strip()}  ({other.reason}; {_decode(other.decode)})"


def _decode(decode: Decode) -> str:
    return (
        f"log probability {decode.average_log_probability:.2f}, compression {decode.compression_ratio:.2f}, "
        f"temperature {decode.temperature:.1f}, {len(decode.tokens)} tokens"
        + "".join(f", {suspicion}" for suspicion in decode.suspicions)
    )


def _stream(stream: Stream | None) -> str:
    return f"  stream {stream.id} ({stream.codec}, {stream.language_code})" if stream else ""
