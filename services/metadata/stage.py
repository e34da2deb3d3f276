"""Metadata: learns from a catalogue of films what the film is, who plays whom in it and who made it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlencode

from pydantic import Field

from services.documents import codec, film
from services.documents.film import Film
from services.runtime.settings import ServiceAccess, service_access
from services.runtime.stage import Output, Run, Skipped, Stage

from .client import Client, Patience
from .lookup import look_up
from .no_film import NoFilm
from .tmdb import DEFAULT_ADDRESS, Tmdb, Wish
from .wanted import Wanted, wanted_film

log = logging.getLogger(__name__)

T = TypeVar("T")

_NONE_KEPT = timedelta(days=-1)
"""An age that no kept answer has, so that the catalogue is asked."""


@dataclass(frozen=True)
class MetadataSettings:
    engine: Literal["tmdb", "none"] = "tmdb"
    """Which catalogue is asked; with `none` the stage is skipped."""
    title: str = ""
    """Title of the film; if empty, the name of its file must say it."""
    year: Annotated[int | None, Field(ge=1870, le=2200)] = None
    """Year of release, 1870 to 2200."""
    file_name: str = ""
    """Name of the film's file: read for title and year where no title is given."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    """In which language titles and genres are asked for, BCP-47."""
    cast_limit: Annotated[int, Field(ge=0, le=1000)] = 50
    """How many of the cast are taken, in the order of the credits, 0 to 1000."""
    crew_jobs: tuple[str, ...] = (
        "Director",
        "Writer",
        "Screenplay",
        "Story",
        "Novel",
        "Producer",
        "Original Music Composer",
        "Director of Photography",
        "Editor",
    )
    """Whom of the crew to take, by their jobs as the catalogue calls them."""
    maximum_age_days: Annotated[float, Field(ge=0, le=180)] = 30
    """How old an answer may be that is kept in the store, in days, 0 to 180; what is older is asked for again."""
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 10
    """How long one answer may take as a whole, in seconds, up to 120."""
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    """How often a request is repeated after an outage or a limit, 0 to 10."""
    longest_pause_seconds: Annotated[float, Field(ge=0, le=600)] = 30
    """The longest pause that is made because the catalogue asks for one, in seconds, 0 to 600."""

    @property
    def patience(self) -> Patience:
        return Patience(self.timeout_seconds, self.retries, self.longest_pause_seconds)


class Metadata(Stage[MetadataSettings]):
    name = "metadata"
    version = "1"
    inputs = ()
    outputs = (Output("film", film.MEDIA_TYPE, optional=True),)
    libraries = ("guessit", "httpx")
    repeatable = False

    def run(self, run: Run[MetadataSettings]) -> None:
        if run.settings.engine == "none":
            raise Skipped("metadata.engine is none")
        try:
            found = _find(run)
        except NoFilm as reason:
            run.warn(reason.code, str(reason))
            raise
        run.output("film", "film.json").write_bytes(codec.to_json(found))


def _find(run: Run[MetadataSettings]) -> Film:
    settings = run.settings
    wanted = wanted_film(settings.title, settings.year, settings.file_name)
    access = _access()
    with Client(access, settings.patience, run.progress.check) as client:
        catalogue = Tmdb(_Asked(run, client, access.address), settings.language)
        chosen = look_up(wanted, catalogue)
        found = catalogue.film(chosen.id, Wish(settings.cast_limit, settings.crew_jobs))
    log.info("%s is %r (%s): %d of the cast, as of %s", wanted, found.title, found.year, len(found.cast), found.fetched)
    _compare_years(run, wanted, found)
    return found


def _access() -> ServiceAccess:
    """Raises NoFilm if nobody gave a key that could be sent."""
    access = service_access("tmdb", DEFAULT_ADDRESS)
    if not access.key:
        raise NoFilm("NO_API_KEY", "TMDB answers only with a key; set CUEGRAPH_TMDB_API_KEY where the stage runs")
    if not (access.key.isascii() and access.key.isprintable()):
        raise NoFilm("CATALOGUE_KEY_REFUSED", "CUEGRAPH_TMDB_API_KEY has characters that no key has; correct it")
    return access


def _compare_years(run: Run[MetadataSettings], wanted: Wanted, found: Film) -> None:
    if wanted.year is None or found.year is None or abs(found.year - wanted.year) <= 1:
        return
    run.warn("YEAR_DIFFERS", f"the only film called {wanted.title!r} is from {found.year}, not from {wanted.year}")


class _Asked:
    """Puts questions where the store has no answer that is young enough, and keeps each answer as evidence."""

    def __init__(self, run: Run[MetadataSettings], client: Client, address: str) -> None:
        self._run, self._client, self._address = run, client, address
        self._numbers = count(1)

    def __call__(self, path: str, parameters: Mapping[str, str], read: Callable[[bytes], T]) -> tuple[T, datetime]:
        def fetch() -> bytes:
            data = self._client.get(path, parameters)
            read(data)  # what cannot be read is not worth keeping
            return data

        question = f"{self._address}/{path}?{urlencode(sorted(parameters.items()))}"
        answer = self._run.ask(question, timedelta(days=self._run.settings.maximum_age_days), fetch)
        if not _is_readable(answer.data, read):
            log.info("the answer kept for %s is one that this version cannot read: asking again", path)
            answer = self._run.ask(question, _NONE_KEPT, fetch)
        self._keep(answer.data, f"{path} as of {answer.fetched.isoformat(timespec='seconds')}")
        return read(answer.data), answer.fetched

    def _keep(self, data: bytes, reason: str) -> None:
        name = f"answer-{next(self._numbers):02d}.json"
        self._run.intermediate(name, "application/json", reason).write_bytes(data)


def _is_readable(data: bytes, read: Callable[[bytes], object]) -> bool:
    try:
        read(data)
    except NoFilm:
        return False
    return True
