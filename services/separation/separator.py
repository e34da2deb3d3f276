"""What every engine of separation can do: hear the voices in a window of music."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from services.runtime.errors import EngineOutOfMemory

from .resampling import Samples

Check = Callable[[], None]
"""Raises Cancelled when the run was called off. Called between a network's layers: on a CPU a window takes long."""

_NO_MEMORY = ("out of memory", "can't allocate memory")


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


@contextmanager
def memory_watched(seconds: float) -> Iterator[None]:
    """Raises EngineOutOfMemory where there is no memory for a window of so many seconds."""
    try:
        yield
    # torch tells of missing memory with a RuntimeError of its own for CUDA, a plain one for the CPU.
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not any(sign in str(error) for sign in _NO_MEMORY):
            raise
        raise EngineOutOfMemory(
            f"no memory to separate {seconds:.1f} s of sound at once; lower separation.segment_seconds"
        ) from error
