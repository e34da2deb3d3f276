"""The graph for pages that render Mermaid, drawn as finely as Mermaid's limits let it be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from services.runtime.errors import InvalidRequest

from ..facts import JobFacts
from ..graph import Graph, Node, build
from .drawing import lines_of, plain_names

EDGES_AT_MOST = 500
TEXT_AT_MOST = 50_000
"""Mermaid draws nothing beyond either (its `maxEdges` and `maxTextSize`), and a page cannot raise them: they are among
the settings that it lets only the site set."""
_LABEL_AT_MOST = 80
"""Characters of a line: a longer name is cut."""

_SHAPES = {"film": ("[(", ")]"), "step": ("[", "]"), "artifact": ("([", "])")}


def as_mermaid(facts: JobFacts) -> str:
    """Raises InvalidRequest for a graph that stays beyond Mermaid's limits however it is drawn."""
    graph = build(facts)
    for drawn, note in _ever_coarser(graph):
        text = _flowchart(drawn, note)
        if len(drawn.edges) <= EDGES_AT_MOST and len(text) <= TEXT_AT_MOST:
            return text
    raise InvalidRequest(f"the graph of {facts.job!r} is too large for Mermaid; take --format dot or html")


def _ever_coarser(graph: Graph) -> Iterator[tuple[Graph, str]]:
    """Graphs that show less and less, each with what it leaves out."""
    yield graph, ""
    steps = _without_artifacts(graph)
    yield steps, "too large to draw whole: files are left out, arrows lead from step to step"
    yield _without_shards(steps), "too large to draw whole: files are left out, the shards of a stage are one"


def _without_artifacts(graph: Graph) -> Graph:
    """An arrow leads from who wrote a file to who read it. What nobody here wrote stays."""
    writer = {edge.target: edge.source for edge in graph.edges if edge.kind == "output"}
    nodes = tuple(node for node in graph.nodes if node.id not in writer)
    edges = (replace(e, source=writer.get(e.source, e.source), role="") for e in graph.edges if e.kind != "output")
    return replace(graph, nodes=nodes, edges=tuple(dict.fromkeys(edges)))


def _without_shards(graph: Graph) -> Graph:
    """One node for all shards of a stage, and one for all that they took over from elsewhere."""
    group_of = {node.id: _group(node) for node in graph.nodes}
    members: dict[str, list[Node]] = {}
    for node in graph.nodes:
        members.setdefault(group_of[node.id], []).append(node)
    edges = (replace(e, source=group_of[e.source], target=group_of[e.target]) for e in graph.edges)
    nodes = tuple(_one_for_all(group, nodes) for group, nodes in members.items())
    return replace(graph, nodes=nodes, edges=tuple(dict.fromkeys(edges)))


def _group(node: Node) -> str:
    if node.kind != "step":
        return node.id
    return node.label.partition(" ")[0] if node.number else "earlier jobs"


def _one_for_all(group: str, nodes: list[Node]) -> Node:
    if len(nodes) == 1:
        return replace(nodes[0], id=group)
    statuses = Counter(node.status for node in nodes)
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return Node(group, "step", group, told)


def _flowchart(graph: Graph, note: str) -> str:
    names = plain_names(graph)
    lines = ["flowchart LR"]
    lines += [f'  note["{_escaped(note)}"]'] * bool(note)
    for node in graph.nodes:
        opening, closing = _SHAPES[node.kind]
        lines.append(f'  {names[node.id]}{opening}"{_label(node)}"{closing}')
    for edge in graph.edges:
        arrow = "-. reused .->" if edge.kind == "reused" else "-->"
        lines.append(f"  {names[edge.source]} {arrow} {names[edge.target]}")
    return "\n".join(lines) + "\n"


def _label(node: Node) -> str:
    return "<br/>".join(_escaped(_short(line)) for line in lines_of(node))


def _short(line: str) -> str:
    return line if len(line) <= _LABEL_AT_MOST else f"{line[: _LABEL_AT_MOST - 1]}…"


def _escaped(line: str) -> str:
    """Entities instead of every character that could end the label or be taken for markup."""
    return "".join(c if c.isalnum() or c in " _" else f"#{ord(c)};" for c in line)
