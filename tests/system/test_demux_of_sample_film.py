"""The words of the sample film are where the film says: the ground on which other tests measure word times."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from services.demux.stage import Demux
from services.runtime.media import probe
from services.runtime.testing import make_run
from tests.film import MEDIA, looped_film, sample_film, sample_words

RATE = 16_000
Samples = npt.NDArray[np.float64]


def demuxed(film: Path, folder: Path) -> Samples:
    run = make_run(Demux(), inputs={"media": film}, folder=folder)
    Demux().run(run)
    return read(run.written("speech_audio"))


def read(path: Path) -> Samples:
    return cast(Samples, soundfile.read(path)[0])


def place(needle: Samples, hay: Samples) -> float:
    """Seconds into `hay` at which `needle` fits best."""
    size = 1 << (len(hay) + len(needle)).bit_length()  # a size that the transform is fast for
    correlation = np.fft.irfft(np.fft.rfft(hay, size) * np.conj(np.fft.rfft(needle, size)), size)
    return int(np.argmax(correlation[: len(hay)])) / RATE


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "m4a", "ts"])
def test_every_reading_is_heard_where_the_film_says(tmp_path: Path, suffix: str) -> None:
    pictures = None if suffix == "m4a" else "color=size=160x90:rate=25"
    film = sample_film(tmp_path / f"film.{suffix}", pause_seconds=1.0, pictures=pictures)
    heard = demuxed(film.path, tmp_path)
    for name, reading in zip(sample_words(), film.readings, strict=True):
        assert place(read(MEDIA / name), heard) == pytest.approx(reading.start, abs=0.001)
    assert len(film.words) == 71


def test_a_looped_film_is_as_long_as_asked(tmp_path: Path) -> None:
    facts = probe(looped_film(tmp_path / "long.mkv", minutes=3))
    assert facts.duration_seconds == pytest.approx(180, abs=0.5)
