"""What an engine may find missing where it runs: the device itself, and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .errors import EngineOutOfMemory, InvalidSetting

_NO_MEMORY = ("out of memory", "can't allocate memory")
"""What CUDA, CTranslate2 and PyTorch's allocator on the CPU say, all of them by a RuntimeError."""


def require_device(setting: str, device: str, has_cuda: Callable[[], bool]) -> None:
    """Raises InvalidSetting if `device`, the value of `setting`, is `cuda` and this machine has none."""
    if device == "cuda" and not has_cuda():
        raise InvalidSetting(f"setting {setting} is cuda, and no CUDA device is usable here; set it to cpu")


@contextmanager
def memory_for(what: str, remedy: str) -> Iterator[None]:
    """Raises EngineOutOfMemory for whatever libraries raise when memory runs out: no memory `what`, and what helps.

    E.g. `memory_for("for 8 windows at once", "lower vad.batch_size")`.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not any(sign in str(error) for sign in _NO_MEMORY):
            raise
        raise EngineOutOfMemory(f"no memory {what}; {remedy}") from error
