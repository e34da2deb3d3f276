"""What the forms that draw the graph agree on: names that need no quoting, and labels."""

from __future__ import annotations

from ..graph import PRESENT, Graph, Node


def plain_names(graph: Graph) -> dict[str, str]:
    """A name for each node by its id: ids hold what no drawing language takes."""
    return {node.id: f"n{place}" for place, node in enumerate(graph.nodes)}


def label_of(node: Node) -> str:
    """What people call the node, and on a second line how it stands."""
    return f"{node.label}\n{node.status}" if node.kind == "step" or node.status != PRESENT else node.label
