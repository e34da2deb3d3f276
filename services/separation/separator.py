"""What every engine of separation can do: hear the voices in a window of music."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .resampling import Samples

Check = Callable[[], None]
"""Raises Cancelled when the run was called off. Called between a network's layers: on a CPU a window takes long."""


class Separator(Protocol):
    """A loaded model. Safe to call from many threads."""

    @property
    def sample_rate(self) -> int:
        """In Hz."""

    @property
    def window(self) -> int:
        """Samples that it takes at once."""

    def vocals(self, mixture: Samples, check: Check) -> Samples:
        """The voices in `mixture`, both of shape (2, window). Raises EngineOutOfMemory, and what `check` raises."""
