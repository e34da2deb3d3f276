"""The speech audio is read in stretches, and a file that is refused is not kept open."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.asr.sound import SAMPLE_RATE, Sound
from services.documents.media import AudioTrack
from services.runtime.errors import InvalidRequest

TRACK = AudioTrack(stream="audio:0", start=0.0, sample_rate=SAMPLE_RATE, sample_count=SAMPLE_RATE)


def silence(folder: Path, *, sample_rate: int = SAMPLE_RATE, channels: int = 1) -> Path:
    path = folder / "speech.wav"
    soundfile.write(path, np.zeros((SAMPLE_RATE, channels), np.float32), sample_rate)
    return path


def test_a_file_that_is_refused_is_closed(tmp_path: Path) -> None:
    path = silence(tmp_path)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  Linux only, and only the number
    with pytest.raises(InvalidRequest) as caught:
        Sound("speech_audio", path, replace(TRACK, sample_count=SAMPLE_RATE + 1))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    assert caught.value.code == "REQUEST_INVALID"


@pytest.mark.parametrize("other", [{"sample_rate": 8_000}, {"channels": 2}])
def test_sound_that_is_not_as_its_document_says_is_refused(tmp_path: Path, other: dict[str, int]) -> None:
    with pytest.raises(InvalidRequest, match="vocals") as caught:
        Sound("vocals", silence(tmp_path, **other), TRACK)
    assert caught.value.code == "REQUEST_INVALID"


def test_a_rate_that_is_not_whisper_s_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"demux\.sample_rate") as caught:
        Sound("speech_audio", silence(tmp_path, sample_rate=8_000), replace(TRACK, sample_rate=8_000))
    assert caught.value.code == "REQUEST_INVALID"
