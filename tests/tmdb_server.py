"""A server on this machine that answers in TMDB's shapes, and can fail in every way in which TMDB can."""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "0123456789abcdef0123456789abcdef"
"""A key of version 3."""
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJjdWVncmFwaCJ9.c2lnbmF0dXJl"
"""A token of version 4."""

_HANG_SECONDS = 30


@dataclass(frozen=True)
class Listed:
    """A film of the catalogue."""

    id: int
    title: str
    release_date: str
    popularity: float = 10.0
    original_title: str = ""
    alternative_titles: tuple[str, ...] = ()
    original_language: str = "en"
    cast: tuple[tuple[str, str], ...] = ()
    """Names and whom they play."""
    crew: tuple[tuple[str, str], ...] = ()
    """Names and jobs."""

    @property
    def titles(self) -> tuple[str, ...]:
        return (self.title, self.original_title, *self.alternative_titles)

    def summary(self) -> dict[str, Any]:
        return {
            "adult": False,
            "backdrop_path": None,
            "genre_ids": [878],
            "id": self.id,
            "original_language": self.original_language,
            "original_title": self.original_title or self.title,
            "overview": "",
            "popularity": self.popularity,
            "poster_path": None,
            "release_date": self.release_date,
            "title": self.title,
            "video": False,
            "vote_average": 8.3,
            "vote_count": 20_000,
        }

    def details(self) -> dict[str, Any]:
        summary = {name: value for name, value in self.summary().items() if name != "genre_ids"}
        return summary | {
            "genres": [{"id": 12, "name": "Adventure"}, {"id": 878, "name": "Science Fiction"}],
            "imdb_id": "tt0088763",
            "runtime": 116,
            "status": "Released",
            "credits": {"cast": self._cast(), "crew": self._crew()},
        }

    def _cast(self) -> list[dict[str, Any]]:
        """Last billed first: the order of the list promises nothing."""
        people = [
            {"id": 500 + order, "name": name, "character": character, "order": order, "cast_id": order}
            | {"credit_id": f"52fe{self.id}cast{order}", "known_for_department": "Acting", "profile_path": None}
            for order, (name, character) in enumerate(self.cast)
        ]
        return people[::-1]

    def _crew(self) -> list[dict[str, Any]]:
        return [
            {"id": 900 + number, "name": name, "job": job, "department": "Directing"}
            | {"credit_id": f"52fe{self.id}crew{number}", "profile_path": None}
            for number, (name, job) in enumerate(self.crew)
        ]


FUTURE = Listed(
    105,
    "Back to the Future",
    "1985-07-03",
    80.0,
    cast=(
        ("Michael J. Fox", "Marty McFly"),
        ("Christopher Lloyd", "Emmett Brown"),
        ("Lea Thompson", "Lorraine Baines"),
        ("An Extra", ""),
    ),
    crew=(("Robert Zemeckis", "Director"), ("Alan Silvestri", "Original Music Composer"), ("A Friend", "Catering")),
)
CATALOGUE = (
    FUTURE,
    Listed(165, "Back to the Future Part II", "1989-11-22", 40.0),
    Listed(194, "Am\u00e9lie", "2001-04-25", 30.0, "Le Fabuleux Destin d'Am\u00e9lie Poulain", original_language="fr"),
    Listed(500, "Holiday", "1930-07-03", 5.0),
    Listed(501, "Holiday", "1938-05-26", 6.0),
)

Fault = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class TmdbServer:
    """What the server knows, was asked and is told to do."""

    catalogue: tuple[Listed, ...] = CATALOGUE
    faults: list[Fault] = field(default_factory=list)
    """What it does instead of answering, to one request each; the last stays."""
    asked: list[str] = field(default_factory=list)
    """Path and query of each request that came."""
    address: str = ""
    holding: int = 0
    """How many requests it has neither answered nor let go."""
    released: threading.Event = field(default_factory=threading.Event)

    def fails(self, *faults: Fault) -> None:
        self.faults[:] = faults

    def next_fault(self) -> Fault | None:
        if len(self.faults) > 1:
            return self.faults.pop(0)
        return self.faults[0] if self.faults else None


def status(code: int, message: str = "", **headers: str) -> Fault:
    """Answers with an error as TMDB words it."""
    body = {"success": False, "status_code": 7, "status_message": message}
    return lambda handler: _send(handler, code, json.dumps(body).encode(), headers)


def body(data: bytes) -> Fault:
    """Answers 200 with these bytes."""
    return lambda handler: _send(handler, 200, data, {})


def answers(handler: BaseHTTPRequestHandler) -> None:
    """Answers as it should."""
    server = _server(handler)
    _send(handler, *_answer(server.catalogue, urlsplit(handler.path)), {})


def closes(handler: BaseHTTPRequestHandler) -> None:
    """Closes the connection without a word."""
    handler.close_connection = True


def says_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Keeps the connection open and silent."""
    server = _server(handler)
    server.holding += 1
    server.released.wait(_HANG_SECONDS)
    server.holding -= 1
    handler.close_connection = True


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Sends a byte now and then: no single read ever takes too long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not _server(handler).released.wait(0.05):
        try:
            handler.wfile.write(b" ")
        except OSError:
            break
    handler.close_connection = True


@contextmanager
def tmdb_server() -> Iterator[TmdbServer]:
    """Runs the server on a free port."""
    server = TmdbServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.tmdb = server  # type: ignore[attr-defined]  # what the handlers find it by
    server.address = f"http://127.0.0.1:{http.server_address[1]}/3"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = _server(self)
        server.asked.append(self.path)
        fault = server.next_fault()
        if fault is not None:
            fault(self)
        elif not self._may_ask():
            _send(self, 401, b'{"status_code":7,"status_message":"Invalid API key","success":false}', {})
        else:
            answers(self)

    def _may_ask(self) -> bool:
        keys = parse_qs(urlsplit(self.path).query).get("api_key", [])
        return keys == [KEY] or self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def log_message(self, *_: object) -> None:
        """Says nothing: stderr belongs to the run under test."""


def _server(handler: BaseHTTPRequestHandler) -> TmdbServer:
    server: TmdbServer = handler.server.tmdb  # type: ignore[attr-defined]
    return server


def _send(handler: BaseHTTPRequestHandler, code: int, data: bytes, headers: dict[str, str]) -> None:
    handler.send_response(code)
    for name, value in (headers | {"Content-Type": "application/json", "Content-Length": str(len(data))}).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    try:
        handler.wfile.write(data)
    except ConnectionError:  # who asked has heard enough
        handler.close_connection = True


def _answer(catalogue: tuple[Listed, ...], url: Any) -> tuple[int, bytes]:
    parameters = {name: values[0] for name, values in parse_qs(url.query).items()}
    parts = url.path.removeprefix("/3/").split("/")
    if parts == ["search", "movie"]:
        return 200, _dump(_page(catalogue, parameters))
    film = next((listed for listed in catalogue if str(listed.id) == parts[1]), None)
    if film is None:
        return 404, _dump({"success": False, "status_code": 34, "status_message": "Not found"})
    if parts[2:] == ["alternative_titles"]:
        titles = [{"iso_3166_1": "US", "title": title, "type": ""} for title in film.alternative_titles]
        return 200, _dump({"id": film.id, "titles": titles})
    return 200, _dump(film.details())


def _page(catalogue: tuple[Listed, ...], parameters: dict[str, str]) -> dict[str, Any]:
    """Films that share a word with the query, in any of their titles and whatever its case and accents."""
    wanted = _words(parameters["query"])
    found = [
        listed.summary()
        for listed in catalogue
        if wanted & _words(" ".join(listed.titles)) and listed.release_date.startswith(parameters.get("year", ""))
    ]
    return {"page": 1, "results": found, "total_pages": 1, "total_results": len(found)}


def _words(text: str) -> set[str]:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return set("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()
