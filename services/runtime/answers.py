"""Answers of services outside, kept in the store with the time at which they were given."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .artifact import Artifact, digest_bytes
from .canonical import canonical_json
from .errors import BlobAltered, ObjectNotFound
from .manifest import now
from .redaction import Redactor
from .store import blobs, keys
from .store.base import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    data: bytes
    """As it was given, without secrets."""
    fetched: datetime
    """When it was given, in UTC."""


class Answers:
    """Asks a service outside only what was not asked lately, by any job that uses the store."""

    def __init__(self, store: Store, redactor: Redactor, *, ask_again: bool = False, scope: str = "") -> None:
        """With `ask_again`, what is kept is replaced and not used. What is kept is of that scope alone."""
        self._store = store
        self._redactor = redactor
        self._ask_again = ask_again
        self._scope = scope

    def get(self, question: str, maximum_age: timedelta, fetch: Callable[[], bytes], media_type: str) -> Answer:
        """The answer kept for `question` if it is not older than `maximum_age`, else what `fetch` returns, kept.

        The question must name the service and everything that the answer depends on, and no secret.
        """
        key = keys.answer(digest_bytes(question.encode()), self._scope)
        kept = None if self._ask_again else self._kept(key)
        if kept is not None and now() - kept.fetched <= maximum_age:
            _log.info("the answer to %s is that of %s", question, kept.fetched.isoformat(timespec="seconds"))
            return kept
        return self._keep(key, question, Answer(self._redactor.data(fetch()), now()), media_type)

    def _keep(self, key: str, question: str, answer: Answer, media_type: str) -> Answer:
        blob = blobs.add_bytes(self._store, answer.data, media_type)
        entry = {
            "question": self._redactor.text(question),
            "fetched": answer.fetched.isoformat(),
            "answer": {"uri": blob.uri, "digest": blob.digest, "size_bytes": blob.size_bytes},
        }
        self._store.put(key, canonical_json(entry))
        return answer

    def _kept(self, key: str) -> Answer | None:
        """None if nothing is kept, or what is kept was damaged: then it is asked for again."""
        try:
            entry = json.loads(self._store.get(key))
            blob = Artifact(media_type="", **entry["answer"])
            return Answer(blobs.read(self._store, blob), datetime.fromisoformat(entry["fetched"]))
        except ObjectNotFound:
            return None
        except (BlobAltered, KeyError, TypeError, ValueError) as error:
            _log.warning("what is kept under %s is of no use: %s", key, error)
            return None
