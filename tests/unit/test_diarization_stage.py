"""Diarization as a stage: what it takes, names, warns of and refuses. No model is loaded here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from services.diarization import ge2e_engine, pyannote_engine
from services.diarization.mel import Floats
from services.diarization.pyannote_engine import Diarizer
from services.diarization.stage import Diarization, DiarizationSettings
from services.diarization.turns import Stretch
from services.documents import codec
from services.documents.speakers import Speakers
from services.documents.speech import Region, Speech
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.sound import Span
from services.runtime.stage import Skipped
from services.runtime.testing import RecordedRun, make_run
from tests.readings import RATE, Recording, save

LOW, HIGH = 150.0, 600.0
"""The pitch of two voices, in Hz."""


class FakeEncoder:
    """Hears whether a voice is low or high."""

    def embeddings(self, windows: Floats) -> Floats:
        spectrum = np.abs(np.fft.rfft(windows))
        split = round((LOW + HIGH) / 2 * windows.shape[1] / RATE)
        both = np.stack([spectrum[:, :split].sum(axis=1), spectrum[:, split:].sum(axis=1)], axis=1)
        return np.asarray(both / np.linalg.norm(both, axis=1, keepdims=True), np.float32)


class FakeDiarizer(Diarizer):
    """Tells two voices apart that speak at once, and hears one where nobody speaks."""

    def stretches(self, audio: Path, fewest: int, most: int, progress: Progress) -> list[Stretch]:
        at = [(1, 0, 6), (0, 2, 4), (0, 6, 8)]
        return [Stretch(Span(start * RATE, end * RATE), voice, None) for voice, start, end in at]


@pytest.fixture(autouse=True)
def fake_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ge2e_engine, "load", lambda model, device: FakeEncoder())
    monkeypatch.setattr(pyannote_engine, "load", lambda model, device: FakeDiarizer(None))


def talk(path: Path, *pitches: float, seconds: float = 3.0) -> Recording:
    """One tone after the other, half a second of silence before each; film time begins at a minute."""
    time = np.arange(round(seconds * RATE)) / RATE
    silence = np.zeros(RATE // 2)
    tones = [np.concatenate([silence, 0.3 * np.sin(2 * np.pi * pitch * time)]) for pitch in pitches]
    return save(path, np.concatenate([*tones, silence]).astype(np.float32), start=60.0)


def speech(recording: Recording, *spans: tuple[float, float]) -> bytes:
    track = recording.track
    samples = [(round(start * RATE), round(end * RATE)) for start, end in spans]
    regions = (
        Region(f"region:{n}", track.time(a), track.time(b), a, b, 0.9, ("audio:0",)) for n, (a, b) in enumerate(samples)
    )
    return codec.to_json(Speech(track, tuple(regions)))


def run_of(
    folder: Path,
    recording: Recording,
    *spans: tuple[float, float],
    settings: DiarizationSettings | None = None,
    vocals: Path | None = None,
) -> RecordedRun[DiarizationSettings]:
    inputs: dict[str, Path | bytes | Sequence[Path | bytes]] = {
        "speech_audio": recording.path,
        "media": codec.to_json(recording.media),
        "speech": speech(recording, *spans),
    }
    if vocals:
        inputs["vocals"] = vocals
    return make_run(
        Diarization(),
        folder=folder,
        settings=settings,
        inputs=inputs,
        models={"ge2e-encoder": folder, "tiny": folder},
    )


def found(run: RecordedRun[DiarizationSettings]) -> Speakers:
    Diarization().run(run)
    return codec.from_json(Speakers, run.written("speakers").read_bytes())


THREE = ((0.5, 3.5), (4.0, 7.0), (7.5, 10.5))


def test_each_region_is_given_to_its_voice_in_order_of_appearance(tmp_path: Path) -> None:
    run = run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH, LOW, HIGH), *THREE)
    document = found(run)
    assert [(it.id, it.name, it.speech_seconds) for it in document.speakers] == [
        ("speaker:0", "", 6.0),
        ("speaker:1", "", 3.0),
    ]
    assert [(it.speaker, it.start, it.end, it.sources) for it in document.turns] == [
        ("speaker:0", 60.5, 63.5, ("region:0",)),
        ("speaker:1", 64.0, 67.0, ("region:1",)),
        ("speaker:0", 67.5, 70.5, ("region:2",)),
    ]
    assert all(turn.confidence is not None and turn.confidence > 0.9 for turn in document.turns)
    assert document.method == "ge2e"
    assert run.warnings == []


def test_two_voices_in_one_region_are_two_turns_of_it(tmp_path: Path) -> None:
    document = found(run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH, LOW), (0.5, 7.0)))
    assert [turn.speaker for turn in document.turns] == ["speaker:0", "speaker:1"]
    assert document.turns[0].end == document.turns[1].start == pytest.approx(63.75, abs=0.4)
    assert {turn.sources for turn in document.turns} == {("region:0",)}


def test_windows_in_which_two_people_speak_are_no_third_one(tmp_path: Path) -> None:
    """There are as many of these as of others, and they sound alike; but no turn of theirs is long."""
    recording = talk(tmp_path / "talk.wav", *[HIGH, LOW] * 6, seconds=2.0)
    settings = DiarizationSettings(threshold=0.1, link_threshold=0.05)
    document = found(run_of(tmp_path, recording, (0.5, 30.0), settings=settings))
    assert [turn.speaker for turn in document.turns] == ["speaker:0", "speaker:1"] * 6


def test_speakers_get_the_names_that_are_given(tmp_path: Path) -> None:
    settings = DiarizationSettings(names=("Anna", "Ben"))
    document = found(run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH, LOW, HIGH), *THREE, settings=settings))
    assert [it.name for it in document.speakers] == ["Anna", "Ben"]


def test_a_name_that_nobody_bears_is_warned_of(tmp_path: Path) -> None:
    settings = DiarizationSettings(names=("Anna", "Ben", "Cora"))
    run = run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH, LOW, HIGH), *THREE, settings=settings)
    assert len(found(run).speakers) == 2
    assert [code for code, _ in run.warnings] == ["NAMES_UNUSED"]
    assert "Cora" in run.warnings[0][1]


def test_fewer_speakers_than_asked_for_are_warned_of(tmp_path: Path) -> None:
    settings = DiarizationSettings(minimum_speakers=3)
    run = run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH), (0.5, 1.5), settings=settings)
    assert len(found(run).speakers) == 1
    assert [code for code, _ in run.warnings] == ["SPEAKERS_OUT_OF_RANGE"]


def test_no_more_speakers_are_told_apart_than_are_allowed(tmp_path: Path) -> None:
    settings = DiarizationSettings(maximum_speakers=1)
    run = run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH, LOW, HIGH), *THREE, settings=settings)
    document = found(run)
    assert [it.id for it in document.speakers] == ["speaker:0"]
    assert run.warnings == []


def test_voices_are_told_apart_in_the_vocals_where_there_are_any(tmp_path: Path) -> None:
    mixed = talk(tmp_path / "mixed.wav", HIGH, HIGH, HIGH)
    vocals = talk(tmp_path / "vocals.wav", HIGH, LOW, HIGH)
    assert len(found(run_of(tmp_path / "without", mixed, *THREE)).speakers) == 1
    assert len(found(run_of(tmp_path / "with", mixed, *THREE, vocals=vocals.path)).speakers) == 2


def test_where_nobody_speaks_there_are_no_speakers_and_no_model_is_loaded(tmp_path: Path) -> None:
    document = found(run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH)))
    assert (document.speakers, document.turns) == ((), ())


def test_pyannotes_turns_are_cut_to_the_regions_and_may_overlap(tmp_path: Path) -> None:
    settings = DiarizationSettings(engine="pyannote", model="tiny")
    recording = talk(tmp_path / "talk.wav", HIGH, LOW, HIGH)
    document = found(run_of(tmp_path, recording, (1.0, 5.0), (5.5, 6.5), settings=settings))
    assert [(it.speaker, it.start, it.end, it.sources) for it in document.turns] == [
        ("speaker:0", 61.0, 65.0, ("region:0",)),
        ("speaker:1", 62.0, 64.0, ("region:0",)),
        ("speaker:0", 65.5, 66.0, ("region:1",)),
        ("speaker:1", 66.0, 66.5, ("region:1",)),
    ]
    assert {it.confidence for it in document.turns} == {None}
    assert document.method == "pyannote"


def test_without_an_engine_the_stage_is_skipped_and_needs_no_model(tmp_path: Path) -> None:
    settings = DiarizationSettings(engine="none")
    assert list(Diarization().models(settings)) == []
    with pytest.raises(Skipped, match=r"diarization\.engine"):
        Diarization().run(run_of(tmp_path, talk(tmp_path / "talk.wav", HIGH), settings=settings))


def test_more_speakers_at_least_than_at_most_are_no_setting() -> None:
    with pytest.raises(CuegraphError) as refused:
        DiarizationSettings(minimum_speakers=3, maximum_speakers=2)
    assert refused.value.code == "SETTING_INVALID"


@pytest.mark.parametrize("role", ["speech_audio", "vocals"])
def test_sound_of_another_film_is_refused(tmp_path: Path, role: str) -> None:
    recording = talk(tmp_path / "talk.wav", HIGH, LOW, HIGH)
    other = save(tmp_path / "other.wav", np.zeros(RATE, np.float32)).path
    run = run_of(tmp_path, recording, *THREE, vocals=other if role == "vocals" else None)
    if role == "speech_audio":
        save(recording.path, np.zeros(RATE, np.float32))
    with pytest.raises(CuegraphError, match=rf"{role} .* same job") as refused:
        Diarization().run(run)
    assert refused.value.code == "REQUEST_INVALID"


def test_sound_at_another_rate_is_refused(tmp_path: Path) -> None:
    recording = save(tmp_path / "slow.wav", np.zeros(RATE, np.float32), rate=8_000)
    run = make_run(
        Diarization(),
        folder=tmp_path,
        inputs={
            "speech_audio": recording.path,
            "media": codec.to_json(recording.media),
            "speech": codec.to_json(Speech(recording.track, ())),
        },
    )
    with pytest.raises(CuegraphError, match="8000 Hz") as refused:
        Diarization().run(run)
    assert refused.value.code == "REQUEST_INVALID"


def test_regions_of_other_sound_are_refused(tmp_path: Path) -> None:
    recording = talk(tmp_path / "talk.wav", HIGH, LOW, HIGH)
    other = save(tmp_path / "other.wav", np.zeros(20 * RATE, np.float32))
    run = run_of(tmp_path, recording, *THREE)
    run.input("speech").write_bytes(speech(other, (15.0, 18.0)))
    with pytest.raises(CuegraphError, match="regions of this audio") as refused:
        Diarization().run(run)
    assert refused.value.code == "REQUEST_INVALID"
