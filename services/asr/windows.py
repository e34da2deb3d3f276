"""Packs speech regions into the windows that the recogniser takes, at most 30 s each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from services.documents.speech import Region

Cut = Callable[[int, int], int]
"""The best sample to cut at, out of those from the first up to and without the second."""


@dataclass(frozen=True)
class Window:
    """Samples that are recognised in one go, and the regions that lie in them."""

    start: int
    end: int
    regions: tuple[Region, ...]

    @property
    def speech_samples(self) -> int:
        """How many samples of it lie in its regions."""
        return sum(min(self.end, it.end_sample) - max(self.start, it.start_sample) for it in self.regions)


def pack(regions: Iterable[Region], longest: int, gap: int, cut: Cut) -> Iterator[Window]:
    """Windows of at most `longest` samples that cover every region, in order.

    A silence of more than `gap` samples begins a new window: long silences make recognisers invent. A region that
    is too long is cut in the second half of the window, where `cut` says.
    """
    current: Window | None = None
    for piece in _pieces(regions, longest, cut):
        if current is None or piece.end - current.start > longest or piece.start - current.end > gap:
            if current is not None:
                yield current
            current = piece
        else:
            current = _joined(current, piece)
    if current is not None:
        yield current


def _pieces(regions: Iterable[Region], longest: int, cut: Cut) -> Iterator[Window]:
    for region in regions:
        start = region.start_sample
        while region.end_sample - start > longest:
            end = cut(start + longest // 2, start + longest)
            yield Window(start, end, (region,))
            start = end
        yield Window(start, region.end_sample, (region,))


def _joined(window: Window, piece: Window) -> Window:
    return Window(window.start, piece.end, tuple(dict.fromkeys(window.regions + piece.regions)))
