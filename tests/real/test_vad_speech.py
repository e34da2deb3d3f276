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
from services.vad import engine
from services.vad.engine import Detector
from services.vad.scores import Scores
from services.vad.stage import Vad, VadSettings, score
from services.vad.windows import Windows
from tests.readings import RATE, Recording, model_folder, record, save, spoken

MODEL = "pyannote-segmentation"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_folder(MODEL, tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def detector(model: Path) -> Detector:
    return engine.load(model, "cpu")


Found = tuple[Speech, RecordedRun[VadSettings]]
Detect = Callable[..., Found]


@pytest.fixture
def detect(model: Path, tmp_path: Path) -> Detect:
    def run_stage(recording: Recording, progress: Progress | None = None, **settings: float) -> Found:
        inputs: dict[str, Path | bytes | Sequence[Path | bytes]] = {
            "speech_audio": recording.path,
            "media": codec.to_json(recording.media),
        }
        chosen = VadSettings(**settings)  # type: ignore[arg-type]
        run = make_run(Vad(), settings=chosen, folder=tmp_path, inputs=inputs, models={MODEL: model}, progress=progress)
        Vad().run(run)
        return codec.from_json(Speech, run.written("speech").read_bytes()), run

    return run_stage


def test_every_reading_is_one_region_within_a_fifth_of_a_second(detect: Detect, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=1.5, start=3600.04)
    found, run = detect(recording)
    offset = recording.track.start
    assert [region.start - offset for region in found.regions] == pytest.approx(
        [reading.start for reading in recording.readings], abs=0.2
    )
    assert [region.end - offset for region in found.regions] == pytest.approx(
        [reading.end for reading in recording.readings], abs=0.2
    )
    assert {region.sources for region in found.regions} == {("audio:0",)}
    assert all(region.start == found.audio.time(region.start_sample) for region in found.regions)
    assert all(region.confidence > 0.8 for region in found.regions)
    assert run.warnings == []


def test_silence_gives_a_valid_document_without_regions_and_a_warning(detect: Detect, tmp_path: Path) -> None:
    found, run = detect(save(tmp_path / "silence.wav", np.zeros(7 * RATE, np.float32)))
    assert found.regions == ()
    assert [code for code, _ in run.warnings] == ["NO_SPEECH"]


def test_no_samples_at_all_are_silence_too(detect: Detect, tmp_path: Path) -> None:
    found, run = detect(save(tmp_path / "nothing.wav", np.zeros(0, np.float32)))
    assert found.regions == ()
    assert [code for code, _ in run.warnings] == ["NO_SPEECH"]


def test_a_telephone_talk_is_found_as_people_marked_it(detect: Detect, tmp_path: Path) -> None:
    """Detection error: missed and false speech as a share of speech; 5 % is three times what it was found to be."""
    sample = _telephone_sample()
    samples = np.asarray(soundfile.read(sample, dtype="float32")[0], np.float32)
    found, _ = detect(save(tmp_path / "talk.wav", samples), padding_seconds=0.0)
    heard = _mask([(region.start, region.end) for region in found.regions])
    marked = _mask(_marked(sample.with_suffix(".rttm")))
    assert np.mean(heard != marked) / np.mean(marked) < 0.05


@pytest.mark.parametrize("step", [0.5, 2.0])
def test_scores_in_blocks_are_those_of_pyannote_in_one_go(detector: Detector, tmp_path: Path, step: float) -> None:
    recording = record(tmp_path / "readings.wav", ["0880", "0930"], pause=1.7)
    ours = score(
        recording.path,
        recording.track,
        detector,
        VadSettings(window_step_seconds=step, batch_size=3),
        Progress(),
    )
    theirs = _in_one_go(detector, recording, step)
    # Theirs has frames beyond the end; at the very end they answer for frames that no window reaches.
    inner = len(ours) - 1
    assert ours[:inner] == pytest.approx(theirs[:inner], abs=1e-4)


class FakeDetector(Detector):
    """Hears silence at once."""

    def probabilities(self, windows: Windows) -> Scores:
        return np.zeros((len(windows), self.framing.frames), np.float32)


def test_memory_does_not_grow_with_the_recording(detector: Detector, tmp_path: Path) -> None:
    def peak(seconds: int) -> int:
        recording = save(tmp_path / f"{seconds}.wav", np.zeros(seconds * RATE, np.float32))
        tracemalloc.start()
        score(recording.path, recording.track, FakeDetector(None, detector.framing, RATE), VadSettings(), Progress())
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    # 8 bytes per frame of 16.9 ms are 0.3 MB for the ten minutes more; the audio alone would be 38 MB.
    assert peak(660) - peak(60) < 2_000_000


def test_a_cancelled_run_stops_at_the_next_batch(detect: Detect, tmp_path: Path) -> None:
    cancelled = threading.Event()
    reports: list[float] = []

    def report(done: float, _: float | None) -> None:
        reports.append(done)
        cancelled.set()

    recording = save(tmp_path / "silence.wav", np.zeros(60 * RATE, np.float32))
    with pytest.raises(CuegraphError) as caught:
        detect(recording, Progress(report, cancelled))
    assert caught.value.code == "CANCELLED"
    assert len(reports) == 1


def test_audio_that_is_not_the_one_of_the_media_document_is_refused(detect: Detect, tmp_path: Path) -> None:
    recording = save(tmp_path / "one.wav", np.zeros(RATE, np.float32))
    save(recording.path, np.zeros(2 * RATE, np.float32))
    with pytest.raises(CuegraphError, match="same run of demux") as caught:
        detect(recording)
    assert caught.value.code == "REQUEST_INVALID"


def test_audio_of_another_sample_rate_is_refused(detector: Detector, detect: Detect, tmp_path: Path) -> None:
    recording = save(tmp_path / "silence.wav", np.zeros(RATE, np.float32), rate=8_000)
    with pytest.raises(CuegraphError, match="8000 Hz") as caught:
        detect(recording)
    assert caught.value.code == "REQUEST_INVALID"


def _in_one_go(detector: Detector, recording: Recording, step: float) -> Scores:
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
