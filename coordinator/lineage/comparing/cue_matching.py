"""Which cue of one track is which of another: the heaviest set of pairs that keeps the order of both. Pure.

Pairs are weighed by their text and by the time they share. The heaviest chain of pairs is found as in "Heaviest
increasing/common subsequence problems" (Jacobson and Vo, 1992), the best chain before a pair in a tree of prefix
maxima (Fenwick, 1994): n log n for n pairs, of which a cue has a handful.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.documents.cues import Cue
from services.documents.wording import plain

REACH_SECONDS = 30.0
"""How far a cue may have moved and still be found by its text."""
_TWINS = 8
"""How many cues of the same text are looked at: a film says "No." often."""
_LEAST_WEIGHT = 0.3
"""Below it two cues have next to nothing in common but a moment."""


@dataclass(frozen=True)
class Pair:
    """A cue before and after; None where there is none."""

    old: Cue | None
    new: Cue | None

    @property
    def start(self) -> float:
        """Film time in seconds: the earlier of both."""
        return min(cue.start for cue in (self.old, self.new) if cue)


@dataclass(frozen=True)
class _Candidate:
    old: int
    new: int
    weight: float


def match(old: Sequence[Cue], new: Sequence[Cue], language_code: str) -> list[Pair]:
    """Every cue of both, in order of time, each once."""
    wanted = list(_candidates(old, new, language_code))
    chain = _heaviest(wanted, len(new))
    pairs = [Pair(old[it.old], new[it.new]) for it in chain]
    gone = {it.old for it in chain}
    come = {it.new for it in chain}
    pairs += [Pair(cue, None) for place, cue in enumerate(old) if place not in gone]
    pairs += [Pair(None, cue) for place, cue in enumerate(new) if place not in come]
    return sorted(pairs, key=lambda pair: (pair.start, pair.old is None))


def _candidates(old: Sequence[Cue], new: Sequence[Cue], language_code: str) -> Iterator[_Candidate]:
    """Pairs that share time, or text within reach; of one old cue the later new ones first."""
    said = [_said(cue, language_code) for cue in new]
    letters = [_pairs_of_letters(text) for text in said]
    twins: dict[str, list[int]] = {}
    for place, text in enumerate(said):
        twins.setdefault(text, []).append(place)
    starts, ends = [cue.start for cue in new], [cue.end for cue in new]
    for place, cue in enumerate(old):
        text = _said(cue, language_code)
        mine = _pairs_of_letters(text)
        # Cues never overlap, so their ends are in order as their starts are.
        near = {*range(_first_after(ends, cue.start), bisect_left(starts, cue.end))}
        near.update(_nearest(twins.get(text, ()), starts, cue.start))
        for other in sorted(near, reverse=True):
            weight = 2 * _likeness(mine, letters[other]) + _shared(cue, new[other])
            if weight >= _LEAST_WEIGHT:
                yield _Candidate(place, other, weight)


def _first_after(ends: Sequence[float], start: float) -> int:
    """The first cue that ends after that time."""
    return bisect_left(ends, True, key=lambda end: end > start)


def _nearest(places: Sequence[int], starts: Sequence[float], start: float) -> list[int]:
    middle = bisect_left(places, start, key=lambda place: starts[place])
    around = places[max(0, middle - _TWINS // 2) : middle + _TWINS // 2]
    return [place for place in around if abs(starts[place] - start) <= REACH_SECONDS]


def _heaviest(candidates: Sequence[_Candidate], width: int) -> list[_Candidate]:
    """The chain of candidates with the greatest weight in which both sides only go on."""
    best: list[float] = []
    before: list[int | None] = []
    tree: list[int | None] = [None] * (width + 1)
    for place, it in enumerate(candidates):
        last = _best_below(tree, best, it.new)
        before.append(last)
        best.append(it.weight + (best[last] if last is not None else 0.0))
        _note(tree, best, it.new, place)
    chain: list[_Candidate] = []
    here = _best_below(tree, best, width)
    while here is not None:
        chain.append(candidates[here])
        here = before[here]
    return chain[::-1]


def _best_below(tree: Sequence[int | None], best: Sequence[float], end: int) -> int | None:
    """The candidate that ends the heaviest chain among new cues before `end`."""
    found: int | None = None
    while end > 0:
        here = tree[end]
        if here is not None and (found is None or best[here] > best[found]):
            found = here
        end &= end - 1
    return found


def _note(tree: list[int | None], best: Sequence[float], new: int, place: int) -> None:
    at = new + 1
    while at < len(tree):
        here = tree[at]
        if here is None or best[place] > best[here]:
            tree[at] = place
        at += at & -at


def _said(cue: Cue, language_code: str) -> str:
    """What is compared; of notes and dashes their characters."""
    return plain(cue.text, language_code) or cue.text


def _pairs_of_letters(text: str) -> Counter[tuple[str, str]]:
    return Counter(pairwise(f" {text} "))


def _likeness(one: Counter[tuple[str, str]], other: Counter[tuple[str, str]]) -> float:
    """Dice's coefficient over pairs of letters, 0 to 1: works in scripts without spaces too."""
    return 2 * (one & other).total() / (one.total() + other.total())


def _shared(one: Cue, other: Cue) -> float:
    """How much of the time of both they share, 0 to 1."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return max(0.0, shared / (max(one.end, other.end) - min(one.start, other.start)))
