"""Separation needs as much memory for ten minutes as for one: a film is never held in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

RATE = 44_100


def peak_bytes(folder: Path, minutes: int) -> int:
    """Peak memory of a process that separates so much noise."""
    noise = np.random.default_rng(0).normal(0, 0.1, (60 * RATE, 2))
    path = folder / "full.flac"
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16", format="FLAC", compression_level=0) as file:
        for _ in range(minutes):
            file.write(noise)
    command = [sys.executable, "-m", "tests.separation_memory", str(path)]
    measured = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    for stem, rate in (("vocals.flac", RATE), ("accompaniment.flac", RATE), ("speech_vocals.wav", 16_000)):
        assert soundfile.info(folder / stem).frames == minutes * 60 * rate
    return int(measured.stdout)


def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    # Nine minutes more are 190 MB of samples. What differs from run to run is the allocator's, a few MB at most.
    assert peak_bytes(tmp_path, 10) - peak_bytes(tmp_path, 1) < 20_000_000
