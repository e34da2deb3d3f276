"""From how near windows of speech are to each voice to who speaks when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from services.runtime.sound import Span

from .mel import Floats

_CELLS_AT_ONCE = 512
"""So many are weighed against the windows around them: a region may be as long as the film."""


@dataclass(frozen=True)
class Stretch:
    """Samples in which one voice speaks."""

    span: Span
    voice: int
    confidence: float | None
    """How well the sound fits the voice, 0 to 1 (here the mean cosine), or None if the method does not say."""


@dataclass(frozen=True)
class Grid:
    """How finely time is told apart, in samples."""

    cell: int
    """One cell has one speaker."""
    shortest: int
    """No stretch is shorter, unless its region is."""


@dataclass(frozen=True)
class _Run:
    """Cells from `first` up to and without `after`."""

    first: int
    after: int
    voice: int


def stretches(region: Span, windows: Sequence[Span], nearness: Floats, grid: Grid) -> list[Stretch]:
    """Who speaks in a region, without gaps, from the cosines, shape (windows, voices), of the windows over it."""
    inner = range(region.start + grid.cell, region.end - grid.cell // 2, grid.cell)
    edges = [region.start, *inner, region.end]
    cells = [Span(*edge) for edge in pairwise(edges)]
    near = _cell_nearness(cells, windows, nearness)
    return [
        Stretch(Span(edges[run.first], edges[run.after]), run.voice, _confidence(near, run))
        for run in _smooth(_runs(near.argmax(axis=1).tolist()), edges, grid.shortest)
    ]


def _cell_nearness(cells: Sequence[Span], windows: Sequence[Span], nearness: Floats) -> Floats:
    """A cell is as near to a voice as the windows around it, those in whose middle it lies counting most.

    Shape (cells, voices).
    """
    centres = np.array([window.middle for window in windows])
    reach = windows[0].length / 2
    found = []
    for first in range(0, len(cells), _CELLS_AT_ONCE):
        middles = np.array([cell.middle for cell in cells[first : first + _CELLS_AT_ONCE]])
        around = slice(*np.searchsorted(centres, (middles[0] - reach, middles[-1] + reach)))
        # Windows are no farther apart than they are long, so every cell lies inside of one at least.
        weights = np.maximum(1 - np.abs(middles[:, None] - centres[around]) / reach, 0)
        found.append(weights @ nearness[around] / weights.sum(axis=1, keepdims=True))
    return np.concatenate(found, dtype=np.float32)


def _runs(voices: Sequence[int]) -> list[_Run]:
    numbered = groupby(enumerate(voices), key=lambda it: it[1])
    found = [(voice, [index for index, _ in group]) for voice, group in numbered]
    return [_Run(cells[0], cells[-1] + 1, voice) for voice, cells in found]


def _smooth(runs: list[_Run], edges: Sequence[int], shortest: int) -> list[_Run]:
    """The runs, the shortest given to its longer neighbour until none is too short."""

    def length(run: _Run) -> int:
        return edges[run.after] - edges[run.first]

    while len(runs) > 1 and length(brief := min(runs, key=length)) < shortest:
        index = runs.index(brief)
        heir = max((runs[near] for near in (index - 1, index + 1) if 0 <= near < len(runs)), key=length)
        runs[index] = _Run(brief.first, brief.after, heir.voice)
        around = slice(max(0, index - 1), index + 2)
        runs[around] = _joined(runs[around])
    return runs


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    groups = (list(group) for _, group in groupby(runs, key=lambda run: run.voice))
    return [_Run(group[0].first, group[-1].after, group[0].voice) for group in groups]


def _confidence(near: Floats, run: _Run) -> float:
    return float(np.clip(near[run.first : run.after, run.voice].mean(), 0, 1))
