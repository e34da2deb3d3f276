"""Asks a catalogue over HTTP: with patience, within bounds, and without its key in any log."""

from __future__ import annotations

import concurrent.futures
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

import httpx

from services.runtime.settings import ServiceAccess

from .no_film import NoFilm

log = logging.getLogger(__name__)

T = TypeVar("T")

_MAXIMUM_BYTES = 16 << 20
"""A film with a crew of thousands has less than one MB."""
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 8.0
_TICK_SECONDS = 0.1
"""How often a wait looks whether the run was called off."""
_WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long to try."""

    timeout_seconds: float
    """For one request, from its first byte to the last of the answer."""
    retries: int
    """How often a request is repeated that met with an outage or a limit."""
    longest_pause_seconds: float
    """A longer pause, if the server asks for one, is not made."""


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: httpx.Headers
    body: bytes


class Client:
    """Gets documents from a catalogue. As a context it holds the connection."""

    def __init__(self, access: ServiceAccess, patience: Patience, check: Callable[[], None]) -> None:
        """`check` is called while it waits, and raises to end the wait."""
        self._address = access.address
        self._patience = patience
        self._check = check
        transport = _Keyed(access)
        self._http = httpx.Client(transport=transport, timeout=patience.timeout_seconds, trust_env=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, parameters: Mapping[str, str]) -> bytes:
        """The body of the answer. Raises NoFilm if there is none of use."""
        for attempt in range(self._patience.retries + 1):
            reply = self._try(path, parameters)
            if not isinstance(reply, NoFilm) and reply.status == HTTPStatus.OK:
                return reply.body
            problem = reply if isinstance(reply, NoFilm) else _refusal(self._address, reply)
            pause = self._pause(reply, attempt)
            if pause is None:
                raise problem
            log.info("%s; trying again in %.1f s", problem, pause)
            self._wait(pause)
        raise AssertionError("the last attempt has no pause after it")

    def _try(self, path: str, parameters: Mapping[str, str]) -> _Reply | NoFilm:
        """One request. Whatever may pass is returned, and only what ends the run is raised."""
        seconds = self._patience.timeout_seconds
        try:
            return _in_background(lambda: self._fetch(path, parameters), seconds, self._check)
        except (httpx.TimeoutException, TimeoutError):
            return _unavailable(f"{self._address} gave no answer within {seconds:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _unavailable(f"{self._address} cannot be asked: {error or type(error).__name__}")

    def _fetch(self, path: str, parameters: Mapping[str, str]) -> _Reply:
        with self._http.stream("GET", f"{self._address}/{path}", params=parameters) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MAXIMUM_BYTES:
                    raise httpx.DecodingError(f"the answer has more than {_MAXIMUM_BYTES} bytes")
            return _Reply(response.status_code, response.headers, bytes(body))

    def _pause(self, reply: _Reply | NoFilm, attempt: int) -> float | None:
        """Seconds to wait before the next attempt; None if there should be none."""
        if attempt == self._patience.retries:
            return None
        usual = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * (1 << attempt))
        if isinstance(reply, NoFilm):
            return usual
        if reply.status not in _WORTH_ANOTHER_TRY:
            return None
        pause = retry_after(reply.headers.get("retry-after", ""), datetime.now(UTC))
        if pause is None:
            return usual
        return pause if pause <= self._patience.longest_pause_seconds else None

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._check()
            time.sleep(min(left, _TICK_SECONDS))


class _Keyed(httpx.BaseTransport):
    """Adds the key where a request leaves the process: httpx logs the address of every request above this."""

    def __init__(self, access: ServiceAccess) -> None:
        self._key = access.key
        self._wire = httpx.HTTPTransport(proxy=access.proxy or None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url, headers = request.url, httpx.Headers(request.headers)
        if "." in self._key:  # a token of version 4 is a JSON Web Token, a key of version 3 has 32 hex digits
            headers["Authorization"] = f"Bearer {self._key}"
        else:
            url = url.copy_merge_params({"api_key": self._key})
        keyed = httpx.Request(
            request.method, url, headers=headers, stream=request.stream, extensions=request.extensions
        )
        return self._wire.handle_request(keyed)

    def close(self) -> None:
        self._wire.close()


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3); None if it asks for nothing that can be read."""
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def _refusal(address: str, reply: _Reply) -> NoFilm:
    answered = f"{address} answered with status {reply.status}"
    if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return NoFilm("CATALOGUE_KEY_REFUSED", f"{answered}: it refuses the key; correct CUEGRAPH_TMDB_API_KEY")
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return NoFilm("CATALOGUE_LIMIT", f"{answered}: it was asked too often; run the job again later")
    if reply.status in _WORTH_ANOTHER_TRY:
        return _unavailable(answered)
    return NoFilm("CATALOGUE_ANSWER_INVALID", f"{answered}; check CUEGRAPH_TMDB_ADDRESS")


def _unavailable(problem: str) -> NoFilm:
    return NoFilm("CATALOGUE_UNAVAILABLE", f"{problem}; check the network, and run the job again later")


def _in_background(call: Callable[[], T], seconds: float, check: Callable[[], None]) -> T:
    """What `call` returns. Raises TimeoutError after `seconds`, and what `check` raises, without waiting for `call`:
    a server that sends a byte now and then must hold up neither the job nor its cancellation.
    """
    result: concurrent.futures.Future[T] = concurrent.futures.Future()
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_fulfil, result, call), daemon=True).start()
    end = time.monotonic() + seconds
    while not result.done():
        check()
        if time.monotonic() > end:
            raise TimeoutError
        concurrent.futures.wait([result], timeout=_TICK_SECONDS)
    return result.result()


def _fulfil(result: concurrent.futures.Future[T], call: Callable[[], T]) -> None:
    try:
        result.set_result(call())
    except Exception as error:  # noqa: BLE001  whatever it is, it is raised where the result is awaited
        result.set_exception(error)
