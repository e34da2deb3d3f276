"""Looks at the files that a job speaks of: asks for their sizes, or reads them whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from services.runtime.store.base import Store

from .checks.blobs import BlobFact

_LOOKERS = 8

Facts = Mapping[str, BlobFact | None]
"""What was seen of files, by place; None of one that is not there."""


class Looker(Protocol):
    """Looks at files."""

    def sized(self, places: Iterable[str]) -> Facts:
        """Asks for the size of each."""

    def hashed(self, places: Iterable[str]) -> Facts:
        """Reads every byte of each."""


class Remembered(Protocol):
    """What was read before, so that nothing is read twice."""

    def seen(self, places: Sequence[str]) -> Facts: ...

    def keep_seen(self, facts: Facts) -> None: ...


@dataclass(frozen=True)
class StoreLooker:
    """Looks into a store, at several files at once: one thread cannot keep a disk or a network busy."""

    store: Store
    pool: ThreadPoolExecutor

    def sized(self, places: Iterable[str]) -> Facts:
        return self._each(places, self._sized)

    def hashed(self, places: Iterable[str]) -> Facts:
        return self._each(places, self._hashed)

    def _each(self, places: Iterable[str], look: Callable[[str], BlobFact | None]) -> Facts:
        listed = list(places)
        return dict(zip(listed, self.pool.map(look, listed), strict=True))

    def _sized(self, place: str) -> BlobFact | None:
        size = self.store.size(place)
        return None if size is None else BlobFact(size)

    def _hashed(self, place: str) -> BlobFact | None:
        found = self.store.digest(place)
        return None if found is None else BlobFact(*found)


@dataclass(frozen=True)
class OnceLooker:
    """Reads each file once, however many jobs speak of it."""

    looker: Looker
    memory: Remembered

    def sized(self, places: Iterable[str]) -> Facts:
        return self.looker.sized(places)

    def hashed(self, places: Iterable[str]) -> Facts:
        wanted = list(places)
        known = self.memory.seen(wanted)
        read = self.looker.hashed([place for place in wanted if place not in known])
        self.memory.keep_seen(read)
        return {**known, **read}


def lookers() -> ThreadPoolExecutor:
    """The threads that look."""
    return ThreadPoolExecutor(_LOOKERS)
