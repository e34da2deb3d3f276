"""Speech over loud music is found in the vocals better than in the film's sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.documents import codec
from services.documents.speech import Speech
from services.runtime.testing import make_run
from services.separation.stage import Separation, SeparationSettings
from services.vad.stage import Vad, VadSettings
from tests.hard_sound import music, under
from tests.readings import RATE, Recording, model_folder, record, save

STEP = RATE // 100


def over_music(folder: Path) -> tuple[Recording, Path]:
    """Three readings, as loud as the music under them: as speech audio, and in stereo as full audio."""
    readings = record(folder / "readings.wav", ["0870", "0880", "0930"], pause=1.5)
    speech = np.asarray(soundfile.read(readings.path, dtype="float32")[0], np.float32)
    mixture = under(speech, music(len(speech) / RATE), 0.0)
    full_audio = folder / "full.flac"
    soundfile.write(full_audio, np.stack([mixture, mixture], axis=1), RATE)
    return save(folder / "mixture.wav", mixture, readings.readings), full_audio


def vocals_of(recording: Recording, full_audio: Path, folder: Path) -> Path:
    run = make_run(
        Separation(),
        settings=SeparationSettings(engine="spleeter"),
        inputs={"full_audio": full_audio, "media": codec.to_json(recording.media)},
        models={"spleeter-2stems": model_folder("spleeter-2stems", folder / "models")},
        folder=folder / "separation",
    )
    Separation().run(run)
    return run.written("speech_vocals")


def error(recording: Recording, folder: Path, vocals: Path | None = None) -> float:
    """Missed and false speech as a share of speech, with the light engine."""
    run = make_run(
        Vad(),
        settings=VadSettings(engine="silero", padding_seconds=0.0),
        inputs={
            "speech_audio": recording.path,
            "media": codec.to_json(recording.media),
            "vocals": [vocals] if vocals else [],
        },
        models={"silero-vad": model_folder("silero-vad", folder / "models")},
        folder=folder / ("vocals" if vocals else "mixture"),
    )
    Vad().run(run)
    found = codec.from_json(Speech, run.written("speech").read_bytes()).regions
    heard = mask(recording, [(it.start, it.end) for it in found])
    spoken = mask(recording, [(it.start, it.end) for it in recording.readings])
    return float(np.mean(heard != spoken) / np.mean(spoken))


def mask(recording: Recording, spans: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Whether there is speech, every 10 ms."""
    marked = np.zeros(recording.track.sample_count // STEP, bool)
    for start, end in spans:
        marked[round(start * 100) : round(end * 100)] = True
    return marked


@pytest.mark.timeout(60)
def test_over_loud_music_the_vocals_show_better_who_speaks_when(tmp_path: Path) -> None:
    recording, full_audio = over_music(tmp_path)
    vocals = vocals_of(recording, full_audio, tmp_path)
    assert error(recording, tmp_path, vocals) < 0.75 * error(recording, tmp_path)
