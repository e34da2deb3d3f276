"""The speech audio is read in stretches, and a file that is refused is not kept open."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.asr.sound import SAMPLE_RATE, Sound
from services.runtime.errors import InvalidRequest


def test_a_file_that_is_refused_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    soundfile.write(path, np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  Linux only, and only the number
    with pytest.raises(InvalidRequest) as caught:
        Sound(path, SAMPLE_RATE + 1)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    assert caught.value.code == "REQUEST_INVALID"
