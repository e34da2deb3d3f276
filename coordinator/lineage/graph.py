"""The lineage graph of a job: the film, the steps and what they handed on, joined by (producer, role)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar

from services.runtime.artifact import Artifact
from services.runtime.manifest import InputRecord, Manifest, Status
from services.runtime.store.keys import UNSHARDED, Step

from .facts import FoundManifest, JobFacts

T = TypeVar("T")

FILM = "film"

NOT_DONE = "NOT_DONE"
"""Status of a planned step without a manifest."""
UNREADABLE = "UNREADABLE"
"""Status of a step whose manifest is not one."""
PRESENT = "PRESENT"
MISSING = "MISSING"
"""Status of an artifact that an input names and nothing wrote."""


@dataclass(frozen=True)
class Node:
    """The film, a step, or an artifact that a step wrote."""

    id: str
    kind: Literal["film", "step", "artifact"]
    label: str
    status: str
    """Of a step its manifest's status or NOT_DONE or UNREADABLE; of a file PRESENT or MISSING."""
    manifest: str = ""
    """Digest of the manifest that is the step, or that wrote the artifact."""
    digest: str = ""
    """Of the file."""
    size_bytes: int = 0
    media_type: str = ""
    number: int = 0
    """Of a step, its position in the pipeline."""


@dataclass(frozen=True)
class Edge:
    """`target` was made out of `source`."""

    source: str
    target: str
    kind: Literal["output", "input", "reused"]
    role: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes in order of step; edges between them. A job's graph has no cycle: digests cannot name each other."""

    job: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def to_json(self) -> dict[str, Any]:
        return {"schema": "cuegraph.lineage/1", **asdict(self)}

    def arriving(self) -> dict[str, list[Edge]]:
        """The edges that lead to each node."""
        return _grouped((edge.target, edge) for edge in self.edges)

    def leaving(self) -> dict[str, list[Edge]]:
        """The edges that lead from each node."""
        return _grouped((edge.source, edge) for edge in self.edges)

    def before(self, node: str) -> frozenset[str]:
        """Everything that the node was made out of, however far back."""
        return _reached(node, ((edge.target, edge.source) for edge in self.edges))

    def after(self, node: str) -> frozenset[str]:
        """Everything that was made out of the node, however far on."""
        return _reached(node, ((edge.source, edge.target) for edge in self.edges))

    def layers(self) -> dict[str, int]:
        """The length of the longest way to each node from a node that nothing leads to."""
        followers: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        waiting = dict.fromkeys(followers, 0)
        for edge in self.edges:
            followers[edge.source].append(edge.target)
            waiting[edge.target] += 1
        layers = dict.fromkeys(followers, 0)
        ready = deque(node for node, count in waiting.items() if count == 0)
        while ready:
            node = ready.popleft()
            for follower in followers[node]:
                layers[follower] = max(layers[follower], layers[node] + 1)
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    ready.append(follower)
        return layers


def build(facts: JobFacts) -> Graph:
    """The graph of the commits, and of the last attempt of each step that has none."""
    steps = sorted(set(facts.plan) | set(facts.commits) | set(facts.attempts))
    film = facts.job_record.media if facts.job_record else None
    parts = _Parts(facts, film.artifact if film else None)
    for step in steps:
        parts.add_step(step, facts.latest(step))
    parts.add_links()
    return Graph(facts.job, film.title if film else "", tuple(parts.nodes.values()), tuple(parts.edges))


def artifact_id(manifest: str, role: str, digest: str) -> str:
    """Two outputs with one digest and role of one manifest are the same file under two names."""
    return f"artifact:{manifest[:16]}:{role}:{digest[:16]}"


class _Parts:
    """Nodes and edges under way."""

    def __init__(self, facts: JobFacts, film: Artifact | None) -> None:
        self._facts = facts
        self._film = film
        self._outside = facts.job_record.from_outside if facts.job_record else {}
        self._steps: list[tuple[str, FoundManifest, Manifest]] = []
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        if film:
            record = facts.job_record
            self._add_file(Node(FILM, "film", record.media.file_name if record else "", PRESENT), film)

    def add_step(self, step: Step, found: FoundManifest | None) -> None:
        """Adds the step and what it wrote."""
        digest = found.digest if found else ""
        node = Node(step_id(step), "step", step_label(step), _status(found), digest, number=step.number)
        self.nodes[node.id] = node
        if found is None or found.content is None:
            return
        self._steps.append((node.id, found, found.content))
        for output in found.content.outputs:
            made = artifact_id(found.digest, output.role, output.artifact.digest)
            self._add_file(Node(made, "artifact", output.role, PRESENT, found.digest), output.artifact)
            self.edges.append(Edge(node.id, made, "output", output.role))

    def add_links(self) -> None:
        """Joins the inputs, once every producer is known."""
        for step, _, manifest in self._steps:
            for consumed in manifest.inputs:
                source = self._source(consumed)
                self.edges.append(Edge(source, step, "input", consumed.role))
            if manifest.status is Status.REUSED and manifest.reused:
                self._add_original(step, manifest.reused)

    def _source(self, consumed: InputRecord) -> str:
        artifact, origin = consumed.artifact, consumed.origin
        if origin is None:
            if self._film and artifact.digest == self._film.digest:
                return FILM
            name = self._outside.get(artifact.digest, consumed.role)
            return self._add_file(Node(f"external:{artifact.digest[:16]}", "artifact", name, PRESENT), artifact)
        made = artifact_id(origin.manifest, origin.role, artifact.digest)
        if made not in self.nodes:
            self._add_file(Node(made, "artifact", origin.role, MISSING, origin.manifest), artifact)
        return made

    def _add_original(self, step: str, reused: Artifact) -> None:
        present = self._facts.originals.get(reused.uri) is not None
        node = Node(
            f"original:{reused.digest[:16]}", "step", reused.uri, PRESENT if present else MISSING, reused.digest
        )
        self.nodes.setdefault(node.id, node)
        self.edges.append(Edge(node.id, step, "reused"))

    def _add_file(self, node: Node, artifact: Artifact) -> str:
        self.nodes[node.id] = replace(
            node, digest=artifact.digest, size_bytes=artifact.size_bytes, media_type=artifact.media_type
        )
        return node.id


def step_id(step: Step) -> str:
    return f"step:{step.folder}/{step.shard}"


def step_label(step: Step) -> str:
    """What people call the step, e.g. `01_demux` or `07_translation hi`."""
    return step.folder if step.shard == UNSHARDED else f"{step.folder} {step.shard}"


def _status(found: FoundManifest | None) -> str:
    if found is None:
        return NOT_DONE
    return found.content.status.value if found.content else UNREADABLE


def _reached(start: str, arrows: Iterable[tuple[str, str]]) -> frozenset[str]:
    following: Mapping[str, list[str]] = _grouped(arrows)
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        for node in following.get(waiting.pop(), ()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return frozenset(reached)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
