"""The path of demucs: a small HTDemucs of random weights, saved as demucs saves one and loaded from its folder."""

from __future__ import annotations

import hashlib
import json
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from services.documents import codec
from services.runtime.artifact import digest_file
from services.runtime.errors import CuegraphError
from services.runtime.model_sources import ModelFile
from services.runtime.models import Catalog, Model, ModelStore, listing
from services.runtime.progress import Progress
from services.runtime.testing import RecordedRun, make_run
from services.separation import demucs_engine
from services.separation.demucs_engine import DemucsSeparator
from services.separation.overlap import separate
from services.separation.sound import Sound
from services.separation.stage import Separation, SeparationSettings
from tests.readings import save

RATE = 44_100
SOURCES = ["drums", "bass", "other", "vocals"]

pytestmark = [
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
    pytest.mark.filterwarnings("ignore:std\\(\\).* degrees of freedom"),
]


def small_network(seed: int, sources: list[str] | None = None) -> Any:
    """An HTDemucs of 0.4 M parameters whose window is one second."""
    import torch
    from demucs.htdemucs import HTDemucs

    torch.manual_seed(seed)
    return HTDemucs(sources or SOURCES, channels=8, growth=2, t_layers=1, t_heads=2, segment=1.0).eval()


def save_network(network: Any, folder: Path, signature: str) -> None:
    """As demucs' own training writes it: `<signature>-<checksum>.th`."""
    from demucs.states import save_with_checksum, serialize_model
    from omegaconf import OmegaConf

    folder.mkdir(exist_ok=True)
    save_with_checksum(serialize_model(network, OmegaConf.create({}), half=False), folder / f"{signature}.th")


def save_safetensors(network: Any, path: Path) -> None:
    """As demucs' author publishes it since 4.1: what makes the network is in the file's metadata."""
    from safetensors.torch import save_file

    arguments, named = network._init_args_kwargs
    metadata = {"klass": "demucs.htdemucs.HTDemucs", "args": json.dumps(arguments), "kwargs": json.dumps(named)}
    path.parent.mkdir(exist_ok=True)
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, path, metadata)


def mixture(path: Path, seconds: float) -> Path:
    samples = np.random.default_rng(0).normal(0, 0.1, (round(seconds * RATE), 2))
    soundfile.write(path, samples, RATE, subtype="PCM_16", format="FLAC")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demucs") / "model"
    save_network(small_network(0), folder, "c0ffee00")
    return folder


@pytest.fixture(scope="module")
def separator(folder: Path) -> DemucsSeparator:
    return demucs_engine.load(folder, "cpu", None)


def vocals_of(separator: DemucsSeparator, path: Path, overlap: float = 0.25) -> Any:
    with soundfile.SoundFile(path) as file:
        sound = Sound(file, RATE, file.frames, Fraction(0))
        return np.concatenate([heard for _, heard in separate(sound, separator, overlap, lambda: None)], axis=1)


def test_vocals_window_by_window_are_those_that_demucs_finds_in_one_go(
    separator: DemucsSeparator, tmp_path: Path
) -> None:
    import torch
    from demucs.apply import apply_model

    path = mixture(tmp_path / "full.flac", 5.3)
    samples = soundfile.read(path, dtype="float32")[0].T
    whole = apply_model(small_network(0), torch.from_numpy(samples)[None], shifts=0, split=True, overlap=0.25)
    # demucs centres the last windows, which reach beyond the end, in another way.
    inner = 4 * RATE
    ours = vocals_of(separator, path)
    assert ours.shape == samples.shape
    assert np.abs(ours - whole[0, 3].numpy())[:, :inner].max() < 1e-5


def test_a_network_as_safetensors_is_the_same_network(separator: DemucsSeparator, tmp_path: Path) -> None:
    save_safetensors(small_network(0), tmp_path / "model" / "c0ffee00.safetensors")
    path = mixture(tmp_path / "full.flac", 1.5)
    loaded = demucs_engine.load(tmp_path / "model", "cpu", None)
    assert np.array_equal(vocals_of(loaded, path), vocals_of(separator, path))


@pytest.mark.parametrize("form", ["th", "safetensors"])
def test_of_a_bag_only_the_networks_for_vocals_are_kept(separator: DemucsSeparator, tmp_path: Path, form: str) -> None:
    for seed, signature in ((1, "aaaa0000"), (0, "bbbb0000")):
        if form == "th":
            save_network(small_network(seed), tmp_path / "bag", signature)
        else:
            save_safetensors(small_network(seed), tmp_path / "bag" / f"{signature}.safetensors")
    text = "models: ['aaaa0000', 'bbbb0000']\nweights: [[1., 1., 1., 0.], [0., 0., 0., 1.]]\n"
    (tmp_path / "bag" / "small_ft.yaml").write_text(text)
    bag = demucs_engine.load(tmp_path / "bag", "cpu", None)
    assert len(bag.members) == 1
    path = mixture(tmp_path / "full.flac", 1.5)
    assert np.array_equal(vocals_of(bag, path), vocals_of(separator, path))


def test_a_shorter_window_can_be_set_and_a_longer_one_is_refused(folder: Path, tmp_path: Path) -> None:
    shorter = demucs_engine.load(folder, "cpu", 0.5)
    assert shorter.window == RATE // 2
    assert vocals_of(shorter, mixture(tmp_path / "full.flac", 1.2)).shape == (2, round(1.2 * RATE))
    with pytest.raises(CuegraphError, match="segment_seconds") as caught:
        demucs_engine.load(folder, "cpu", 2.0)
    assert caught.value.code == "SETTING_INVALID"


@pytest.mark.parametrize(
    "problem", ["empty", "two", "altered", "no vocals", "vocals of no weight", "gone from its bag"]
)
def test_a_folder_that_is_no_such_model_is_refused(folder: Path, tmp_path: Path, problem: str) -> None:
    model = tmp_path / "model"
    model.mkdir()
    if problem == "two":
        save_network(small_network(0), model, "aaaa0000")
        save_network(small_network(1), model, "bbbb0000")
    elif problem == "altered":
        (model / "c0ffee00-00000000.th").write_bytes(next(folder.iterdir()).read_bytes())
    elif problem == "no vocals":
        save_network(small_network(0, ["drums", "bass"]), model, "aaaa0000")
    elif problem == "vocals of no weight":
        save_safetensors(small_network(0), model / "aaaa0000.safetensors")
        (model / "bag.yaml").write_text("{models: ['aaaa0000'], weights: [[1, 1, 1, 0]]}")
    elif problem == "gone from its bag":
        save_safetensors(small_network(0), model / "aaaa0000.safetensors")
        (model / "bag.yaml").write_text("models: ['bbbb0000']")
    with pytest.raises(CuegraphError) as caught:
        demucs_engine.load(model, "cpu", None)
    assert caught.value.code == "MODEL_UNUSABLE"


def separated(folder: Path, model: Path, seconds: float, progress: Progress | None = None) -> RecordedRun[Any]:
    """A run of the stage on noise, with the model of that folder."""
    speech = save(folder / "speech.wav", np.zeros(round(seconds * 16_000), np.float32))
    run = make_run(
        Separation(),
        settings=SeparationSettings(engine="demucs"),
        inputs={"full_audio": mixture(folder / "full.flac", seconds), "media": codec.to_json(speech.media)},
        models={"htdemucs": model},
        folder=folder / "run",
        progress=progress,
    )
    Separation().run(run)
    return run


def test_a_local_folder_is_a_model_of_the_catalog(folder: Path, tmp_path: Path) -> None:
    """As docs/stages/separation.md describes it: digests in the catalog, checked before demucs sees the files."""
    digests = {path.name: digest_file(path) for path in folder.iterdir()}
    entry = Model(
        name="mine",
        use="separation",
        source=f"file:{folder}",
        digest=hashlib.sha256(listing(digests)).hexdigest(),
        licence="MIT",
        languages=(),
        size_bytes=sum(path.stat().st_size for path in folder.iterdir()),
        files=tuple(ModelFile(name, digest) for name, digest in digests.items()),
    )
    store = ModelStore(tmp_path / "models", Catalog([entry]))
    assert demucs_engine.load(store.path("mine"), "cpu", None).window == RATE


def test_the_stage_writes_all_three_files(folder: Path, tmp_path: Path) -> None:
    run = separated(tmp_path, folder, 2.0)
    vocals, accompaniment = (soundfile.read(run.written(role))[0] for role in ("vocals", "accompaniment"))
    assert np.abs(vocals).max() > 0.001
    assert np.abs(vocals + accompaniment - soundfile.read(tmp_path / "full.flac")[0]).max() < 4 / 32_768
    assert soundfile.info(run.written("speech_vocals")).frames == 32_000


def test_a_cancelled_run_stops_inside_a_window(folder: Path, tmp_path: Path) -> None:
    """A window of the real model takes seconds on a CPU: the networks themselves ask."""
    cancelled = threading.Event()

    class FakeProgress(Progress):
        """Is called off at the fifth question."""

        questions = 0

        def check(self) -> None:
            self.questions += 1
            if self.questions == 5:
                cancelled.set()
            super().check()

    progress = FakeProgress(cancelled=cancelled)
    with pytest.raises(CuegraphError) as caught:
        separated(tmp_path, folder, 2.0, progress)
    assert caught.value.code == "CANCELLED"
    assert progress.questions == 5
    assert progress.done_seconds == 0
