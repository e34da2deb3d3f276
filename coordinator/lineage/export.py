"""The lineage graph in the formats that other programs read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from services.runtime.errors import unknown_name

from .facts import JobFacts
from .graph import PRESENT, Edge, Graph, Node, build
from .html import page
from .text import plain


def export(facts: JobFacts, format_name: str) -> str:
    """The job in one of FORMATS. Raises UnknownName for another."""
    if format_name not in FORMATS:
        raise unknown_name("lineage format", format_name, FORMATS)
    return FORMATS[format_name](facts)


def as_json(facts: JobFacts) -> str:
    return json.dumps(build(facts).to_json(), indent=2, ensure_ascii=False) + "\n"


def as_dot(facts: JobFacts) -> str:
    """For Graphviz."""
    graph = build(facts)
    names = _names(graph)
    lines = ["digraph lineage {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    shapes = {"film": "cylinder", "step": "box", "artifact": "note"}
    lines += [
        f"  {names[node.id]} [shape={shapes[node.kind]}, label={_dot_string(_label(node))}];" for node in graph.nodes
    ]
    lines += [f"  {names[edge.source]} -> {names[edge.target]}{_dot_edge(edge)};" for edge in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def as_mermaid(facts: JobFacts) -> str:
    """For Markdown pages that render Mermaid."""
    graph = build(facts)
    names = _names(graph)
    shapes = {"film": ("[(", ")]"), "step": ("[", "]"), "artifact": ("([", "])")}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        opening, closing = shapes[node.kind]
        lines.append(f'  {names[node.id]}{opening}"{_mermaid_text(_label(node))}"{closing}')
    for edge in graph.edges:
        arrow = "-. reused .->" if edge.kind == "reused" else "-->"
        lines.append(f"  {names[edge.source]} {arrow} {names[edge.target]}")
    return "\n".join(lines) + "\n"


FORMATS: Mapping[str, Callable[[JobFacts], str]] = {
    "dot": as_dot,
    "html": page,
    "json": as_json,
    "mermaid": as_mermaid,
}


def _names(graph: Graph) -> dict[str, str]:
    """Plain names: ids hold what neither format takes."""
    return {node.id: f"n{place}" for place, node in enumerate(graph.nodes)}


def _label(node: Node) -> str:
    return f"{node.label}\n{node.status}" if node.kind == "step" or node.status != PRESENT else node.label


def _dot_edge(edge: Edge) -> str:
    return ' [style=dashed, label="reused"]' if edge.kind == "reused" else ""


def _dot_string(text: str) -> str:
    lines = (plain(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return '"' + "\\n".join(lines) + '"'


def _mermaid_text(text: str) -> str:
    """Entities instead of every character that could end the label or begin markup."""
    lines = (
        "".join(c if c.isalnum() or c in " _-." else f"#{ord(c)};" for c in plain(line)) for line in text.split("\n")
    )
    return "<br/>".join(lines)
