"""The graph for Graphviz."""

from __future__ import annotations

from ..facts import JobFacts
from ..graph import Edge, build
from .drawing import lines_of, plain_names

_SHAPES = {"film": "cylinder", "step": "box", "artifact": "note"}


def as_dot(facts: JobFacts) -> str:
    graph = build(facts)
    names = plain_names(graph)
    lines = ["digraph lineage {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    lines += [
        f"  {names[node.id]} [shape={_SHAPES[node.kind]}, label={_quoted(lines_of(node))}];" for node in graph.nodes
    ]
    lines += [f"  {names[edge.source]} -> {names[edge.target]}{_attributes(edge)};" for edge in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(edge: Edge) -> str:
    return ' [style=dashed, label="reused"]' if edge.kind == "reused" else ""


def _quoted(lines: list[str]) -> str:
    """Graphviz also reads HTML entities inside of quotes."""
    escaped = (line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
