"""Loaded engines, kept in the process: a model is read once, not once per film."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Engines:
    """Engines by what made them. Safe to call from many threads; two callers never load the same engine twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loading: dict[object, threading.Lock] = {}
        self._loaded: dict[object, Any] = {}

    def __len__(self) -> int:
        """How many are loaded."""
        return len(self._loaded)

    def get(self, load: Callable[..., Any], *arguments: object) -> Any:
        """`load(*arguments)`, from an earlier call if there was one with equal arguments."""
        key = (load, arguments)
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            if key not in self._loaded:
                self._loaded[key] = load(*arguments)
            return self._loaded[key]
