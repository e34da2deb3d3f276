"""An audit as people read it in a terminal: a matrix, its legend, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from services.documents.plain import plain_text

from .criteria import CRITERIA
from .matrix import Audit, Row

MET, MISSING, NOTHING = "✓", "✗", "·"
"""Cells; the last is for what does not concern a step."""
_WIDTH = 3


def audit_text(audit: Audit) -> str:
    return "\n".join(_lines(audit))


def mark(row: Row, criterion: str) -> str:
    """What stands in a cell."""
    cell = next((it for it in row.cells if it.criterion == criterion), None)
    if cell is None:
        return NOTHING
    return MET if cell.is_met else MISSING


def _lines(audit: Audit) -> Iterator[str]:
    yield f"{audit.job}: {audit.percent:g} % of what should be there"
    width = max(len(row.name) for row in audit.rows)
    numbers = "".join(f"{number:>{_WIDTH}}" for number in range(1, len(CRITERIA) + 1))
    yield f"{'':{width}} {numbers}       %"
    for row in audit.rows:
        marks = "".join(f"{mark(row, criterion.code):>{_WIDTH}}" for criterion in CRITERIA)
        yield f"{row.name:{width}} {marks}  {row.percent:6.2f}"
    yield from (f"{number:>4} {it.code:<14} {it.title}" for number, it in enumerate(CRITERIA, 1))
    for name, criterion, fault in audit.faults():
        yield f"{MISSING} {name} {criterion}: {plain_text(fault)}"
