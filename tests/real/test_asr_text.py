"""The asr stage with its real models: right words, in order, with their evidence, out of the regions alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest

from services.asr import engine
from services.asr.engine import PROMPT_TOKENS, WhisperRecogniser
from services.asr.recognition import Encoded, Options
from services.asr.settings import AsrSettings
from services.asr.sound import Samples, Sound
from services.asr.stage import Asr
from services.documents import codec
from services.documents.speech import Region, Speech
from services.documents.transcript import Transcript
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.testing import RecordedRun, make_run
from tests.readings import RATE, Recording, model_folder, normalised, record, save, spoken

Found = tuple[Transcript, RecordedRun[AsrSettings]]
Recognise = Callable[..., Found]
MODEL = AsrSettings().model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def recognise(folder: Path, tmp_path: Path) -> Recognise:
    def run_stage(
        recording: Recording, speech: Speech | None = None, progress: Progress | None = None, **settings: Any
    ) -> Found:
        chosen = AsrSettings(**settings)
        inputs: dict[str, Path | bytes | Sequence[Path | bytes]] = {
            "speech_audio": recording.path,
            "media": codec.to_json(recording.media),
            "speech": codec.to_json(speech or regions_of(recording)),
        }
        models = {chosen.model: model_folder(chosen.model, folder)}
        run = make_run(Asr(), settings=chosen, folder=tmp_path, inputs=inputs, models=models, progress=progress)
        Asr().run(run)
        return codec.from_json(Transcript, run.written("transcript").read_bytes()), run

    return run_stage


def regions_of(recording: Recording, *numbers: int) -> Speech:
    """The readings of those numbers, or all, as regions with the tenth of a second around that vad leaves."""
    chosen = numbers or range(len(recording.readings))
    spans = [(recording.readings[n].start - 0.1, recording.readings[n].end + 0.1) for n in chosen]
    return Speech(recording.track, tuple(_region(recording, n, *span) for n, span in enumerate(spans)))


def _region(recording: Recording, number: int, start: float, end: float) -> Region:
    track = recording.track
    first, last = max(0, round(start * RATE)), min(track.sample_count, round(end * RATE))
    return Region(f"region:{number}", track.time(first), track.time(last), first, last, 0.95, (track.stream,))


def word_error_rate(recording: Recording, found: Transcript) -> float:
    heard = " ".join(segment.text for segment in found.segments)
    return float(jiwer.wer(recording.words, normalised(heard)))


@pytest.mark.parametrize("pause", [1.0, 4.0])
def test_the_readings_are_heard_with_at_most_3_percent_wrong_words(
    recognise: Recognise, tmp_path: Path, pause: float
) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=pause)
    found, run = recognise(recording)
    assert word_error_rate(recording, found) <= 0.03
    assert run.warnings == []
    assert run.progress.done_seconds == pytest.approx(recording.track.end)


def test_words_are_in_order_inside_their_regions_and_made_of_the_text(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=1.0, start=3600.04)
    speech = regions_of(recording)
    found, _ = recognise(recording, speech)
    words = list(found.words)
    assert all(first.start <= second.start for first, second in pairwise(words))
    known = {region.id: region for region in speech.regions}
    for word in words:
        assert word.timing == "decoded"
        assert word.probability is not None
        assert known[word.sources[0]].start <= word.start + 0.001
        assert word.end <= known[word.sources[-1]].end + 0.001
    assert {source for segment in found.segments for source in segment.sources} == known.keys()
    assert " ".join(word.text for word in words) == " ".join(segment.text for segment in found.segments)


def test_first_words_begin_where_the_readings_do(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=1.0)
    found, _ = recognise(recording)
    first_words = {word.sources[0]: word.start for word in reversed(list(found.words))}
    assert [first_words[f"region:{n}"] for n in range(5)] == pytest.approx(
        [reading.start for reading in recording.readings], abs=0.3
    )


def test_the_evidence_of_every_window_is_kept(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0870", "0880"], pause=1.0)
    found, _ = recognise(recording)
    for segment in found.segments:
        assert segment.decode is not None
        assert segment.decode.text.strip() == segment.text
        assert len(segment.decode.tokens) > len(segment.words) / 2
        assert -0.6 < segment.decode.average_log_probability < 0
        assert 0.5 < segment.decode.compression_ratio < 2.4
        assert segment.decode.no_speech_probability is not None
        assert segment.decode.no_speech_probability < 0.2


def test_only_what_lies_in_the_regions_is_heard(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0870", "0890", "0930"], pause=1.0)
    texts = [
        normalised(" ".join(word.text for word in recognise(recording, regions_of(recording, number))[0].words))
        for number in range(3)
    ]
    assert "john dashwood" in texts[0]
    assert "selfish" in texts[1]
    assert "himself" in texts[2]
    assert "selfish" not in texts[0] + texts[2]


def test_a_region_longer_than_a_window_is_heard_in_full(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=0.4)
    whole = Speech(recording.track, (_region(recording, 0, 0.0, recording.track.end),))
    found, _ = recognise(recording, whole, window_seconds=12)
    assert len(found.segments) >= 3
    assert word_error_rate(recording, found) <= 0.06
    assert {source for word in found.words for source in word.sources} == {"region:0"}


def test_no_regions_give_a_valid_transcript_without_segments_and_a_warning(
    recognise: Recognise, tmp_path: Path
) -> None:
    recording = save(tmp_path / "silence.wav", np.zeros(RATE, np.float32))
    found, run = recognise(recording, Speech(recording.track, ()))
    assert found.segments == ()
    assert [code for code, _ in run.warnings] == ["NO_SPEECH"]


def test_regions_of_another_recording_are_refused(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "one.wav", ["0880"], pause=0.5)
    other = record(tmp_path / "other.wav", ["0930"], pause=0.5)
    with pytest.raises(CuegraphError) as caught:
        recognise(recording, regions_of(other))
    assert caught.value.code == "REQUEST_INVALID"


def test_audio_that_is_not_the_one_of_the_media_document_is_refused(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "one.wav", ["0880"], pause=0.5)
    save(recording.path, np.zeros(RATE, np.float32))
    with pytest.raises(CuegraphError, match="from the same job") as caught:
        recognise(recording)
    assert caught.value.code == "REQUEST_INVALID"


def test_hotwords_lead_the_recogniser(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0870"], pause=0.5)
    assert "Dashwood" in recognise(recording)[0].segments[0].text
    assert "Dashwoode" in recognise(recording, hotwords="Jon Dashwoode")[0].segments[0].text


def test_a_prompt_and_hotwords_of_any_length_leave_room_for_the_text(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0870"], pause=0.5)
    found, _ = recognise(recording, initial_prompt="He spoke. " * PROMPT_TOKENS, hotwords="Dashwood " * PROMPT_TOKENS)
    assert len(list(found.words)) > 15


def test_drawing_words_at_random_draws_the_same_each_time(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", ["0880"], pause=0.5)
    first, _ = recognise(recording, temperature=1.0)
    second, _ = recognise(recording, temperature=1.0)
    assert first == second
    assert first.segments[0].decode is not None
    assert first.segments[0].decode.temperature == 1.0


def test_a_smaller_model_that_knows_english_only_hears_it_too(recognise: Recognise, tmp_path: Path) -> None:
    recording = record(tmp_path / "readings.wav", list(spoken()), pause=1.0)
    found, _ = recognise(recording, model="whisper-tiny.en")
    assert word_error_rate(recording, found) <= 0.06


def test_the_model_itself_refuses_a_language_it_does_not_know(folder: Path) -> None:
    recogniser = engine.load(model_folder("whisper-tiny.en", folder), "cpu", "int8")
    encoded = recogniser.encode([np.zeros(RATE, np.float32)])
    with pytest.raises(CuegraphError) as caught:
        recogniser.decode(encoded, Options("de"))
    assert caught.value.code == "SETTING_INVALID"


def test_whisperx_logs_where_the_others_do(folder: Path) -> None:
    engine.load(model_folder("whisper-tiny.en", folder), "cpu", "int8")
    logger = logging.getLogger("whisperx")
    assert logger.propagate
    assert {type(handler) for handler in logger.handlers} == {logging.NullHandler}


def test_numbers_that_this_machine_cannot_compute_with_are_refused(folder: Path) -> None:
    with pytest.raises(CuegraphError, match="use one of") as caught:
        engine.load(model_folder("whisper-tiny.en", folder), "cpu", "int8_float16")
    assert caught.value.code == "SETTING_INVALID"


def test_a_cancelled_run_stops_at_the_next_window(recognise: Recognise, tmp_path: Path) -> None:
    cancelled = threading.Event()
    reports: list[float] = []

    def report(done: float, _: float | None) -> None:
        reports.append(done)
        cancelled.set()

    recording = record(tmp_path / "readings.wav", list(spoken()), pause=4.0)
    with pytest.raises(CuegraphError) as caught:
        recognise(recording, progress=Progress(report, cancelled), batch_size=1)
    assert caught.value.code == "CANCELLED"
    assert len(reports) == 1


class FakeModel:
    """Whisper's model when its memory has run out."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        raise self.error


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA failed with error out of memory")])
def test_a_lack_of_memory_names_the_setting_to_lower(error: Exception) -> None:
    recogniser = WhisperRecogniser(FakeModel(error))
    with pytest.raises(CuegraphError, match=r"asr\.batch_size") as caught:
        recogniser.languages(Encoded([np.zeros(RATE, np.float32)], None))
    assert caught.value.code == "ENGINE_OUT_OF_MEMORY"


def test_the_quietest_moment_is_found(tmp_path: Path) -> None:
    samples: Samples = np.full(RATE, 0.5, np.float32)
    samples[9_000:9_700] = 0.01
    recording = save(tmp_path / "dip.wav", samples)
    with Sound("speech_audio", recording.path, recording.track) as sound:
        assert 9_000 <= sound.quietest(1_000, 15_000) < 9_700
        assert 100 <= sound.quietest(100, 105) < 105
