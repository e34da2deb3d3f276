"""pyannote's pipeline runs from a local folder. The models here are tiny and know nothing: who they hear means nothing,
but all the code that real ones would run is run."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.diarization.pyannote_engine import Diarizer, load
from services.diarization.stage import Diarization, DiarizationSettings
from services.documents import codec
from services.documents.speakers import Speakers
from services.documents.speech import Region, Speech
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.testing import make_run
from tests.readings import RATE, Recording, record

CONFIG = """
dependencies:
  pyannote.audio: 4.0.0
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    segmentation_batch_size: 4
    embedding: $model/embedding
    embedding_batch_size: 4
    embedding_exclude_overlap: true
    plda: $model/plda
params:
  clustering: {threshold: 0.6, Fa: 0.07, Fb: 0.8}
  segmentation: {min_duration_off: 0.0}
"""
"""The form of pyannote's own pipelines since 4.0."""
SIZE = 16
"""Of the embeddings."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline of random weights in a folder, as pyannote publishes its own."""
    import torch

    folder = tmp_path_factory.mktemp("pipeline")
    (folder / "config.yaml").write_text(CONFIG)
    torch.manual_seed(0)
    _save(_segmentation(), folder / "segmentation")
    _save(_embedding(), folder / "embedding")
    _save_plda(folder / "plda")
    return folder


@pytest.fixture(scope="module")
def diarizer(model: Path) -> Diarizer:
    return load(model, "cpu")


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return record(tmp_path / "speech.wav", ["0880", "0930"], pause=1.0, start=30.0)


def test_the_stage_runs_on_it(tmp_path: Path, model: Path, recording: Recording) -> None:
    track = recording.track
    region = Region("region:0", track.start, track.end, 0, track.sample_count, 1.0, ("audio:0",))
    run = make_run(
        Diarization(),
        folder=tmp_path,
        settings=DiarizationSettings(engine="pyannote", model="tiny"),
        inputs={
            "speech_audio": recording.path,
            "media": codec.to_json(recording.media),
            "speech": codec.to_json(Speech(track, (region,))),
        },
        models={"tiny": model},
    )
    Diarization().run(run)
    document = codec.from_json(Speakers, run.written("speakers").read_bytes())
    assert document.method == "pyannote"
    assert document.turns
    assert all(turn.sources == ("region:0",) and turn.confidence is None for turn in document.turns)
    assert all(track.start <= turn.start < turn.end <= track.end for turn in document.turns)


def test_there_are_not_more_speakers_than_were_asked_for(diarizer: Diarizer, recording: Recording) -> None:
    found = diarizer.stretches(recording.path, 1, 1, Progress())
    assert {stretch.voice for stretch in found} == {0}


def test_progress_never_goes_back_and_reaches_the_end(diarizer: Diarizer, recording: Recording) -> None:
    reports: list[float] = []
    diarizer.stretches(recording.path, 1, 9, Progress(lambda done, _: reports.append(done)))
    assert reports == sorted(reports)
    assert reports[-1] == pytest.approx(recording.track.sample_count / RATE)


def test_a_cancelled_run_stops_within_the_pipeline(diarizer: Diarizer, recording: Recording) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(CuegraphError) as stopped:
        diarizer.stretches(recording.path, 1, 9, Progress(cancelled=cancelled))
    assert stopped.value.code == "CANCELLED"


def test_no_hub_is_asked(model: Path, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*target: object) -> None:
        raise AssertionError(f"a connection was opened to {target}")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert load(model, "cpu").stretches(recording.path, 1, 9, Progress())


def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as refused:
        load(tmp_path, "cpu")
    assert refused.value.code == "MODEL_UNUSABLE"


def test_a_pipeline_that_would_be_fetched_from_a_hub_is_refused(tmp_path: Path, model: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG.replace("$model/embedding", "somebody/embedding"))
    for part in ("segmentation", "plda"):
        (tmp_path / part).symlink_to(model / part)
    with pytest.raises(CuegraphError) as refused:
        load(tmp_path, "cpu")
    assert refused.value.code == "MODEL_UNUSABLE"


def test_a_device_that_is_not_there_is_refused(model: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(CuegraphError) as refused:
        load(model, "cuda")
    assert refused.value.code == "SETTING_INVALID"


def _segmentation() -> Any:
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

    network: Any = PyanNet(
        sincnet={"stride": 10},
        lstm={"hidden_size": 8, "num_layers": 1, "bidirectional": True, "monolithic": True},
        linear={"hidden_size": 8, "num_layers": 1},
    )
    network.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=5.0,
        classes=["speaker#1", "speaker#2", "speaker#3"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    return network


def _embedding() -> Any:
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import XVectorSincNet

    network: Any = XVectorSincNet(dimension=SIZE)
    network.specifications = Specifications(problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0)
    return network


def _save(network: Any, folder: Path) -> None:
    """As lightning writes a checkpoint."""
    import lightning
    import torch

    network.setup()
    checkpoint = {
        "state_dict": network.state_dict(),
        "hyper_parameters": dict(network.hparams),
        "pytorch-lightning_version": lightning.__version__,
    }
    network.on_save_checkpoint(checkpoint)
    folder.mkdir()
    torch.save(checkpoint, folder / "pytorch_model.bin")


def _save_plda(folder: Path) -> None:
    random = np.random.default_rng(0)
    folder.mkdir()
    matrix = random.normal(size=(SIZE, SIZE))
    np.savez(folder / "xvec_transform.npz", mean1=np.zeros(SIZE), mean2=np.zeros(SIZE), lda=np.linalg.qr(matrix)[0])
    np.savez(folder / "plda.npz", mu=np.zeros(SIZE), tr=np.linalg.qr(matrix.T)[0], psi=np.linspace(2, 1, SIZE))
