"""What every translation engine is: texts of one scene in, as many translations out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from services.runtime.progress import Progress

from .pairs import Pair

Protection = Literal["inserted", "placeholder", "told"]
"""How terms and marks inside a text are kept from an engine: `inserted`: the term's translation stands in the text and
marks are left out; `placeholder`: a code stands for each; `told`: the text is as it was, and the terms are named."""


@dataclass(frozen=True)
class Line:
    """One text to translate."""

    id: str
    text: str
    terms: tuple[tuple[str, str], ...] = ()
    """What stands in the text, and how it must read; for engines that are told."""


@dataclass(frozen=True)
class Batch:
    """The texts of one scene, in order."""

    lines: tuple[Line, ...]
    before: tuple[str, ...] = ()
    """What was said just before them, for engines that look at context."""


@dataclass(frozen=True)
class Rendering:
    """What an engine made of one text."""

    text: str
    """Empty if the engine has nothing that can be used."""
    problems: tuple[str, ...] = ()
    """What the engine itself knows to be wrong with it, as codes."""


class Engine(Protocol):
    @property
    def name(self) -> str:
        """As `Sentence.engine` tells it."""

    @property
    def protections(self) -> Sequence[Protection]:
        """The ways to protect that work with this engine, the best first."""

    def translate(self, batch: Batch, pair: Pair, progress: Progress) -> list[Rendering]:
        """A rendering for each line, in order. Raises Cancelled soon after a cancellation."""
