"""The lineage of a job as one page that needs no network: the picture, the cues, and everything behind both."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from services.documents.cues import Cue, Cues
from services.runtime import manifest as manifests
from services.runtime.errors import CuegraphError, LineageBroken

from .facts import JobFacts
from .findings import Finding, Severity
from .graph import FILM, Graph, Node, build, step_id
from .picture import picture
from .text import film_time, plain
from .trace import Tracer, tracks
from .traced import TracedStep
from .verify import check_records


def page(facts: JobFacts) -> str:
    """The page. Titles and texts of strangers stay text; a policy forbids all that the page did not bring itself."""
    graph = build(facts)
    style, script = _asset("style.css"), _asset("script.js")
    findings = list(check_records(facts))
    return Template(_asset("page.html")).substitute(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        title=escape(plain(graph.title or facts.job)),
        facts="".join(_facts(facts, findings)),
        findings=_findings(findings),
        picture=picture(graph),
        data=_embedded(_data(facts, graph)),
    )


@functools.cache
def _asset(name: str) -> str:
    return (files(__package__) / "page" / name).read_text("utf-8")


def _hash(text: str) -> str:
    """As a Content-Security-Policy names the one inline style and script that it lets in."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _embedded(value: Any) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _facts(facts: JobFacts, findings: Iterable[Finding]) -> Iterable[str]:
    record = facts.job_record
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    yield f"<li>job <code>{escape(plain(facts.job))}</code></li>"
    if record:
        yield f"<li>{escape(plain(f'{record.workflow}, {record.source_language}, {record.profile}'))}</li>"
        yield f"<li>{record.create_time:%Y-%m-%d %H:%M} UTC</li>"
        yield from _clip(record.clip_start, record.clip_end)
    yield f'<li class="{"good" if facts.seal else "hint"}">{"✓ sealed" if facts.seal else "not sealed"}</li>'
    if errors:
        yield f'<li class="bad">✕ {len(errors)} error{"s" if len(errors) > 1 else ""}</li>'
    else:
        yield '<li class="good">✓ the records agree</li>'


def _clip(start: float | None, end: float | None) -> Iterable[str]:
    if start is not None or end is not None:
        until = "the end" if end is None else film_time(end)
        yield f"<li>clip {film_time(start or 0.0)} to {until}</li>"


def _findings(findings: Iterable[Finding]) -> str:
    lines = "".join(
        f'<li class="{finding.severity}"><code>{finding.code}</code> {escape(plain(finding.location))}<br>'
        f"{escape(plain(finding.message))}</li>"
        for finding in findings
    )
    return f'<ul class="findings">{lines}</ul>' if lines else ""


_SHOWN_PARTS = ("sentences", "words", "segments", "regions", "audio", "span", "listen")
"""Of a trace."""


def _data(facts: JobFacts, graph: Graph) -> dict[str, Any]:
    film = next((node for node in graph.nodes if node.id == FILM), None)
    return {
        "film": _film(film, graph.title),
        "steps": {node.id: _step(facts, node) for node in graph.nodes if node.kind == "step"},
        "tracks": [_track(facts, cues) for cues in tracks(facts)],
    }


def _film(node: Node | None, title: str) -> dict[str, Any] | None:
    if node is None:
        return None
    about = {"size_bytes": node.size_bytes, "digest": node.digest, "media_type": node.media_type}
    return {"title": title or node.label, "file_name": node.label, **about}


def _step(facts: JobFacts, node: Node) -> dict[str, Any]:
    found = facts.by_digest.get(node.manifest)
    manifest = json.loads(manifests.to_json(found.content)) if found and found.content else None
    problem = found.problem if found else ""
    about = {"label": node.label, "status": node.status, "digest": node.manifest}
    return {**about, "manifest": manifest, "problem": problem}


def _track(facts: JobFacts, cues: Cues) -> dict[str, Any]:
    try:
        tracer = Tracer(facts, cues.language_code)
    except CuegraphError as error:
        broken = [_cue(cue, None, str(error)) for cue in cues.cues]
        return {"language_code": cues.language_code, "steps": [], "nodes": [], "cues": broken}
    steps = tracer.steps
    return {
        "language_code": cues.language_code,
        "steps": [_named(step) for step in steps],
        "nodes": [FILM, *(step_id(step.of(facts.job)) for step in steps)],
        "cues": [_traced(tracer, cue) for cue in cues.cues],
    }


def _named(step: TracedStep) -> dict[str, Any]:
    models = [{"name": model.name, "revision": model.revision} for model in step.models]
    return {"number": step.number, "stage": step.stage, "manifest": step.manifest, "models": models}


def _traced(tracer: Tracer, cue: Cue) -> dict[str, Any]:
    try:
        found = tracer.trace(cue.id).to_json()
    except LineageBroken as error:
        return _cue(cue, None, str(error))
    return _cue(cue, {part: found[part] for part in _SHOWN_PARTS}, "")


def _cue(cue: Cue, trace: dict[str, Any] | None, problem: str) -> dict[str, Any]:
    shown = {"number": cue.number, "start": cue.start, "end": cue.end, "text": cue.text}
    return {**shown, "trace": trace, "problem": problem}
