"""The film document: what is known about a film from outside: who plays whom, who made it, what is sung in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .codec import STRICT, DocumentError, From
from .invariants import require_sources, require_unique_ids

MEDIA_TYPE = "application/vnd.cuegraph.film+json"


@dataclass(frozen=True)
class CastMember:
    """One actor and whom they play."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `cast:0`."""
    name: str
    character: str
    """Empty if nobody says."""
    sources: From
    """The record of the catalogue it was read from, e.g. `tmdb:credit:52fe4250c3a36847f80149f3`."""


@dataclass(frozen=True)
class CrewMember:
    __pydantic_config__ = STRICT

    id: str
    """E.g. `crew:0`."""
    name: str
    job: str
    """As the catalogue calls it, e.g. `Director`."""
    sources: From


@dataclass(frozen=True)
class Song:
    """One song of the soundtrack."""

    __pydantic_config__ = STRICT

    id: str
    """E.g. `song:0`."""
    title: str
    sources: From
    artist: str = ""
    duration_seconds: float | None = None


@dataclass(frozen=True)
class Film:
    __pydantic_config__ = STRICT

    title: str
    original_title: str
    language_code: str
    """The language it was made in, BCP-47; `und` if nobody says."""
    year: int | None
    catalogue: str
    """Who says all this, e.g. `tmdb`."""
    catalogue_id: str
    fetched: datetime
    """When the catalogue said so, in UTC: an answer kept from then may have changed since."""
    genres: tuple[str, ...] = ()
    cast: tuple[CastMember, ...] = ()
    """In the order of the credits."""
    crew: tuple[CrewMember, ...] = ()
    soundtrack: tuple[Song, ...] = ()
    schema: str = "cuegraph.film/1"

    def check(self) -> None:
        """Raises DocumentError, naming the element, if one breaks a promise."""
        elements: list[CastMember | CrewMember | Song] = [*self.cast, *self.crew, *self.soundtrack]
        require_unique_ids(elements)
        require_sources(elements)
        if not self.title.strip() or not self.catalogue:
            raise DocumentError("a film must have a title and name the catalogue that it is known from")
        for song in self.soundtrack:
            if song.duration_seconds is not None and song.duration_seconds <= 0:
                raise DocumentError(f"song {song.id!r} lasts {song.duration_seconds} s: it must last some time")
