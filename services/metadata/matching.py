"""The rule by which one film of a catalogue is taken for the one that is meant, or none is.

1. Titles are compared without case, marks and punctuation. Two that then are equal have similarity 1; two that have
   different numbers in them have 0 (a sequel is another film); any other two have Ratcliff and Obershelp's [1].
   Of the titles of a film (as shown, original, alternative) the most similar counts.
2. The score is the similarity less 0.1 for each year between the one that is meant and that of release; a film without
   a date counts as two years away.
3. Below 0.85 a film is no match. If others come within 0.05 of the best, the most popular of these is taken if it is
   at least four times as popular as the next; else nobody can tell, and none is taken.
4. Without a year, a film is taken only if it alone has an equal title.

[1] Ratcliff, Metzener: Pattern matching: the Gestalt approach. Dr. Dobb's Journal, 1988.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from .wanted import Wanted

_LOWEST_SCORE = 0.85
_CLEAR_LEAD = 0.05
_CLEARLY_MORE_POPULAR = 4.0
_COST_OF_A_YEAR = 0.1
_YEARS_IF_UNDATED = 2


@dataclass(frozen=True)
class Candidate:
    """A film that the catalogue offers."""

    id: int
    titles: tuple[str, ...]
    """As shown first, then the original, then alternative ones."""
    year: int | None
    """Of release; None if the catalogue does not say."""
    popularity: float
    """As the catalogue counts it: comparable with others of the same catalogue."""

    def __str__(self) -> str:
        return f"{self.titles[0]!r} ({self.year or 'no year'})"


def choose(wanted: Wanted, candidates: Iterable[Candidate]) -> Candidate | None:
    """The film that is meant, by the rule above; None if there is none, or none that is clear."""
    if wanted.year is None:
        return the_only_namesake(wanted.title, candidates)
    scored = [(score(wanted.title, wanted.year, candidate), candidate) for candidate in candidates]
    best = max((points for points, _ in scored), default=0.0)
    if best < _LOWEST_SCORE:
        return None
    return _most_popular([candidate for points, candidate in scored if points >= best - _CLEAR_LEAD])


def the_only_namesake(title: str, candidates: Iterable[Candidate]) -> Candidate | None:
    """The film with an equal title, if there is just one."""
    namesakes = [candidate for candidate in candidates if similarity(title, candidate.titles) == 1]
    return namesakes[0] if len(namesakes) == 1 else None


def score(title: str, year: int, candidate: Candidate) -> float:
    """How well a film fits, 1 at best."""
    distance = _YEARS_IF_UNDATED if candidate.year is None else abs(candidate.year - year)
    return round(similarity(title, candidate.titles) - _COST_OF_A_YEAR * distance, 6)


def similarity(title: str, titles: Iterable[str]) -> float:
    """Of `title` with the most similar of `titles`, 0 to 1."""
    return max((_similarity(_plain(title), _plain(other)) for other in titles), default=0.0)


def _similarity(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _plain(title: str) -> str:
    """Without case, marks and punctuation; a title that has nothing else is left as it is."""
    letters = unicodedata.normalize("NFKD", title.casefold().replace("&", " and "))
    kept = "".join(character for character in letters if unicodedata.category(character) != "Mn")
    words = re.sub(r"['\u2019]", "", kept)
    return " ".join(re.sub(r"[\W_]+", " ", words).split()) or title.casefold().strip()


def _most_popular(near: list[Candidate]) -> Candidate | None:
    """The one of these that nearly everybody would mean."""
    first, *others = sorted(near, key=lambda candidate: -candidate.popularity)
    clear = not others or first.popularity >= _CLEARLY_MORE_POPULAR * others[0].popularity
    return first if clear else None
