"""Engines say in one way that their device or its memory is not there."""

from __future__ import annotations

import pytest

from services.runtime.devices import memory_for, require_device
from services.runtime.errors import CuegraphError


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried"),
    ],
)
def test_missing_memory_is_told_with_what_helps(error: Exception) -> None:
    with (
        pytest.raises(CuegraphError, match=r"^no memory for 8 windows at once; lower vad\.batch_size$") as caught,
        memory_for("for 8 windows at once", "lower vad.batch_size"),
    ):
        raise error
    assert caught.value.code == "ENGINE_OUT_OF_MEMORY"


def test_other_errors_of_a_library_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes differ"), memory_for("for 8 windows", "lower vad.batch_size"):
        raise RuntimeError("shapes differ")


def test_cuda_where_there_is_none_is_no_setting() -> None:
    with pytest.raises(CuegraphError, match=r"vad\.device") as caught:
        require_device("vad.device", "cuda", lambda: False)
    assert caught.value.code == "SETTING_INVALID"


@pytest.mark.parametrize(("device", "has_cuda"), [("cuda", True), ("cpu", True), ("cpu", False)])
def test_a_device_that_is_there_is_taken(device: str, has_cuda: bool) -> None:
    require_device("vad.device", device, lambda: has_cuda)
