"""Looks a film up: which questions are put to the catalogue, and in which order, until one film is clear."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from .matching import Candidate, choose, the_only_namesake
from .no_film import NoFilm
from .wanted import Wanted

log = logging.getLogger(__name__)

_ASKED_FOR_OTHER_TITLES = 5
"""Of how many films alternative titles are asked for: those that the catalogue finds fit best."""
_SHOWN = 5


class Catalogue(Protocol):
    def search(self, title: str, year: int | None) -> list[Candidate]: ...

    def alternative_titles(self, film_id: int) -> tuple[str, ...]: ...


def look_up(wanted: Wanted, catalogue: Catalogue) -> Candidate:
    """The film that is meant.

    Looked for in its year; then in the years beside it, as countries and festivals differ; then among the alternative
    titles of what was found; and at last in any year, where it must be the only one of its title. Raises NoFilm.
    """
    found: dict[int, Candidate] = {}
    for years in _years(wanted):
        for year in years:
            _add(found, catalogue.search(wanted.title, year))
        chosen = choose(wanted, found.values())
        if chosen is not None:
            return chosen
    chosen = _by_other_title(wanted, found, catalogue) or _in_any_year(wanted, found, catalogue)
    if chosen is None:
        raise _unclear(wanted, found.values())
    return chosen


def _years(wanted: Wanted) -> list[tuple[int, ...]]:
    """The years to look in, the likelier first."""
    return [] if wanted.year is None else [(wanted.year,), (wanted.year - 1, wanted.year + 1)]


def _by_other_title(wanted: Wanted, found: dict[int, Candidate], catalogue: Catalogue) -> Candidate | None:
    for film_id, candidate in list(found.items())[:_ASKED_FOR_OTHER_TITLES]:
        others = catalogue.alternative_titles(film_id)
        found[film_id] = replace(candidate, titles=tuple(dict.fromkeys((*candidate.titles, *others))))
    return choose(wanted, found.values()) if found else None


def _in_any_year(wanted: Wanted, found: dict[int, Candidate], catalogue: Catalogue) -> Candidate | None:
    _add(found, catalogue.search(wanted.title, None))
    return the_only_namesake(wanted.title, found.values())


def _add(found: dict[int, Candidate], candidates: Iterable[Candidate]) -> None:
    for candidate in candidates:
        found.setdefault(candidate.id, candidate)


def _unclear(wanted: Wanted, found: Iterable[Candidate]) -> NoFilm:
    offered = ", ".join(str(candidate) for candidate in list(found)[:_SHOWN])
    return NoFilm(
        "NO_MATCH",
        f"the catalogue has no film that is clearly {wanted}; it offers {offered or 'nothing'}; "
        "set metadata.title and metadata.year as the catalogue has them",
    )
