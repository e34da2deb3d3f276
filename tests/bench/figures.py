"""Figures: what was measured, against which target, with which spread."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

MET, MISSED, NO_TARGET = "met", "MISSED", ""


@dataclass(frozen=True)
class Figure:
    """One line of a table: smaller is better."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    """The target, in the same unit; None for what only helps to understand the others."""
    spread: tuple[float, float] | None = None
    """Smallest and largest of the measurements behind `value`."""
    count: int = 1
    """How many measurements stand behind `value`."""
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.at_most is None:
            return NO_TARGET
        return MET if self.value <= self.at_most else MISSED


@dataclass(frozen=True)
class Benchmark:
    """What `python -m tests.bench` knows by name."""

    name: str
    question: str
    measure: Callable[[Path], Iterable[Figure]]
    """Gets an empty folder to work in."""
    is_long: bool = False
    """Only measured when named."""


def median(what: str, values: Sequence[float], unit: str, at_most: float | None = None, note: str = "") -> Figure:
    return _figure(f"{what}, median", statistics.median(values), values, unit, at_most, note)


def p95(what: str, values: Sequence[float], unit: str, at_most: float | None = None, note: str = "") -> Figure:
    return _figure(f"{what}, 95th percentile", percentile(values, 95), values, unit, at_most, note)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of all are not above (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _figure(what: str, value: float, values: Sequence[float], unit: str, at_most: float | None, note: str) -> Figure:
    return Figure(what, value, unit, at_most, (min(values), max(values)), len(values), note)
