"""What TMDB (The Movie Database, API version 3) is asked, and how its answers become candidates and a film."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from services.documents.film import CastMember, CrewMember, Film

from .matching import Candidate
from .no_film import NoFilm

DEFAULT_ADDRESS = "https://api.themoviedb.org/3"
_LENIENT = ConfigDict(extra="ignore")
"""Of an answer only what is used is looked at."""
_OWN_CODES = {"cn": "yue", "xx": "und"}
"""Languages that TMDB calls otherwise than BCP-47 does: Cantonese, and none."""

T = TypeVar("T")

Ask = Callable[[str, Mapping[str, str], Callable[[bytes], T]], tuple[T, datetime]]
"""Path, parameters and how to read the answer -> what was read, and when it was fetched."""


@dataclass(frozen=True)
class _Movie:
    """A film in a list."""

    __pydantic_config__ = _LENIENT

    id: int
    title: str
    original_title: str = ""
    release_date: str | None = None
    """E.g. `1985-07-03`; empty if TMDB does not know."""
    popularity: float = 0.0

    @property
    def year(self) -> int | None:
        digits = (self.release_date or "")[:4]
        return int(digits) if digits.isdecimal() else None

    @property
    def candidate(self) -> Candidate:
        titles = dict.fromkeys((self.title, self.original_title or self.title))
        return Candidate(self.id, tuple(titles), self.year, self.popularity)


@dataclass(frozen=True)
class _Page:
    __pydantic_config__ = _LENIENT

    results: tuple[_Movie, ...]


@dataclass(frozen=True)
class _Alternative:
    __pydantic_config__ = _LENIENT

    title: str


@dataclass(frozen=True)
class _Alternatives:
    __pydantic_config__ = _LENIENT

    titles: tuple[_Alternative, ...]


@dataclass(frozen=True)
class _Genre:
    __pydantic_config__ = _LENIENT

    name: str


@dataclass(frozen=True)
class _Credit:
    """Somebody who plays in a film, or helped to make it."""

    __pydantic_config__ = _LENIENT

    credit_id: str
    name: str
    character: str | None = None
    job: str = ""
    order: int = 0


@dataclass(frozen=True)
class _Credits:
    __pydantic_config__ = _LENIENT

    cast: tuple[_Credit, ...] = ()
    crew: tuple[_Credit, ...] = ()


@dataclass(frozen=True)
class _Details(_Movie):
    title: Annotated[str, Field(pattern=r"\S")]
    original_language: str = "und"
    genres: tuple[_Genre, ...] = ()
    credits: _Credits = field(default_factory=_Credits)


@dataclass(frozen=True)
class Wish:
    """What of the credits is wanted."""

    cast_limit: int
    crew_jobs: Collection[str]


class Tmdb:
    """The questions that can be put. Each raises NoFilm if there is no answer of use."""

    def __init__(self, ask: Ask, language: str) -> None:  # type: ignore[type-arg]  # each call has its own type
        self._ask = ask
        self._language = language

    def search(self, title: str, year: int | None) -> list[Candidate]:
        """Films like that title, of that year or of any: the first page, which TMDB orders by how well they fit."""
        parameters = {"query": title, "language": self._language, "include_adult": "false"}
        if year is not None:
            parameters["year"] = str(year)
        page, _ = self._ask("search/movie", parameters, _reader(_Page))
        return [movie.candidate for movie in page.results if movie.title.strip()]

    def alternative_titles(self, film_id: int) -> tuple[str, ...]:
        """Under which other titles a film is known."""
        found, _ = self._ask(f"movie/{film_id}/alternative_titles", {}, _reader(_Alternatives))
        return tuple(alternative.title for alternative in found.titles)

    def film(self, film_id: int, wish: Wish) -> Film:
        """All that TMDB knows of a film and the pipeline has a use for."""
        parameters = {"language": self._language, "append_to_response": "credits"}
        details, fetched = self._ask(f"movie/{film_id}", parameters, _reader(_Details))
        return _film(details, fetched, wish)


def _film(details: _Details, fetched: datetime, wish: Wish) -> Film:
    billed = sorted(details.credits.cast, key=lambda credit: credit.order)[: wish.cast_limit]
    crew = [credit for credit in details.credits.crew if credit.job in wish.crew_jobs]
    language = details.original_language
    return Film(
        title=details.title,
        original_title=details.original_title or details.title,
        language_code=_OWN_CODES.get(language, language) or "und",
        year=details.year,
        catalogue="tmdb",
        catalogue_id=str(details.id),
        fetched=fetched,
        genres=tuple(genre.name for genre in details.genres),
        cast=tuple(
            CastMember(f"cast:{number}", it.name, (it.character or "").strip(), (_source(it),))
            for number, it in enumerate(billed)
        ),
        crew=tuple(CrewMember(f"crew:{number}", it.name, it.job, (_source(it),)) for number, it in enumerate(crew)),
    )


def _source(credit: _Credit) -> str:
    return f"tmdb:credit:{credit.credit_id}"


def _reader(kind: type[T]) -> Callable[[bytes], T]:
    """Reads an answer of that kind. Raises NoFilm if it is none."""

    def read(data: bytes) -> T:
        try:
            return TypeAdapter(kind).validate_json(data)
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(part) for part in problem["loc"]) or "the whole"
            raise NoFilm(
                "CATALOGUE_ANSWER_INVALID", f"TMDB's answer cannot be read: {place}: {problem['msg']}; try again later"
            ) from error

    return read
