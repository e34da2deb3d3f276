"""Actors that share a store and do one verb at a time, in an order that a test chooses; any of them may be killed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from services.runtime.store.base import Store

_SECONDS = 30.0


class Killed(BaseException):
    """Ends an actor as a kill ends a process: nothing catches it."""


class Actor:
    """A function that is given a store of its own: each verb there waits until the test lets it go on."""

    def __init__(self, store: Store, work: Callable[[Store], object]) -> None:
        self._go, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        self._killed = False
        self.is_over = False
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work, SteppedStore(store, self)), daemon=True)
        self._thread.start()
        self._wait()

    def step(self) -> None:
        """Lets it do one verb, up to the next or its end."""
        if not self.is_over:
            self._go.release()
            self._wait()

    def kill(self) -> None:
        """Ends it before its next verb."""
        self._killed = True
        while not self.is_over:
            self.step()

    def wait_for_turn(self) -> None:
        self._waits.release()
        assert self._go.acquire(timeout=_SECONDS)
        if self._killed:
            raise Killed

    def _run(self, work: Callable[[Store], object], store: Store) -> None:
        try:
            work(store)
        except BaseException as error:  # noqa: BLE001  the test looks at it
            self.error = error
        self.is_over = True
        self._waits.release()

    def _wait(self) -> None:
        assert self._waits.acquire(timeout=_SECONDS)


class SteppedStore:
    """What an actor sees of the store."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store, self._actor = store, actor

    def _next(self) -> Store:
        self._actor.wait_for_turn()
        return self._store

    @property
    def url(self) -> str:
        return self._store.url

    def create(self, key: str, data: bytes) -> None:
        self._next().create(key, data)

    def create_file(self, key: str, path: Path) -> None:
        self._next().create_file(key, path)

    def put(self, key: str, data: bytes) -> None:
        self._next().put(key, data)

    def get(self, key: str) -> bytes:
        return self._next().get(key)

    def fetch(self, key: str, path: Path) -> None:
        self._next().fetch(key, path)

    def size(self, key: str) -> int | None:
        return self._next().size(key)

    def digest(self, key: str) -> tuple[int, str] | None:
        return self._next().digest(key)

    def list(self, prefix: str) -> Iterator[str]:
        return self._next().list(prefix)

    def folders(self, prefix: str) -> Iterator[str]:
        return self._next().folders(prefix)

    def delete(self, key: str) -> None:
        self._next().delete(key)
