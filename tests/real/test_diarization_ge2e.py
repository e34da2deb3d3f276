"""The packaged speaker encoder tells real voices apart: in a telephone talk that people marked, over a long film."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.diarization import ge2e_engine
from services.diarization.mel import SAMPLE_RATE, WINDOW, spectrograms
from services.diarization.stage import Diarization, DiarizationSettings
from services.documents import codec
from services.documents.speakers import Speakers
from services.documents.speech import Region, Speech
from services.runtime.errors import CuegraphError
from services.runtime.testing import make_run
from services.vad.stage import Vad
from tests.readings import FOLDER, RATE, Recording, model_folder, save

MODEL = "ge2e-encoder"
Samples = NDArray[np.float32]
Turn = tuple[float, float, str]
"""Start and end in seconds from the first sample, and who speaks."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def model(models: Path) -> Path:
    return model_folder(MODEL, models)


def diarize(folder: Path, model: Path, recording: Recording, speech: bytes, **settings: int) -> Speakers:
    run = make_run(
        Diarization(),
        folder=folder / "diarization",
        settings=DiarizationSettings(**settings),  # type: ignore[arg-type]
        inputs={"speech_audio": recording.path, "media": codec.to_json(recording.media), "speech": speech},
        models={MODEL: model},
    )
    Diarization().run(run)
    return codec.from_json(Speakers, run.written("speakers").read_bytes())


def test_a_telephone_talk_is_told_apart_as_people_marked_it(models: Path, model: Path, tmp_path: Path) -> None:
    """Two voices on one line, a hard case: found to be 19.6 %, of which 10.8 % are where vad heard other regions."""
    sample = _telephone_sample()
    recording = save(tmp_path / "talk.wav", np.asarray(soundfile.read(sample, dtype="float32")[0], np.float32))
    found = diarize(tmp_path, model, recording, _heard(tmp_path, models, recording))
    assert len(found.speakers) == 2
    assert _error_rate(_marked(sample.with_suffix(".rttm")), _turns(found)) < 0.25


def test_a_voice_is_the_same_speaker_at_minute_1_and_at_minute_20(model: Path, tmp_path: Path) -> None:
    """A reader at minutes 1 and 20, and two other people, each twice, in between."""
    reader = [_reading(name) for name in ("0870", "0880", "0890", "0920", "0930")]
    one, other = _telephone_voices()
    recording, told = _film(
        tmp_path / "film.wav",
        [
            (60, "reader", reader[0]),
            (300, "one", one[0]),
            (400, "other", other[0]),
            (500, "reader", reader[2]),
            (700, "other", other[1]),
            (800, "one", one[1]),
            (1200, "reader", reader[3]),
            (1230, "reader", np.concatenate([reader[1], reader[4]])),
        ],
    )
    found = diarize(tmp_path, model, recording, _speech(recording, told))
    assert _error_rate(told, _turns(found)) < 0.02
    at_1, at_20 = found.turns[0], found.turns[-1]
    assert (at_1.speaker, at_20.speaker) == ("speaker:0", "speaker:0")
    assert at_20.start - at_1.start > 19 * 60
    assert len(found.speakers) == 3


def test_two_people_who_take_turns_without_a_pause_are_told_apart(model: Path, tmp_path: Path) -> None:
    """One region in which the voice changes three times."""
    one, _ = _telephone_voices()
    pieces = [("reader", _reading("0870")), ("one", one[0]), ("reader", _reading("0920")), ("one", one[1])]
    recording, told = _film(tmp_path / "film.wav", _end_to_end(pieces))
    whole = [(told[0][0], told[-1][1], "")]
    found = diarize(tmp_path, model, recording, _speech(recording, whole))
    assert [turn.speaker for turn in found.turns] == ["speaker:0", "speaker:1"] * 2
    changes = [turn.start - recording.track.start for turn in found.turns[1:]]
    assert changes == pytest.approx([start for start, _, _ in told[1:]], abs=0.5)


def test_one_reader_is_one_speaker_unless_two_are_asked_for(model: Path, tmp_path: Path) -> None:
    pieces = [(10.0 * n, "reader", _reading(name)) for n, name in enumerate(("0870", "0880", "0890", "0920"))]
    recording, told = _film(tmp_path / "film.wav", pieces)
    assert len(diarize(tmp_path, model, recording, _speech(recording, told)).speakers) == 1
    exactly = {"minimum_speakers": 2, "maximum_speakers": 2}
    assert len(diarize(tmp_path / "two", model, recording, _speech(recording, told), **exactly).speakers) == 2


def test_spectrograms_are_those_of_another_implementation() -> None:
    import torch
    import torchaudio

    samples = _reading("0870")[:WINDOW]
    loudness = np.sqrt(np.square(samples).mean())
    theirs = torchaudio.transforms.MelSpectrogram(
        SAMPLE_RATE, n_fft=400, hop_length=160, n_mels=40, center=False, norm="slaney", mel_scale="slaney"
    )(torch.from_numpy(samples * 10 ** (-30 / 20) / loudness))
    assert spectrograms(samples[None])[0] == pytest.approx(theirs.numpy().T, rel=1e-3, abs=1e-7)


def test_silence_has_an_embedding_like_any_other_window(model: Path) -> None:
    """Vocals may be silent where the film is not."""
    found = ge2e_engine.load(model, "cpu").embeddings(np.zeros((2, WINDOW), np.float32))
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize("content", [None, b"no weights"])
def test_a_folder_without_an_encoder_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "pretrained.pt").write_bytes(content)
    with pytest.raises(CuegraphError) as refused:
        ge2e_engine.load(tmp_path, "cpu")
    assert refused.value.code == "MODEL_UNUSABLE"


def test_a_device_that_is_not_there_is_refused(model: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(CuegraphError) as refused:
        ge2e_engine.load(model, "cuda")
    assert refused.value.code == "SETTING_INVALID"


def _heard(folder: Path, models: Path, recording: Recording) -> bytes:
    """Where vad hears speech."""
    run = make_run(
        Vad(),
        folder=folder / "vad",
        inputs={"speech_audio": recording.path, "media": codec.to_json(recording.media)},
        models={"pyannote-segmentation": model_folder("pyannote-segmentation", models)},
    )
    Vad().run(run)
    return run.written("speech").read_bytes()


def _film(path: Path, pieces: Sequence[tuple[float, str, Samples]]) -> tuple[Recording, list[Turn]]:
    """A film in which each piece begins at its second; film time begins at a quarter of an hour."""
    told = [(start, start + len(sound) / RATE, who) for start, who, sound in pieces]
    samples = np.random.default_rng(0).normal(0, 3e-4, round((told[-1][1] + 1) * RATE)).astype(np.float32)
    for start, _, sound in pieces:
        samples[round(start * RATE) :][: len(sound)] += sound
    return save(path, samples, start=900.0), told


def _end_to_end(pieces: Sequence[tuple[str, Samples]]) -> list[tuple[float, str, Samples]]:
    ends = np.cumsum([len(sound) / RATE for _, sound in pieces])
    return [(start, who, sound) for start, (who, sound) in zip([0.0, *ends.tolist()], pieces, strict=False)]


def _speech(recording: Recording, told: Sequence[Turn]) -> bytes:
    track = recording.track
    samples = [(round(start * RATE), round(end * RATE)) for start, end, _ in told]
    regions = (
        Region(f"region:{n}", track.time(a), track.time(b), a, b, 1.0, ("audio:0",)) for n, (a, b) in enumerate(samples)
    )
    return codec.to_json(Speech(track, tuple(regions)))


def _turns(found: Speakers) -> list[Turn]:
    offset = found.audio.start
    return [(turn.start - offset, turn.end - offset, turn.speaker) for turn in found.turns]


def _error_rate(told: Sequence[Turn], found: Sequence[Turn]) -> float:
    """Diarization error rate without a collar: time that is missed, heard for nothing or given to another."""
    from pyannote.core import Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    whole: Any = Timeline([Segment(0, max(end for _, end, _ in [*told, *found]))])
    return float(DiarizationErrorRate()(_annotation(told), _annotation(found), uem=whole))


def _annotation(turns: Sequence[Turn]) -> Any:
    from pyannote.core import Annotation, Segment

    annotation: Any = Annotation()
    for number, (start, end, who) in enumerate(turns):
        annotation[Segment(start, end), number] = who
    return annotation


def _reading(name: str) -> Samples:
    return np.asarray(soundfile.read(FOLDER / f"{name}.flac", dtype="float32")[0], np.float32)


def _telephone_sample() -> Path:
    package = find_spec("pyannote.audio")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "sample" / "sample.wav"


def _telephone_voices() -> tuple[list[Samples], list[Samples]]:
    """Stretches in which one of the two speaks alone."""
    samples = np.asarray(soundfile.read(_telephone_sample(), dtype="float32")[0], np.float32)
    one, other = [(11.1, 14.4), (18.7, 21.4)], [(14.8, 17.9), (21.9, 27.8)]
    one_voice, other_voice = (
        [samples[round(start * RATE) : round(end * RATE)] for start, end in spans] for spans in (one, other)
    )
    return one_voice, other_voice


def _marked(rttm: Path) -> list[Turn]:
    fields = [line.split() for line in rttm.read_text().splitlines()]
    return [(float(it[3]), float(it[3]) + float(it[4]), it[7]) for it in fields]
