"""What the forms that draw the graph agree on: names that need no quoting, and labels."""

from __future__ import annotations

from ..graph import PRESENT, Graph, Node
from ..text import plain


def plain_names(graph: Graph) -> dict[str, str]:
    """A name for each node by its id: ids hold what no drawing language takes."""
    return {node.id: f"n{place}" for place, node in enumerate(graph.nodes)}


def lines_of(node: Node) -> list[str]:
    """What people call the node, and beneath it how it stands, with nothing in it that a program would obey."""
    is_told = node.kind == "step" or node.status != PRESENT
    return [plain(node.label), *([node.status] if is_told else [])]
