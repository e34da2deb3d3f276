"""What the picture is drawn from: stages, their shards and files one inside the other, and who took what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from services.runtime.manifest import Manifest
from services.runtime.store.keys import UNSHARDED, Step

from ..facts import JobFacts
from ..graph import NOT_DONE, UNREADABLE, Graph, Node, step_id

_GRAVEST_FIRST = ("FAILED", UNREADABLE, "CANCELLED", NOT_DONE, "SUCCEEDED", "REUSED", "SKIPPED")


def elements(facts: JobFacts, graph: Graph) -> dict[str, list[dict[str, Any]]]:
    """Nodes, each with the `parent` it lies in (empty for none), and edges from a file to the step that took it."""
    steps = _steps(facts, graph)
    inside = {edge.target: edge.source for edge in graph.edges if edge.kind == "output"}
    inside |= {edge.source: edge.target for edge in graph.edges if edge.kind == "reused"}
    files = [_file(node, inside.get(node.id, "")) for node in graph.nodes if node.id not in steps]
    taken = [edge for edge in graph.edges if edge.kind == "input"]
    return {
        "nodes": [*_stages(list(steps.values())), *files],
        "edges": [{"source": edge.source, "target": edge.target, "role": edge.role} for edge in taken],
    }


@dataclass(frozen=True)
class _Drawn:
    """A step and the node that stands for it."""

    step: Step
    node: Node
    manifest: Manifest | None


def _steps(facts: JobFacts, graph: Graph) -> dict[str, _Drawn]:
    nodes = {node.id: node for node in graph.nodes}
    steps = sorted(set(facts.plan) | set(facts.commits) | set(facts.attempts))
    found = ((step, facts.latest(step)) for step in steps)
    return {step_id(step): _Drawn(step, nodes[step_id(step)], it.content if it else None) for step, it in found}


def _stages(steps: Iterable[_Drawn]) -> Iterator[dict[str, Any]]:
    """One node for each stage: the step itself or, where there are several, one that holds them."""
    for folder, of_stage in groupby(steps, lambda drawn: drawn.step.folder):
        shards = list(of_stage)
        if len(shards) == 1:
            yield _step(shards[0], "stage", "")
            continue
        parent = f"stage:{folder}"
        yield _holder(parent, shards)
        yield from (_step(drawn, "shard", parent) for drawn in shards)


def _holder(name: str, shards: list[_Drawn]) -> dict[str, Any]:
    statuses = [drawn.node.status for drawn in shards]
    gravest = min(statuses, key=_GRAVEST_FIRST.index)
    first = shards[0].step
    about = {"label": first.stage, "folder": first.folder, "number": first.number}
    counts = {"shards": len(shards), "of_status": statuses.count(gravest)}
    return {"id": name, "kind": "stage", "parent": "", "status": gravest, **about, **counts}


def _step(drawn: _Drawn, kind: str, parent: str) -> dict[str, Any]:
    """A shard is called by its target; that of a sharded stage which has none is the stage's own."""
    step, times = drawn.step, drawn.manifest.times if drawn.manifest else None
    label = step.stage if step.shard == UNSHARDED else step.shard if kind == "shard" else f"{step.stage} {step.shard}"
    return {
        "id": drawn.node.id,
        "kind": kind,
        "parent": parent,
        "label": label,
        "folder": drawn.node.label,
        "number": step.number,
        "status": drawn.node.status,
        "seconds": (times.finished - times.started).total_seconds() if times else None,
    }


def _file(node: Node, parent: str) -> dict[str, Any]:
    """The film, what came with it, what a step wrote, or the manifest whose work a step took over."""
    kind = "original" if node.kind == "step" else "file" if node.kind == "artifact" else node.kind
    return {
        "id": node.id,
        "kind": kind,
        "parent": parent,
        "label": node.label,
        "status": node.status,
        "digest": node.digest or node.manifest,
        "size_bytes": node.size_bytes,
        "media_type": node.media_type,
    }
