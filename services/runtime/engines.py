"""Loaded engines, kept in the process: a model is read once, not once per film."""

from __future__ import annotations

import gc
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

Key: TypeAlias = tuple[Callable[..., Any], tuple[object, ...]]


class Engines:
    """Engines by what made them. Safe to call from many threads; two callers never load the same engine twice.

    With `most` there are never more than so many, unless runs at work hold more: the one used longest ago makes room
    for the next, before that is loaded.
    """

    def __init__(self, most: int = 0) -> None:
        """`most` 0 keeps all of them."""
        self._most = most
        self._lock = threading.Lock()
        self._loading: dict[Key, threading.Lock] = {}
        self._loaded: dict[Key, Any] = {}
        """The longest unused first."""
        self._holders: Counter[Key] = Counter()

    def __len__(self) -> int:
        """How many are loaded."""
        return len(self._loaded)

    def get(self, load: Callable[..., Any], *arguments: object) -> Any:
        """`load(*arguments)`, from an earlier call if there was one with equal arguments; held for good."""
        return self._held((load, arguments))

    @contextmanager
    def lease(self) -> Iterator[Callable[..., Any]]:
        """A `get` whose engines are held until the end of the block, and may make room afterwards."""
        held: list[Key] = []

        def get(load: Callable[..., Any], *arguments: object) -> Any:
            held.append((load, arguments))
            return self._held(held[-1])

        try:
            yield get
        finally:
            with self._lock:
                self._holders.subtract(held)
            self._make_room(0)

    def _held(self, key: Key) -> Any:
        with self._lock:
            self._holders[key] += 1
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            engine = self._loaded[key] if key in self._loaded else self._load(key)
            with self._lock:
                self._loaded.pop(key, None)  # put in anew, so that it stands last
                self._loaded[key] = engine
            return engine

    def _load(self, key: Key) -> Any:
        self._make_room(1)
        load, arguments = key
        return load(*arguments)

    def _make_room(self, wanted: int) -> None:
        """Drops what is longest unused and held by nobody, until `wanted` more can be taken."""
        with self._lock:
            surplus = len(self._loaded) + wanted - self._most if self._most else 0
            idle = [key for key in self._loaded if not self._holders[key]]
            dropped = idle[: max(surplus, 0)]
            for key in dropped:
                del self._loaded[key], self._holders[key]
        if dropped:
            _give_memory_back()


def _give_memory_back() -> None:
    """Engines hold themselves in cycles, and torch keeps the memory of a GPU for later unless it is told."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
