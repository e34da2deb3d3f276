"""Results as tables: for the terminal, for docs/benchmarks.md between its markers, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.figures import Figure
from tests.bench.machine import Machine

_HEAD = ("| what | measured | target | verdict | range | note |", "|---|---|---|---|---|---|")


@dataclass(frozen=True)
class Result:
    """What one benchmark measured."""

    name: str
    question: str
    machine: Machine
    seconds: float
    """How long measuring took."""
    figures: tuple[Figure, ...]
    problem: str = ""
    """Why it could not be measured to its end."""

    def to_json(self) -> dict[str, Any]:
        figures = [{**asdict(figure), "verdict": figure.verdict} for figure in self.figures]
        return {**asdict(self), "machine": self.machine.to_json(), "figures": figures}

    def to_markdown(self) -> str:
        took = f"Measuring took {_duration(self.seconds)}."
        problem = [f"**Not measured to its end: {self.problem}**", ""] if self.problem else []
        return "\n".join([*problem, *_HEAD, *map(_row, self.figures), "", f"{self.machine.to_text()} {took}"])


def with_result(page: str, result: Result) -> str:
    """The page with the result between `<!-- name -->` and `<!-- /name -->`. Raises ValueError without these."""
    opening, closing = f"<!-- {result.name} -->", f"<!-- /{result.name} -->"
    before, opened, rest = page.partition(opening)
    _, closed, after = rest.partition(closing)
    if not opened or not closed:
        raise ValueError(f"the page has no place for {result.name!r}: add {opening} and {closing}")
    return f"{before}{opening}\n{result.to_markdown()}\n{closing}{after}"


def _row(figure: Figure) -> str:
    target = f"≤ {_number(figure.at_most)} {figure.unit}".strip() if figure.at_most is not None else ""
    measured = f"{_number(figure.value)} {figure.unit}".strip()
    cells = (figure.what, measured, target, figure.verdict, _range(figure), figure.note)
    return f"| {' | '.join(cells)} |"


def _range(figure: Figure) -> str:
    if figure.spread is None:
        return ""
    low, high = map(_number, figure.spread)
    return f"{low} to {high}, n = {figure.count}"


def _number(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def missed(results: Sequence[Result]) -> list[str]:
    """One line for every target that was not reached."""
    return [f"{result.name}: {_row(one)}" for result in results for one in result.figures if one.verdict == "MISSED"]
