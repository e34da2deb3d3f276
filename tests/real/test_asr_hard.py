"""Hard sound: what looks wrong is decoded again, what cannot be believed is not written, and both are told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
import soundfile

from services.asr.engine import WhisperRecogniser
from services.asr.recognition import Encoded
from services.asr.sound import Samples
from services.runtime.errors import CuegraphError, EngineOutOfMemory
from tests import hard_sound, heard
from tests.heard import Ears, regions
from tests.readings import RATE, Recording, normalised, record, save, spoken


@pytest.fixture(scope="module")
def ears(tmp_path_factory: pytest.TempPathFactory) -> Ears:
    return Ears(tmp_path_factory.mktemp("ears"))


def under_noise(path: Path, names: list[str], decibels: float) -> Recording:
    clear = record(path, names, pause=1.0)
    samples = np.asarray(soundfile.read(clear.path, dtype="float32")[0], np.float32)
    mixed = hard_sound.under(samples, hard_sound.noise(len(samples) / RATE), decibels)
    return save(path, mixed, clear.readings)


def test_twenty_seconds_of_noise_give_no_words_and_keep_what_was_decoded(ears: Ears, tmp_path: Path) -> None:
    recording = save(tmp_path / "noise.wav", hard_sound.noise(20))
    before, _ = ears.hear(recording, redecode=False)
    after, run = ears.hear(recording)
    assert heard.text(before)
    assert after.segments == ()
    (silent,) = after.silent
    assert silent.text
    assert {"LOG_PROBABILITY", "NO_SPEECH"} <= set(silent.suspicions)
    assert {code for code, _ in run.warnings} == {"WINDOWS_REDECODED", "SUSPICIOUS_WINDOWS", "SPEECH_WITHOUT_WORDS"}


def test_a_loop_is_decoded_again_and_not_written(ears: Ears, tmp_path: Path) -> None:
    recording = under_noise(tmp_path / "readings.wav", list(spoken())[:4], -10)
    before, _ = ears.hear(recording, redecode=False)
    after, _ = ears.hear(recording)
    assert before.segments[0].decode is not None
    assert "COMPRESSION_RATIO" in before.segments[0].decode.suspicions
    kept = [segment.decode for segment in after.segments] + list(after.silent)
    assert all(decode is not None and "COMPRESSION_RATIO" not in decode.suspicions for decode in kept)


def test_clear_windows_are_left_alone_beside_a_hopeless_one(ears: Ears, tmp_path: Path) -> None:
    clear = record(tmp_path / "clear.wav", list(spoken()), pause=1.0)
    samples = np.asarray(soundfile.read(clear.path, dtype="float32")[0], np.float32)
    recording = save(tmp_path / "both.wav", np.concatenate([samples, hard_sound.noise(20)]), clear.readings)
    end = len(samples) / RATE
    speech = regions(recording, (0, end), (end, end + 20))
    found, run = ears.hear(recording, speech)
    assert jiwer.wer(clear.words, normalised(heard.text(found))) <= 0.03
    assert len(found.silent) == 1
    (message,) = (text for code, text in run.warnings if code == "WINDOWS_REDECODED")
    assert message.startswith(f"1 of {len(found.segments) + 1} windows")


def test_vocals_are_listened_to_if_they_are_there_unless_the_mix_is_wanted(ears: Ears, tmp_path: Path) -> None:
    vocals = record(tmp_path / "vocals.wav", ["0870"], pause=1.0)
    mix = save(tmp_path / "mix.wav", np.zeros(vocals.track.sample_count, np.float32))
    of_vocals, run = ears.hear(mix, vocals=vocals.path)
    assert normalised(heard.text(of_vocals)) == vocals.words
    assert run.outputs[0].attributes["heard"] == "vocals"
    of_mix, run = ears.hear(mix, vocals=vocals.path, audio="mix")
    assert of_mix.segments == ()
    assert run.outputs[0].attributes["heard"] == "speech_audio"


def test_vocals_of_another_length_are_refused(ears: Ears, tmp_path: Path) -> None:
    vocals = record(tmp_path / "vocals.wav", ["0870"], pause=1.0)
    mix = save(tmp_path / "mix.wav", np.zeros(RATE, np.float32))
    with pytest.raises(CuegraphError) as caught:
        ears.hear(mix, vocals=vocals.path)
    assert caught.value.code == "REQUEST_INVALID"


def test_the_language_is_heard_and_its_probability_kept(ears: Ears, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0870", "0890"], pause=6.0)
    found, run = ears.hear(recording, language="auto")
    assert found.language_code == "en"
    assert found.language_probability is not None
    assert 0.9 < found.language_probability <= 1
    assert run.outputs[0].attributes["language"] == "en"
    assert jiwer.wer(recording.words, normalised(heard.text(found))) <= 0.06


def test_a_language_that_cannot_be_told_is_refused(ears: Ears, tmp_path: Path) -> None:
    recording = save(tmp_path / "noise.wav", hard_sound.noise(10))
    with pytest.raises(CuegraphError, match=r"asr\.language") as caught:
        ears.hear(recording, language="auto", language_threshold=0.95)
    assert caught.value.code == "LANGUAGE_UNCERTAIN"


def test_only_candidates_are_considered(ears: Ears, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0880"], pause=0.5)
    found, _ = ears.hear(recording, language="auto", language_candidates=("de", "nl"), language_threshold=0.0)
    assert found.language_code in ("de", "nl")


def test_without_speech_nobody_knows_the_language(ears: Ears, tmp_path: Path) -> None:
    recording = save(tmp_path / "silence.wav", np.zeros(RATE, np.float32))
    found, _ = ears.hear(recording, regions(recording), language="auto")
    assert (found.language_code, found.language_probability) == ("und", None)


def test_a_batch_without_room_is_halved_and_the_words_are_the_same(
    ears: Ears, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=0.5)
    speech = regions(recording, *((it.start - 0.1, it.end + 0.1) for it in recording.readings))
    settings: dict[str, Any] = {"window_seconds": 8.0, "max_gap_seconds": 0.1}
    expected, _ = ears.hear(recording, speech, **settings)
    encode = WhisperRecogniser.encode

    def with_little_room(self: WhisperRecogniser, windows: Sequence[Samples]) -> Encoded:
        if len(windows) > 1:
            raise EngineOutOfMemory("no memory")
        return encode(self, windows)

    monkeypatch.setattr(WhisperRecogniser, "encode", with_little_room)
    found, run = ears.hear(recording, speech, batch_size=4, **settings)
    assert [code for code, _ in run.warnings] == ["BATCH_HALVED", "BATCH_HALVED"]
    assert [it.text for it in found.segments] == [it.text for it in expected.segments]
