"""Stems are measured block by block: nothing is lost between blocks, and memory does not grow with the film."""

from __future__ import annotations

import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.documents.media import AudioTrack
from services.lyrics.stems import BLOCK_SECONDS, HOP_SECONDS, Frames, measure
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress

RATE = 11_025


def tone(path: Path, seconds: float, hertz: float = 220.0) -> Path:
    time = np.arange(round(seconds * RATE)) / RATE
    samples = 0.3 * np.sin(2 * np.pi * hertz * time) + 0.1 * np.sin(4 * np.pi * hertz * time)
    soundfile.write(path, np.stack([samples, samples], axis=1), RATE)
    return path


def track(seconds: float, start: float = 0.0) -> AudioTrack:
    return AudioTrack("audio:0", start, 16_000, round(seconds * 16_000))


def measured(folder: Path, seconds: float, *, start: float = 0.0) -> Frames:
    stem = tone(folder / f"{seconds}.flac", seconds)
    return measure(stem, stem, track(seconds, start), progress=Progress())


def test_a_tone_is_one_pitch_and_one_level_across_all_blocks(tmp_path: Path) -> None:
    frames = measured(tmp_path, 2.5 * BLOCK_SECONDS)
    assert len(frames.pitch) == len(frames.vocals) == len(frames.music) == round(2.5 * BLOCK_SECONDS / HOP_SECONDS)
    inside = slice(0, -3)  # the last frames reach beyond the end
    assert np.allclose(frames.pitch[inside], 57.0, atol=0.1)
    assert np.ptp(frames.vocals[inside]) < 0.5


def test_film_time_begins_where_the_sound_does(tmp_path: Path) -> None:
    frames = measured(tmp_path, 3.0, start=7.5)
    assert frames.time(50) == 8.5
    assert frames.between(8.5, 9.0) == slice(50, 75)


def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    peaks = [peak(tmp_path, minutes * 60.0) for minutes in (1, 4)]
    figures = 3 * 180 / HOP_SECONDS * 4
    assert peaks[1] - peaks[0] < 4 * figures


def peak(folder: Path, seconds: float) -> int:
    """Most bytes held while the stems are measured."""
    stem = tone(folder / f"{seconds}.flac", seconds)
    tracemalloc.start()
    measure(stem, stem, track(seconds), progress=Progress())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("seconds", [3.0, 5.0])
def test_stems_of_another_film_are_refused(tmp_path: Path, seconds: float) -> None:
    right, wrong = tone(tmp_path / "right.flac", 4.0), tone(tmp_path / "wrong.flac", seconds)
    for vocals, accompaniment in ((right, wrong), (wrong, right)):
        with pytest.raises(CuegraphError) as caught:
            measure(vocals, accompaniment, track(4.0), progress=Progress())
        assert caught.value.code == "REQUEST_INVALID"


def test_a_run_that_is_called_off_stops_between_blocks(tmp_path: Path) -> None:
    stem = tone(tmp_path / "stem.flac", 3 * BLOCK_SECONDS)
    called_off = threading.Event()
    called_off.set()
    with pytest.raises(CuegraphError) as caught:
        measure(stem, stem, track(3 * BLOCK_SECONDS), progress=Progress(cancelled=called_off))
    assert caught.value.code == "CANCELLED"
