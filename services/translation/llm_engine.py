"""A language model behind any address that speaks OpenAI's form of chat completions."""

from __future__ import annotations

import functools
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from services.runtime.errors import ServiceRefused, ServiceUnavailable
from services.runtime.progress import Progress
from services.runtime.redaction import Redactor

from .conversation import WrongAnswer, question, tokens_used, translations
from .pairs import Pair
from .translator import Batch, Protection, Rendering

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 60.0
_CHARACTERS_PER_TOKEN = 3
"""Where a service does not count tokens, they are estimated, rather too many than too few."""


@dataclass(frozen=True)
class Access:
    """How a service is reached, and what may be spent."""

    url: str
    key: str = field(repr=False)
    model: str
    timeout_seconds: float
    attempts: int
    max_requests: int
    max_tokens: int


class LlmEngine:
    """One run's conversation. Every request and its answer are written to the journal, the key never."""

    name = "llm"
    protections: Sequence[Protection] = ("told", "placeholder")

    def __init__(self, access: Access, journal: Path) -> None:
        self.requests = 0
        self.tokens = 0
        self._access = access
        self._redactor = Redactor((access.key,))
        self._journal = journal.open("w", encoding="utf-8")
        headers = {"Authorization": f"Bearer {access.key}"} if access.key else {}
        self._client = httpx.Client(headers=headers, timeout=access.timeout_seconds, trust_env=False)

    def __enter__(self) -> LlmEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        log.info("%s: %d requests, %d tokens", self._access.model, self.requests, self.tokens)
        self._client.close()
        self._journal.close()

    def translate(self, batch: Batch, pair: Pair, progress: Progress) -> list[Rendering]:
        """See `Engine`. A line without a usable answer has no rendering, nor have those after the budget is spent.

        Raises ServiceRefused, ServiceUnavailable.
        """
        body = question(batch, pair, self._access.model)
        for _ in range(self._access.attempts):
            if self._is_spent():
                return [Rendering("", ("BUDGET_SPENT",)) for _ in batch.lines]
            try:
                texts = translations(self._asked(body, progress), batch, pair)
            except WrongAnswer as problem:
                log.warning("an answer of %s cannot be used: %s", self._access.model, problem)
                self._note({"problem": str(problem)})
            else:
                return [Rendering(text) for text in texts]
        if len(batch.lines) == 1:
            return [Rendering("", ("ANSWER_UNUSABLE",))]
        middle = len(batch.lines) // 2
        halves = replace(batch, lines=batch.lines[:middle]), replace(batch, lines=batch.lines[middle:])
        return [rendering for half in halves for rendering in self.translate(half, pair, progress)]

    def _is_spent(self) -> bool:
        return self.requests >= self._access.max_requests or self.tokens >= self._access.max_tokens

    def _asked(self, body: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
        """The service's answer, after as many attempts as it takes. Raises WrongAnswer if it is no JSON object."""
        trouble = "the budget is spent"
        wait: float | None = 0.0
        for attempt in range(self._access.attempts):
            _wait(_seconds(attempt, wait), progress)
            if self._is_spent():
                break
            self.requests += 1
            try:
                response = self._posted(body, progress)
            except httpx.RequestError as error:
                trouble, wait = f"{type(error).__name__}: {error}", None
                self._note({"request": body, "error": trouble})
            else:
                self._note({"request": body, "status": response.status_code, "answer": response.text})
                if response.is_success:
                    return self._counted(body, response)
                trouble, wait = self._excuse(response)
        raise ServiceUnavailable(f"{self._access.url} gave no answer: {self._redactor.text(trouble)}; try again later")

    def _posted(self, body: Mapping[str, Any], progress: Progress) -> httpx.Response:
        """Posts in another thread, so that neither a cancellation nor the end of the process waits for the answer."""
        address = f"{self._access.url.rstrip('/')}/chat/completions"
        future: Future[httpx.Response] = Future()
        post = functools.partial(self._client.post, address, json=body)
        threading.Thread(target=_settle, args=(future, post), name="llm", daemon=True).start()
        deadline = time.monotonic() + self._access.timeout_seconds
        while True:
            progress.check()
            try:
                return future.result(_POLL_SECONDS)
            except NotYet:
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout(f"no answer in {self._access.timeout_seconds} s") from None

    def _excuse(self, response: httpx.Response) -> tuple[str, float | None]:
        """Why there is no answer yet, and how long to wait if it says so. Raises ServiceRefused if there is none."""
        said = f"HTTP {response.status_code}: {self._redactor.text(response.text[:300])}"
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS and not response.is_server_error:
            raise ServiceRefused(
                f"{self._access.url} refused the request with {said}; check translation.llm_url, the model and "
                "CUEGRAPH_LLM_API_KEY"
            )
        after = response.headers.get("Retry-After", "")
        return said, float(after) if after.isdecimal() else None

    def _counted(self, body: Mapping[str, Any], response: httpx.Response) -> Mapping[str, Any]:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        known = tokens_used(answer) if isinstance(answer, dict) else None
        estimate = (len(json.dumps(body)) + len(response.text)) // _CHARACTERS_PER_TOKEN
        self.tokens += estimate if known is None else known
        if not isinstance(answer, dict):
            raise WrongAnswer("the answer is no JSON object")
        return answer

    def _note(self, entry: Mapping[str, Any]) -> None:
        safe = self._redactor.tree({"number": self.requests, **entry})
        self._journal.write(json.dumps(safe, ensure_ascii=False, sort_keys=True) + "\n")
        self._journal.flush()


def _settle(future: Future[httpx.Response], post: Callable[[], httpx.Response]) -> None:
    try:
        future.set_result(post())
    except Exception as error:  # noqa: BLE001  whoever awaits the answer gets it
        future.set_exception(error)


def _seconds(attempt: int, asked: float | None) -> float:
    """How long to wait before an attempt (from 0): what the service asks for, else twice as long each time."""
    return min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (attempt - 1) if asked is None else asked)


def _wait(seconds: float, progress: Progress) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        progress.check()
        time.sleep(min(left, _POLL_SECONDS))
