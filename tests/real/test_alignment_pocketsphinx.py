"""The packaged PocketSphinx model finds words where they are known to be."""

from __future__ import annotations

import statistics
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.alignment.aligner import Samples
from services.alignment.pocketsphinx_engine import PocketSphinxAligner, load
from services.alignment.spoken import tokens
from services.alignment.stage import Alignment, AlignmentSettings
from services.documents import codec
from services.documents.media import AudioTrack
from services.documents.transcript import Segment, Transcript, Word
from services.runtime.errors import CuegraphError
from services.runtime.models import Catalog, ModelStore
from services.runtime.testing import RecordedRun, make_run
from tests.synthetic_speech import SAMPLE_RATE, SpokenWord, is_available, speak

MODEL = "pocketsphinx-en-us"
MEDIA = Path(__file__).parents[1] / "media"
FILM_START = 3.25
"""Film time of the first sample: no time is right by accident."""
SENTENCES = (
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "She said that nothing could be further from the truth, and then she left.",
    "We walked along the beach until the sun went down behind the hills.",
    "Please bring your passport and 2 copies of the form on the 21st of March.",
    "Nobody in the village had ever seen such a large and beautiful ship before.",
    "I think we should leave now, because the last train departs before midnight.",
    "In 1984 my brother wanted a well-made bicycle, but he got a small radio.",
    "When Balakrishnan stopped, everyone turned around and looked at Nakatomi's door.",
)
READINGS = {
    "0870": "and mister john dashwood had then leisure to consider how much there might be prudently in his "
    "power to do for them",
    "0880": "he was not an ill disposed young man",
    "0890": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    "0920": "had he married a more a amiable woman he might have been made still more respectable than he was",
    "0930": "he might even have been made amiable himself",
}

needs_festival = pytest.mark.skipif(not is_available(), reason="Debian's festival is not installed: make setup")


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ModelStore(tmp_path_factory.mktemp("models"), Catalog.load()).path(MODEL)


@pytest.fixture(scope="session")
def aligner(model: Path) -> PocketSphinxAligner:
    return load(model)


def recognised(parts: list[tuple[str, float, float]], sample_count: int) -> Transcript:
    """What a recogniser might have written: the right words, spread evenly over each part (text, start, end)."""
    segments = tuple(_segment(number, *part) for number, part in enumerate(parts))
    return Transcript("en", AudioTrack("audio:0", FILM_START, SAMPLE_RATE, sample_count), segments)


def _segment(number: int, text: str, start: float, end: float) -> Segment:
    texts = text.split()
    edges = np.linspace(FILM_START + start, FILM_START + end, len(texts) + 1).tolist()
    words = tuple(
        Word(f"w{number}.{n}", word, edges[n], edges[n + 1], "decoded", 0.9, ("region:0",))
        for n, word in enumerate(texts)
    )
    return Segment(f"s{number}", edges[0], edges[-1], text, words, ("region:0",))


def align(
    folder: Path, model: Path, sound: Samples, transcript: Transcript
) -> tuple[Transcript, RecordedRun[AlignmentSettings]]:
    audio = folder / "speech.wav"
    soundfile.write(audio, sound, SAMPLE_RATE, "PCM_16")
    given: dict[str, Path | bytes] = {"speech_audio": audio, "transcript": codec.to_json(transcript)}
    run = make_run(Alignment(), folder=folder, inputs=given, models={MODEL: model})
    Alignment().run(run)
    return codec.from_json(Transcript, run.written("transcript").read_bytes()), run


def read(path: Path) -> Samples:
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == SAMPLE_RATE
    return np.asarray(samples, np.float32)


@needs_festival
def test_words_of_synthetic_speech_start_within_50_ms_of_their_known_times(tmp_path: Path, model: Path) -> None:
    said: list[SpokenWord] = []
    sounds: list[Samples] = []
    parts: list[tuple[str, float, float]] = []
    offset = 0.0
    for sentence in SENTENCES:
        words = speak(sentence, tmp_path / "sentence.wav")
        sounds.append(read(tmp_path / "sentence.wav"))
        said += [SpokenWord(word.text, word.start + offset, word.end + offset) for word in words]
        parts.append((sentence, words[0].start + offset, words[-1].end + offset))
        offset += len(sounds[-1]) / SAMPLE_RATE
    sound = np.concatenate(sounds)
    result, run = align(tmp_path, model, sound, recognised(parts, len(sound)))
    found = list(result.words)
    assert [word.text for word in found] == [word.text for word in said]
    assert {word.timing for word in found} == {"aligned"}
    errors = [abs(word.start - FILM_START - true.start) for word, true in zip(found, said, strict=True)]
    assert statistics.median(errors) <= 0.05
    assert statistics.quantiles(errors, n=20)[-1] <= 0.15
    assert not run.warnings


def test_human_words_lie_inside_their_reading_in_order(tmp_path: Path, model: Path) -> None:
    sounds = [read(MEDIA / f"{name}.flac") for name in READINGS]
    ends = np.cumsum([len(sound) for sound in sounds]) / SAMPLE_RATE
    starts = [0.0, *ends[:-1]]
    parts = [(text, start, end) for text, start, end in zip(READINGS.values(), starts, ends.tolist(), strict=True)]
    sound = np.concatenate(sounds)
    result, run = align(tmp_path, model, sound, recognised(parts, len(sound)))
    words = list(result.words)
    assert {word.timing for word in words} == {"aligned"}
    assert all(one.end <= other.start for one, other in pairwise(words))
    assert all(0.02 <= word.end - word.start <= 1.2 for word in words)
    for segment, (_, start, end) in zip(result.segments, parts, strict=True):
        assert FILM_START + start <= segment.start
        assert segment.end <= FILM_START + end
    assert run.outputs[0].attributes["aligned_share"] == "1.0000"


def transcripts_of_other_speech() -> dict[str, list[str]]:
    """What was not said, one text per reading."""
    random = np.random.default_rng(0)
    texts = list(READINGS.values())
    return {
        "the words of each reading in any order": [" ".join(random.permutation(text.split())) for text in texts],
        "each reading with the words of the next": [*texts[1:], texts[0]],
        "another language": ["und dann ging er langsam nach hause weil es schon dunkel wurde"] * len(texts),
    }


@pytest.mark.parametrize("what", transcripts_of_other_speech())
def test_a_transcript_of_other_speech_fails(tmp_path: Path, model: Path, what: str) -> None:
    sounds = [read(MEDIA / f"{name}.flac") for name in READINGS]
    ends = (np.cumsum([len(sound) for sound in sounds]) / SAMPLE_RATE).tolist()
    texts = transcripts_of_other_speech()[what]
    parts = list(zip(texts, [0.0, *ends[:-1]], ends, strict=True))
    sound = np.concatenate(sounds)
    with pytest.raises(CuegraphError) as failed:
        align(tmp_path, model, sound, recognised(parts, len(sound)))
    assert failed.value.code == "ALIGNMENT_FAILED"


def spoken(text: str) -> list[str]:
    return [token for word in text.split() for token in tokens(word, "en")]


def test_what_was_aligned_before_changes_nothing(model: Path, aligner: PocketSphinxAligner) -> None:
    sound, text = read(MEDIA / "0880.flac"), spoken(READINGS["0880"])
    noise = np.random.default_rng(0).normal(0, 0.1, 5 * SAMPLE_RATE).astype(np.float32)
    aligner.align(noise, spoken("anything at all"))
    aligner.align(read(MEDIA / "0870.flac"), spoken(READINGS["0870"]))
    assert aligner.align(sound, text) == load(model).align(sound, text)


def test_words_are_found_in_loud_noise_though_less_exactly(aligner: PocketSphinxAligner) -> None:
    sound, text = read(MEDIA / "0890.flac"), spoken(READINGS["0890"])
    clean = aligner.align(sound, text)
    noise = np.random.default_rng(1).normal(0, float(np.sqrt(np.mean(sound**2))) / 3, len(sound))
    noisy = aligner.align((sound + noise).astype(np.float32), text)
    errors = [abs(one.start - other.start) for one, other in zip(clean, noisy, strict=True) if one and other]
    assert len(errors) == len(text)
    assert statistics.median(errors) <= 0.05


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1])
def test_sound_too_short_for_its_words_gives_no_times(aligner: PocketSphinxAligner, seconds: float) -> None:
    sound = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    assert aligner.align(sound, ["far", "too", "many", "words"]) == [None] * 4
    assert all(aligner.align(read(MEDIA / "0880.flac"), spoken(READINGS["0880"])))


def test_a_word_in_another_script_has_no_time_and_the_others_keep_theirs(aligner: PocketSphinxAligner) -> None:
    sound = read(MEDIA / "0930.flac")
    found = aligner.align(sound, ["नमस्ते", *spoken(READINGS["0930"])])
    assert found[0] is None
    assert found[1:] == aligner.align(sound, spoken(READINGS["0930"]))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as refused:
        load(tmp_path)
    assert refused.value.code == "MODEL_UNUSABLE"
