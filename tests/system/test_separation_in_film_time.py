"""The vocals lie in film time as the speech audio does, sample for sample, and both stems with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.demux.stage import Demux, DemuxSettings
from services.documents.codec import from_json
from services.documents.media import AudioTrack, Media
from services.runtime.stage import Skipped
from services.runtime.testing import RecordedRun, make_run
from services.separation import spleeter_engine
from services.separation.resampling import Samples
from services.separation.separator import Check
from services.separation.stage import Separation, SeparationSettings
from tests.film import ffmpeg
from tests.readings import FOLDER

RATE = 44_100
Sound = NDArray[np.float64]


@dataclass(frozen=True)
class FakeSeparator:
    """Hears everything as voice, or nothing."""

    share: float
    window: int = RATE
    sample_rate: int = RATE

    def vocals(self, mixture: Samples, check: Check) -> Samples:
        return mixture * np.float32(self.share)


def film(path: Path, rate: int, delay: float) -> Path:
    """A reading in stereo at that rate; its sound begins `delay` seconds after the pictures."""
    ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=64x36:r=25:d=7", "-itsoffset", str(delay), "-i", str(FOLDER / "0880.flac"),
        "-map", "0", "-map", "1", "-c:v", "libx264", "-c:a", "flac", "-ac", "2", "-ar", str(rate), str(path),
    )  # fmt: skip
    return path


def demuxed(media: Path, folder: Path, **settings: Any) -> RecordedRun[DemuxSettings]:
    run = make_run(
        Demux(), settings=DemuxSettings(full_audio=True, **settings), inputs={"media": media}, folder=folder / "demux"
    )
    Demux().run(run)
    return run


def separated(demux: RecordedRun[DemuxSettings], folder: Path, **settings: Any) -> RecordedRun[SeparationSettings]:
    run = make_run(
        Separation(),
        settings=SeparationSettings(**settings),
        inputs={"full_audio": demux.written("full_audio"), "media": demux.written("media_document")},
        models={"spleeter-2stems": folder},
        folder=folder / "separation",
    )
    Separation().run(run)
    return run


def track(demux: RecordedRun[DemuxSettings]) -> AudioTrack:
    return from_json(Media, demux.written("media_document").read_bytes()).speech_audio


def heard(path: Path) -> Sound:
    return np.asarray(soundfile.read(path)[0], np.float64)


def difference(one: Sound, other: Sound) -> float:
    """In dB below the sound itself."""
    return float(10 * np.log10(np.mean(np.square(one)) / np.mean(np.square(one - other))))


@pytest.fixture
def all_is_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spleeter_engine, "load", lambda *_: FakeSeparator(share=1))


@pytest.mark.usefixtures("all_is_voice")
@pytest.mark.parametrize("rate", [48_000, 44_100, 22_050, 96_000])
@pytest.mark.parametrize(
    ("delay", "clip"), [(0.0, {}), (0.52, {}), (0.52, {"start": 1.00003, "end": 4.70001}), (0.0, {"start": 2.00071})]
)
def test_the_vocals_are_the_speech_audio_sample_for_sample(
    tmp_path: Path, rate: int, delay: float, clip: dict[str, float]
) -> None:
    demux = demuxed(film(tmp_path / "film.mkv", rate, delay), tmp_path, **clip)
    run = separated(demux, tmp_path)
    speech, vocals = heard(demux.written("speech_audio")), heard(run.written("speech_vocals"))
    written = soundfile.info(run.written("speech_vocals"))
    assert (written.format, written.subtype, written.samplerate) == ("WAV", "PCM_16", track(demux).sample_rate)
    assert vocals.shape == speech.shape == (track(demux).sample_count,)
    aligned = difference(speech, vocals)
    assert aligned > 30
    assert difference(speech[1:], vocals[:-1]) < aligned - 15
    assert difference(speech[:-1], vocals[1:]) < aligned - 15


@pytest.mark.usefixtures("all_is_voice")
@pytest.mark.parametrize("rate", [48_000, 44_100, 22_050])
def test_where_a_stream_begins_between_two_samples_no_other_sample_is_nearer(tmp_path: Path, rate: int) -> None:
    """demux lays a stream on the samples of each rate: there, what it writes for two rates is not quite at one time."""
    demux = demuxed(film(tmp_path / "film.mkv", rate, 0.513), tmp_path)
    speech = heard(demux.written("speech_audio"))
    vocals = heard(separated(demux, tmp_path).written("speech_vocals"))
    aligned = difference(speech, vocals)
    assert difference(speech[1:], vocals[:-1]) < aligned - 3
    assert difference(speech[:-1], vocals[1:]) < aligned - 3


@pytest.mark.usefixtures("all_is_voice")
def test_the_stems_begin_with_the_speech_audio_and_last_as_long(tmp_path: Path) -> None:
    demux = demuxed(film(tmp_path / "film.mkv", 48_000, 0.0), tmp_path, start=1.00003, end=4.70001)
    run = separated(demux, tmp_path)
    seconds = track(demux).sample_count / track(demux).sample_rate
    for role in ("vocals", "accompaniment"):
        stem = soundfile.info(run.written(role))
        assert (stem.format, stem.channels, stem.samplerate) == ("FLAC", 2, RATE)
        assert 0 <= stem.frames / RATE - seconds < 1 / RATE
    assert run.warnings == []


def test_vocals_that_are_silent_are_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spleeter_engine, "load", lambda *_: FakeSeparator(share=0))
    run = separated(demuxed(film(tmp_path / "film.mkv", 44_100, 0.0), tmp_path), tmp_path)
    assert [code for code, _ in run.warnings] == ["VOCALS_SILENT"]


def test_with_no_engine_the_stage_is_skipped(tmp_path: Path) -> None:
    run = make_run(Separation(), settings=SeparationSettings(engine="none"), folder=tmp_path)
    with pytest.raises(Skipped, match=r"separation\.engine"):
        Separation().run(run)
    assert run.outputs == []
