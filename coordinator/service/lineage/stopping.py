"""Work that ends when the call it is for does: whatever reads the store is told so at the next read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

from services.runtime.errors import Cancelled, StoreRefused
from services.runtime.store.base import Store

T = TypeVar("T")


class Stop(threading.Event):
    """Set when nobody waits for an answer any more."""

    def check(self) -> None:
        """Raises Cancelled once it is set."""
        if self.is_set():
            raise Cancelled("whoever asked has gone; ask again")


class ReadStore:
    """A store that one call reads, and that nobody writes through. Every method raises Cancelled after the call."""

    def __init__(self, store: Store, stop: Stop) -> None:
        self._store, self._stop = store, stop

    @property
    def url(self) -> str:
        return self._store.url

    def get(self, key: str) -> bytes:
        return self._wanted().get(key)

    def fetch(self, key: str, path: Path) -> None:
        self._wanted().fetch(key, path)

    def size(self, key: str) -> int | None:
        return self._wanted().size(key)

    def digest(self, key: str) -> tuple[int, str] | None:
        return self._wanted().digest(key)

    def list(self, prefix: str) -> Iterator[str]:
        for key in self._wanted().list(prefix):
            self._stop.check()
            yield key

    def folders(self, prefix: str) -> Iterator[str]:
        return self._wanted().folders(prefix)

    def create(self, key: str, data: bytes) -> None:  # noqa: ARG002  the data is not written anywhere
        raise self._refused(key)

    put = create

    def create_file(self, key: str, path: Path) -> None:  # noqa: ARG002  as above
        raise self._refused(key)

    def delete(self, key: str) -> None:
        raise self._refused(key)

    def _wanted(self) -> Store:
        self._stop.check()
        return self._store

    def _refused(self, key: str) -> StoreRefused:
        return StoreRefused(f"{key!r} cannot be written to {self.url}: a question only reads")


async def in_thread(work: Callable[[], T], stop: Stop) -> T:
    """What the work returns; told to stop if nobody waits for it any more."""
    try:
        return await asyncio.to_thread(work)
    finally:
        stop.set()


async def each_in_thread(pieces: Generator[T, None, None], stop: Stop) -> AsyncGenerator[T, None]:
    """The pieces as they are made; no thread is held while one is on its way. At the end, whatever it is, the generator
    is closed.
    """
    try:
        while (piece := await _next(pieces, stop)) is not None:
            yield piece
    finally:
        stop.set()
        await asyncio.to_thread(pieces.close)


async def _next(pieces: Iterator[T], stop: Stop) -> T | None:
    """The next piece, or None after the last. A thread cannot be called off: whoever calls this off waits for it."""
    step = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
    try:
        return await asyncio.shield(step)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.gather(step, return_exceptions=True)
        raise
