"""GetLineage: the graph of a job."""

from __future__ import annotations

from collections.abc import Mapping

from cuegraph.v1 import lineage_service_pb2
from services.runtime import wire
from services.runtime.artifact import Artifact
from services.runtime.manifest import MEDIA_TYPE, Origin, Status
from services.runtime.store import keys

from ...lineage.facts import JobFacts
from ...lineage.graph import FILM, Graph, Node, build, step_id
from ...lineage.layout import place_of
from .asker import Asker


def get_lineage(asker: Asker, message: lineage_service_pb2.GetLineageRequest) -> lineage_service_pb2.GetLineageResponse:
    facts = asker.facts(message.name)
    sizes = {found.key: asker.store.size(found.key) or 0 for found in facts.by_digest.values()}
    return lineage_to_proto(facts, build(facts), sizes)


def lineage_to_proto(facts: JobFacts, graph: Graph, sizes: Mapping[str, int]) -> lineage_service_pb2.GetLineageResponse:
    """The graph, causes first; `sizes` are those of the manifests, in bytes by key."""
    layers = graph.layers()
    steps = {step_id(step): step for step in {*facts.plan, *facts.commits, *facts.attempts}}
    nodes = sorted(graph.nodes, key=lambda node: layers[node.id])
    return lineage_service_pb2.GetLineageResponse(
        nodes=[_node_to_proto(node, facts, steps, sizes) for node in nodes],
        edges=[
            lineage_service_pb2.LineageEdge(source=edge.source, target=edge.target, role=edge.role)
            for edge in graph.edges
        ],
    )


def _node_to_proto(
    node: Node, facts: JobFacts, steps: Mapping[str, keys.Step], sizes: Mapping[str, int]
) -> lineage_service_pb2.LineageNode:
    message = lineage_service_pb2.LineageNode(id=node.id, label=node.label)
    if node.kind == "step":
        message.run.CopyFrom(_run_to_proto(node, facts, steps, sizes))
    else:
        message.file.CopyFrom(_file_to_proto(node, facts))
    return message


def _run_to_proto(
    node: Node, facts: JobFacts, steps: Mapping[str, keys.Step], sizes: Mapping[str, int]
) -> lineage_service_pb2.LineageRun:
    """A step of the job, or the run of another job whose outputs it took over: that is labelled with its key."""
    place = place_of(node.label)
    step = steps.get(node.id) or (place.step if place else None)
    found = facts.by_digest.get(node.manifest)
    key = found.key if found else node.label
    manifest = Artifact(key, node.manifest, sizes.get(key, 0), MEDIA_TYPE) if node.manifest else None
    return lineage_service_pb2.LineageRun(
        step=wire.step_to_proto(step) if step else None,
        status=wire.status_to_proto(Status(node.status)) if node.status in Status.__members__ else None,
        manifest=wire.artifact_to_proto(manifest) if manifest else None,
    )


def _file_to_proto(node: Node, facts: JobFacts) -> lineage_service_pb2.LineageFile:
    artifact = Artifact(keys.blob(node.digest), node.digest, node.size_bytes, node.media_type)
    output = facts.produced(Origin(node.manifest, node.label), artifact) if node.manifest else None
    return lineage_service_pb2.LineageFile(
        role="media" if node.id == FILM else node.label,
        file_name=output.file_name if output else "",
        artifact=wire.artifact_to_proto(output.artifact if output else artifact),
    )
