"""Separation in windows covers the whole sound once, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.documents import codec
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.stage import Skipped
from services.runtime.testing import make_run
from services.separation.overlap import separate
from services.separation.resampling import Samples
from services.separation.separator import Check
from services.separation.sound import Sound, film_sound
from services.separation.stage import Separation, SeparationSettings
from services.separation.stems import write_stems
from tests.readings import save

RATE = 44_100


@dataclass
class FakeSeparator:
    """Hears one share of the mixture as vocals."""

    window: int
    share: float = 1.0
    sample_rate: int = RATE

    def vocals(self, mixture: Samples, check: Check) -> Samples:
        check()
        assert mixture.shape == (2, self.window)
        return mixture * np.float32(self.share)


def stereo(path: Path, sample_count: int) -> Path:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (sample_count, 2))
    soundfile.write(path, samples, RATE, subtype="PCM_16", format="FLAC")
    return path


def no_check() -> None:
    """Nobody calls the run off."""


@given(st.integers(1, 900), st.integers(2, 300), st.floats(0, 0.9))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_where_all_is_voice_the_vocals_are_the_mixture(
    tmp_path: Path, sample_count: int, window: int, overlap: float
) -> None:
    with soundfile.SoundFile(stereo(tmp_path / "full.flac", sample_count)) as file:
        sound = Sound(file, RATE, sample_count, Fraction(0))
        pieces = list(separate(sound, FakeSeparator(window), overlap, no_check))
        assert np.array_equal(np.concatenate([mixture for mixture, _ in pieces], axis=1), sound.read(0, sample_count))
    for mixture, vocals in pieces:
        assert vocals == pytest.approx(mixture, abs=1e-5)


def test_where_the_file_is_over_there_is_silence(tmp_path: Path) -> None:
    """The full audio may end some samples before the speech audio, by its own rate's rounding."""
    with soundfile.SoundFile(stereo(tmp_path / "full.flac", 400)) as file:
        sound = Sound(file, RATE, 900, Fraction(-50))
        vocals = np.concatenate([heard for _, heard in separate(sound, FakeSeparator(100), 0.5, no_check)], axis=1)
        assert vocals.shape == (2, 900)
        assert not vocals[:, :50].any()
        assert vocals[:, 50:450] == pytest.approx(Sound(file, RATE, 400, Fraction(0)).read(0, 400), abs=1e-5)
        assert not vocals[:, 450:].any()


@dataclass
class FakeWindowCounter(FakeSeparator):
    """Hears 1 in the first window, 2 in the second and so on."""

    count: int = 0

    def vocals(self, mixture: Samples, check: Check) -> Samples:
        self.count += 1
        return np.full_like(mixture, self.count)


def test_one_window_fades_into_the_next(tmp_path: Path) -> None:
    with soundfile.SoundFile(stereo(tmp_path / "full.flac", 150)) as file:
        pieces = separate(Sound(file, RATE, 150, Fraction(0)), FakeWindowCounter(100), 0.5, no_check)
        vocals = np.concatenate([heard for _, heard in pieces], axis=1)[0]
    assert vocals[:50] == pytest.approx(1)
    assert vocals[50] < 1.1
    assert np.all(np.diff(vocals[50:100]) > 0)
    assert vocals[99] > 1.9


def test_together_the_stems_are_the_sound_of_the_film(tmp_path: Path) -> None:
    reports: list[float] = []
    with soundfile.SoundFile(stereo(tmp_path / "full.flac", 1_000)) as file:
        sound = Sound(file, RATE, 1_000, Fraction(0))
        pieces = separate(sound, FakeSeparator(300, share=0.25), 0.25, no_check)
        report = Progress(lambda done, total: reports.append(done / (total or 1)))
        highest = write_stems(pieces, sound, tmp_path / "vocals.flac", tmp_path / "rest.flac", report)
    vocals, rest, full = (soundfile.read(tmp_path / f"{name}.flac")[0] for name in ("vocals", "rest", "full"))
    assert vocals.shape == rest.shape == full.shape
    assert np.abs(vocals + rest - full).max() < 4 / 32_768
    assert highest == pytest.approx(np.abs(vocals).max(), abs=1e-4)
    assert reports[-1] == 1
    assert reports == sorted(reports)


@pytest.mark.parametrize(("seconds", "channels"), [(1.5, 2), (1.0, 1)])
def test_audio_that_cannot_be_that_of_the_film_is_refused(tmp_path: Path, seconds: float, channels: int) -> None:
    media = save(tmp_path / "speech.wav", np.zeros(16_000, np.float32)).media
    soundfile.write(tmp_path / "full.flac", np.zeros((round(seconds * RATE), channels)), RATE)
    with soundfile.SoundFile(tmp_path / "full.flac") as file, pytest.raises(CuegraphError) as caught:
        film_sound(file, media, RATE)
    assert caught.value.code == "REQUEST_INVALID"


@pytest.mark.parametrize(
    ("chosen", "model", "overlap"),
    [
        (SeparationSettings(), "spleeter-2stems", 0.25),
        (SeparationSettings(engine="demucs"), "htdemucs", 0.25),
        (SeparationSettings(engine="demucs", variant="fine"), "htdemucs-ft", 0.5),
        (SeparationSettings(engine="demucs", variant="fine", model="mine", overlap=0.0), "mine", 0.0),
    ],
)
def test_a_variant_chooses_model_and_overlap_unless_they_are_given(
    chosen: SeparationSettings, model: str, overlap: float
) -> None:
    assert Separation().models(chosen) == (model,)
    assert chosen.overlap_share == overlap


def test_no_engine_needs_no_model() -> None:
    assert Separation().models(SeparationSettings(engine="none")) == ()


def test_of_sound_without_samples_nothing_is_taken_apart(tmp_path: Path) -> None:
    media = save(tmp_path / "speech.wav", np.zeros(0, np.float32)).media
    inputs = {"full_audio": b"", "media": codec.to_json(media)}
    with pytest.raises(Skipped, match="no samples"):
        Separation().run(make_run(Separation(), folder=tmp_path, inputs=inputs))
