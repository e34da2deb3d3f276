"""Puts the page together: one file that needs no network and lets in nothing that it did not bring itself."""

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

from ..facts import JobFacts
from ..findings import Finding, Severity
from ..graph import build
from ..text import film_time, plain
from ..verify import check_records
from .elements import elements
from .steps import steps
from .ways import tracks

LIBRARIES = ("cytoscape", "dagre")
"""The libraries in vendor/, in the order in which a browser must read them."""
_SCRIPTS = ("dom", "lineage", "layout", "style", "picture", "manifest", "cue", "lists", "search", "page")
"""The page's own, which are one script to the browser."""


def page(facts: JobFacts) -> str:
    """The page. Titles and texts of strangers stay text; a policy forbids all that the page did not bring itself."""
    graph = build(facts)
    findings = list(check_records(facts))
    data = {
        **elements(facts, graph),
        "steps": steps(facts),
        "tracks": tracks(facts, graph),
        "findings": [_finding(finding) for finding in findings],
    }
    return _template().substitute(
        title=escape(plain(graph.title or facts.job)),
        facts="".join(_facts(facts, findings)),
        data=_embedded(data),
    )


@functools.cache
def _template() -> Template:
    """The page with all of it that is the same for every job."""
    style = _asset("page.css")
    libraries = [_asset(f"vendor/{name}.min.js") for name in LIBRARIES]
    scripts = [*libraries, _own_script()]
    text = Template(_asset("page.html")).safe_substitute(
        style=_literal(style),
        style_hashes=_hashes([style]),
        licences=_literal("\n".join(_asset(f"vendor/{name}.LICENSE") for name in LIBRARIES)),
        scripts=_literal("\n".join(f"<script>{script}</script>" for script in scripts)),
        script_hashes=_hashes(scripts),
    )
    return Template(text)


def _own_script() -> str:
    """Strict, and in one scope of its own: what one file declares the others see."""
    parts = "\n".join(_asset(f"scripts/{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


@functools.cache
def _asset(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _hashes(texts: Iterable[str]) -> str:
    """As a Content-Security-Policy names what it lets in."""
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _literal(text: str) -> str:
    """The text as it must stand in a template to come out as it is."""
    return text.replace("$", "$$")


def _embedded(value: Any) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _finding(finding: Finding) -> dict[str, str]:
    about = {"code": finding.code, "severity": finding.severity}
    return {**about, "location": plain(finding.location), "message": plain(finding.message)}


def _facts(facts: JobFacts, findings: Iterable[Finding]) -> Iterable[str]:
    record = facts.job_record
    if record:
        yield f"<li>{escape(plain(f'{record.workflow}, {record.source_language}, {record.profile}'))}</li>"
        yield f"<li>{record.create_time:%Y-%m-%d %H:%M} UTC</li>"
        yield from _clip(record.clip_start, record.clip_end)
    yield f"<li>job <code>{escape(plain(facts.job))}</code></li>"
    yield f'<li class="{"good" if facts.seal else "hint"}">{"✓ sealed" if facts.seal else "○ not sealed"}</li>'
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if errors:
        yield f'<li class="bad">✕ {errors} error{"s" if errors > 1 else ""}</li>'
    else:
        yield '<li class="good">✓ the records agree</li>'


def _clip(start: float | None, end: float | None) -> Iterable[str]:
    if start is not None or end is not None:
        until = "the end" if end is None else film_time(end)
        yield f"<li>clip {film_time(start or 0.0)} to {until}</li>"
