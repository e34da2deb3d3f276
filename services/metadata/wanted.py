"""Which film is meant: as somebody says, else as the name of its file says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from .no_film import NoFilm

_REMEDY = "set metadata.title and metadata.year"


@dataclass(frozen=True)
class Wanted:
    """The film to look for."""

    title: str
    year: int | None

    def __str__(self) -> str:
        return f"{self.title!r} ({self.year})" if self.year else f"{self.title!r}"


def wanted_film(title: str, year: int | None, file_name: str) -> Wanted:
    """The film of that title, else the one that `file_name` names together with its year.

    A file name without a year is not believed: `birthday.mp4` is hardly the film of that name. Raises NoFilm.
    """
    if title.strip():
        return Wanted(" ".join(title.split()), year)
    named = _named(PurePath(file_name).name)
    if named is None:
        raise NoFilm("NO_TITLE", f"neither a setting nor the file name {file_name!r} says which film it is; {_REMEDY}")
    found = Wanted(named.title, year or named.year)
    if found.year is None:
        raise NoFilm("NO_TITLE", f"the file name {file_name!r} has no year, so any recording may be meant; {_REMEDY}")
    return found


def _named(file_name: str) -> Wanted | None:
    """What the name of a file says, if it is that of a film and not of an episode of a series."""
    from guessit import api  # noqa: PLC0415  slow to load, and needed only where no title is given

    try:
        found = api.guessit(file_name)
    except api.GuessitException:
        return None
    title = found.get("title")
    return Wanted(str(title), found.get("year")) if title and found.get("type") == "movie" else None
