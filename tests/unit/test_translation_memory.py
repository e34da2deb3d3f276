"""A translator that runs out of memory says which setting to lower."""

from __future__ import annotations

from typing import Any

import pytest

from services.runtime.errors import EngineOutOfMemory
from services.translation.ctranslate2_engine import Decoding, TokenTranslator


class FakeNetwork:
    """Fails as a model does."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def translate_batch(self, *_: object, **__: object) -> Any:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA failed with error out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_a_lack_of_memory_names_the_batch_to_lower(error: Exception) -> None:
    translator = TokenTranslator(FakeNetwork(error), Decoding("cpu", "default", beam_size=4, batch_tokens=1024))
    with pytest.raises(EngineOutOfMemory, match=r"translation\.batch_tokens"):
        translator.translate([["a"]])
