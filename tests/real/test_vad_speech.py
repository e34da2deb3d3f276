"""The vad stage with its real model: it finds who speaks when, and in blocks the same as in one go."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.documents import codec
from services.documents.speech import Speech
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.testing import RecordedRun, make_run
from services.vad import pyannote_engine, silero_engine
from services.vad.detector import Detector
from services.vad.pyannote_engine import PyannoteDetector
from services.vad.scores import Scores
from services.vad.silero_engine import SileroDetector
from services.vad.sliding import Sliding
from services.vad.stage import Vad, VadSettings
from services.vad.windows import Windows
from tests.readings import RATE, Recording, model_folder, record, save, spoken

MODELS = ("pyannote-segmentation", "silero-vad")
ENGINES = ("pyannote", "silero")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {name: model_folder(name, folder) for name in MODELS}


@pytest.fixture(scope="module")
def pyannote(models: dict[str, Path]) -> PyannoteDetector:
    return pyannote_engine.load(models["pyannote-segmentation"], "cpu")


@pytest.fixture(scope="module")
def silero(models: dict[str, Path]) -> SileroDetector:
    return silero_engine.load(models["silero-vad"])


Found = tuple[Speech, RecordedRun[VadSettings]]
Detect = Callable[..., Found]


@pytest.fixture
def detect(models: dict[str, Path], tmp_path: Path) -> Detect:
    def run_stage(
        recording: Recording, progress: Progress | None = None, vocals: Path | None = None, **settings: Any
    ) -> Found:
        inputs: dict[str, Path | bytes | Sequence[Path | bytes]] = {
            "speech_audio": recording.path,
            "media": codec.to_json(recording.media),
            "vocals": [vocals] if vocals else [],
        }
        chosen = VadSettings(**settings)
        run = make_run(Vad(), settings=chosen, folder=tmp_path, inputs=inputs, models=models, progress=progress)
        Vad().run(run)
        return codec.from_json(Speech, run.written("speech").read_bytes()), run

    return run_stage


@pytest.mark.parametrize(("engine", "near"), [("pyannote", 0.2), ("silero", 0.25)])
def test_every_reading_is_one_region_within_a_quarter_of_a_second(
    detect: Detect, tmp_path: Path, engine: str, near: float
) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=1.5, start=3600.04)
    found, run = detect(recording, engine=engine)
    offset = recording.track.start
    assert [region.start - offset for region in found.regions] == pytest.approx(
        [reading.start for reading in recording.readings], abs=near
    )
    assert [region.end - offset for region in found.regions] == pytest.approx(
        [reading.end for reading in recording.readings], abs=near
    )
    assert {region.sources for region in found.regions} == {("audio:0",)}
    assert all(region.start == found.audio.time(region.start_sample) for region in found.regions)
    assert all(region.confidence > 0.8 for region in found.regions)
    assert run.warnings == []


@pytest.mark.parametrize("engine", ENGINES)
def test_silence_gives_a_valid_document_without_regions_and_a_warning(
    detect: Detect, tmp_path: Path, engine: str
) -> None:
    found, run = detect(save(tmp_path / "silence.wav", np.zeros(7 * RATE, np.float32)), engine=engine)
    assert found.regions == ()
    assert [code for code, _ in run.warnings] == ["NO_SPEECH"]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_samples_at_all_are_silence_too(detect: Detect, tmp_path: Path, engine: str) -> None:
    found, run = detect(save(tmp_path / "nothing.wav", np.zeros(0, np.float32)), engine=engine)
    assert found.regions == ()
    assert [code for code, _ in run.warnings] == ["NO_SPEECH"]


@pytest.mark.parametrize(("engine", "limit"), [("pyannote", 0.03), ("silero", 0.05)])
def test_a_telephone_talk_is_found_as_people_marked_it(
    detect: Detect, tmp_path: Path, engine: str, limit: float
) -> None:
    """Detection error: missed and false speech as a share of speech. docs/stages/vad.md says what it was."""
    sample = _telephone_sample()
    samples = np.asarray(soundfile.read(sample, dtype="float32")[0], np.float32)
    found, _ = detect(save(tmp_path / "talk.wav", samples), padding_seconds=0.0, engine=engine)
    heard = _mask([(region.start, region.end) for region in found.regions])
    marked = _mask(_marked(sample.with_suffix(".rttm")))
    assert np.mean(heard != marked) / np.mean(marked) < limit


@pytest.mark.parametrize("step", [0.5, 2.0])
def test_scores_in_blocks_are_those_of_pyannote_in_one_go(
    pyannote: PyannoteDetector, tmp_path: Path, step: float
) -> None:
    recording = record(tmp_path / "readings.wav", ["0880", "0930"], pause=1.7)
    sliding = Sliding(pyannote, step, batch_size=3)
    ours = sliding.score(recording.path, recording.track.sample_count, Progress())
    theirs = _in_one_go(pyannote, recording, step)
    # Theirs has frames beyond the end; at the very end they answer for frames that no window reaches.
    inner = len(ours) - 1
    assert ours[:inner] == pytest.approx(theirs[:inner], abs=1e-4)


def test_scores_in_blocks_are_those_of_silero_in_one_go(
    silero: SileroDetector, models: dict[str, Path], tmp_path: Path
) -> None:
    """Over a minute, so that what the network remembers goes through several blocks."""
    from silero_vad.sequence_vad import SileroVADSequence

    recording = record(tmp_path / "readings.wav", [*spoken(), *spoken()], pause=1.1)
    whole = np.asarray(soundfile.read(recording.path, dtype="float32")[0], np.float32)
    theirs = SileroVADSequence(str(next(models["silero-vad"].iterdir())), max_frames=100_000).audio_forward(whole)
    ours = silero.score(recording.path, recording.track.sample_count, Progress())
    assert ours == pytest.approx(theirs[: len(ours)], abs=1e-4)
    assert len(theirs) - len(ours) <= 1


class FakeDetector(PyannoteDetector):
    """Hears silence at once."""

    def probabilities(self, windows: Windows) -> Scores:
        return np.zeros((len(windows), self.framing.frames), np.float32)


@pytest.mark.parametrize("engine", ENGINES)
def test_memory_does_not_grow_with_the_recording(
    pyannote: PyannoteDetector, silero: SileroDetector, tmp_path: Path, engine: str
) -> None:
    sliding = Sliding(FakeDetector(None, pyannote.framing, RATE), 1.0, batch_size=8)
    detector: Detector = sliding if engine == "pyannote" else silero

    def peak(seconds: int) -> int:
        recording = save(tmp_path / f"{seconds}.wav", np.zeros(seconds * RATE, np.float32))
        tracemalloc.start()
        detector.score(recording.path, recording.track.sample_count, Progress())
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    # 8 bytes per frame of 16.9 ms are 0.3 MB for the ten minutes more; the audio alone would be 38 MB.
    assert peak(660) - peak(60) < 2_000_000


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cancelled_run_stops_at_the_next_batch(detect: Detect, tmp_path: Path, engine: str) -> None:
    cancelled = threading.Event()
    reports: list[float] = []

    def report(done: float, _: float | None) -> None:
        reports.append(done)
        cancelled.set()

    recording = save(tmp_path / "silence.wav", np.zeros(60 * RATE, np.float32))
    with pytest.raises(CuegraphError) as caught:
        detect(recording, Progress(report, cancelled), engine=engine)
    assert caught.value.code == "CANCELLED"
    assert len(reports) == 1


def test_audio_that_is_not_the_one_of_the_media_document_is_refused(detect: Detect, tmp_path: Path) -> None:
    recording = save(tmp_path / "one.wav", np.zeros(RATE, np.float32))
    save(recording.path, np.zeros(2 * RATE, np.float32))
    with pytest.raises(CuegraphError, match=r"speech_audio .* same job") as caught:
        detect(recording)
    assert caught.value.code == "REQUEST_INVALID"


@pytest.mark.parametrize("engine", ENGINES)
def test_audio_of_another_sample_rate_is_refused(detect: Detect, tmp_path: Path, engine: str) -> None:
    recording = save(tmp_path / "silence.wav", np.zeros(RATE, np.float32), rate=8_000)
    with pytest.raises(CuegraphError, match="8000 Hz") as caught:
        detect(recording, engine=engine)
    assert caught.value.code == "REQUEST_INVALID"


def test_vocals_are_heard_instead_of_the_speech_audio(detect: Detect, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0880"], pause=1.0)
    silent = save(tmp_path / "vocals.wav", np.zeros(recording.track.sample_count, np.float32))
    found, _ = detect(recording, vocals=silent.path)
    assert found.regions == ()
    assert found.audio == recording.track
    spoken_vocals, _ = detect(silent, vocals=recording.path)
    assert len(spoken_vocals.regions) == 1


@pytest.mark.parametrize(("seconds", "channels", "rate"), [(2, 1, RATE), (1, 2, RATE), (1, 1, 8_000)])
def test_vocals_that_are_not_as_the_speech_audio_are_refused(
    detect: Detect, tmp_path: Path, seconds: int, channels: int, rate: int
) -> None:
    recording = save(tmp_path / "one.wav", np.zeros(RATE, np.float32))
    vocals = tmp_path / "vocals.wav"
    soundfile.write(vocals, np.zeros((seconds * RATE, channels)), rate)
    with pytest.raises(CuegraphError, match=r"vocals .* same job") as caught:
        detect(recording, vocals=vocals)
    assert caught.value.code == "REQUEST_INVALID"


@pytest.mark.parametrize("engine", ENGINES)
def test_thresholds_count_for_both_engines(detect: Detect, tmp_path: Path, engine: str) -> None:
    recording = record(tmp_path / "readings.wav", ["0880", "0930"], pause=1.0)
    strict, _ = detect(recording, engine=engine, onset=0.99, offset=0.98, padding_seconds=0.0)
    mild, _ = detect(recording, engine=engine, onset=0.3, offset=0.2, padding_seconds=0.0)
    assert strict.speech_seconds < mild.speech_seconds


def test_silero_on_a_gpu_is_refused() -> None:
    with pytest.raises(CuegraphError, match=r"vad\.device") as caught:
        VadSettings(engine="silero", device="cuda")
    assert caught.value.code == "SETTING_INVALID"


def _in_one_go(detector: PyannoteDetector, recording: Recording, step: float) -> Scores:
    import torch
    from pyannote.audio import Inference

    inference = Inference(
        detector.inference.model, step=step, pre_aggregation_hook=lambda it: np.max(it, axis=-1, keepdims=True)
    )
    samples = np.asarray(soundfile.read(recording.path, dtype="float32")[0], np.float32)
    scores: Any = inference({"waveform": torch.from_numpy(samples)[None], "sample_rate": RATE})
    return np.asarray(scores.data[:, 0], np.float32)


def _telephone_sample() -> Path:
    package = find_spec("pyannote.audio")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "sample" / "sample.wav"


def _marked(rttm: Path) -> list[tuple[float, float]]:
    fields = [line.split() for line in rttm.read_text().splitlines()]
    return [(float(it[3]), float(it[3]) + float(it[4])) for it in fields]


def _mask(spans: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """30 s at 10 ms: whether there is speech."""
    mask = np.zeros(3_000, bool)
    for start, end in spans:
        mask[round(start * 100) : round(end * 100)] = True
    return mask
