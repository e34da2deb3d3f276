"""Overlap-add, and the windows it adds up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from services.vad.scores import Framing, OverlapAdd
from services.vad.windows import batches, starts

FRAMING = Framing(window=80_000, frames=293, frame_step=270, frame_length=991)


@given(st.integers(0, 300_000), st.sampled_from([1_600, 8_000, 32_000, 64_000]))
def test_equal_scores_average_to_themselves_on_every_frame(sample_count: int, step: int) -> None:
    scores = OverlapAdd(FRAMING, sample_count)
    for start in starts(sample_count, FRAMING.window, step):
        scores.add(start, np.full(FRAMING.frames, 0.25, np.float32))
    assert scores.result() == pytest.approx(np.full(FRAMING.frame_count(sample_count), 0.25), abs=1e-5)


@given(st.integers(0, 5_000), st.integers(1, 700), st.integers(1, 700))
def test_windows_cover_every_sample_and_none_begins_beyond_the_end(sample_count: int, window: int, step: int) -> None:
    step = min(step, window)
    found = starts(sample_count, window, step)
    assert (len(found) == 0) == (sample_count == 0)
    if sample_count:
        assert found[0] == 0
        assert found[-1] + window >= sample_count
        assert found[-1] < sample_count


@pytest.mark.parametrize("sample_count", [1, 99, 100, 101, 250, 1_000])
@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_batches_hold_what_the_recording_holds_and_then_silence(
    tmp_path: Path, sample_count: int, batch_size: int
) -> None:
    samples = np.linspace(-0.5, 0.5, sample_count, dtype=np.float32)
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")
    padded = np.pad(samples, (0, 200))
    seen = []
    for some, windows in batches(tmp_path / "a.wav", sample_count, 100, 30, batch_size):
        assert windows.shape == (len(some), 100)
        for start, window in zip(some, windows, strict=True):
            assert np.array_equal(window, padded[start : start + 100])
            seen.append(start)
    assert seen == list(starts(sample_count, 100, 30))


def test_frames_are_counted_by_their_centres() -> None:
    assert FRAMING.frame_count(0) == 0
    assert FRAMING.frame_count(FRAMING.centre(7)) == 7
    assert FRAMING.frame_count(FRAMING.centre(7) + 1) == 8
