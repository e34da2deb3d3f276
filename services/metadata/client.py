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
_OUTAGES = frozenset({500, 502, 503, 504})


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
class _Failure:
    """A request that brought nothing of use."""

    reason: NoFilm
    may_pass: bool = False
    """Whether the same request may do better later."""
    wanted_pause: float | None = None
    """Seconds that the server asks to wait before it."""


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
        attempt = 0
        while not isinstance(outcome := self._try(path, parameters), bytes):
            pause = self._pause(outcome, attempt)
            if pause is None:
                raise outcome.reason
            log.info("%s; trying again in %.1f s", outcome.reason, pause)
            self._wait(pause)
            attempt += 1
        return outcome

    def _try(self, path: str, parameters: Mapping[str, str]) -> bytes | _Failure:
        """One request."""
        seconds = self._patience.timeout_seconds
        try:
            return _in_background(lambda: self._fetch(path, parameters), seconds, self._check)
        except (httpx.TimeoutException, TimeoutError):
            return _outage(f"{self._address} gave no answer within {seconds:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _outage(f"{self._address} cannot be asked: {error or type(error).__name__}")

    def _fetch(self, path: str, parameters: Mapping[str, str]) -> bytes | _Failure:
        with self._http.stream("GET", f"{self._address}/{path}", params=parameters) as response:
            if response.status_code != HTTPStatus.OK:
                return _refusal(self._address, response)
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MAXIMUM_BYTES:
                    return _no_answer(f"{self._address} answered with more than {_MAXIMUM_BYTES} bytes")
            return bytes(body)

    def _pause(self, failure: _Failure, attempt: int) -> float | None:
        """Seconds to wait before the next attempt; None if there should be none."""
        if attempt == self._patience.retries or not failure.may_pass:
            return None
        if failure.wanted_pause is None:
            return min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * (1 << attempt))
        return failure.wanted_pause if failure.wanted_pause <= self._patience.longest_pause_seconds else None

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


def _refusal(address: str, response: httpx.Response) -> _Failure:
    status = response.status_code
    answered = f"{address} answered with status {status}"
    pause = retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        reason = f"{answered}: it refuses the key; correct CUEGRAPH_TMDB_API_KEY"
        return _Failure(NoFilm("CATALOGUE_KEY_REFUSED", reason))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        reason = f"{answered}: it was asked too often; run the job again later"
        return _Failure(NoFilm("CATALOGUE_LIMIT", reason), may_pass=True, wanted_pause=pause)
    return _outage(answered, pause) if status in _OUTAGES else _no_answer(answered)


def _outage(problem: str, wanted_pause: float | None = None) -> _Failure:
    reason = f"{problem}; check the network, and run the job again later"
    return _Failure(NoFilm("CATALOGUE_UNAVAILABLE", reason), may_pass=True, wanted_pause=wanted_pause)


def _no_answer(problem: str) -> _Failure:
    return _Failure(NoFilm("CATALOGUE_ANSWER_INVALID", f"{problem}; check CUEGRAPH_TMDB_ADDRESS"))


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
