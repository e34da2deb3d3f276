"""Alignment as a stage: what it keeps, what it refuses, what it owns up to. No model is loaded here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.alignment import pocketsphinx_engine
from services.alignment.aligner import Samples, Span
from services.alignment.stage import Alignment, AlignmentSettings
from services.documents import codec
from services.documents.media import AudioTrack
from services.documents.speakers import Speaker, Speakers, Turn
from services.documents.transcript import Segment, Transcript, Word
from services.runtime.errors import CuegraphError
from services.runtime.progress import Progress
from services.runtime.testing import RecordedRun, make_run

AUDIO = AudioTrack("audio:0", start=60.0, sample_rate=16_000, sample_count=16_000 * 10)


class FakeAligner:
    """Hears each word for a tenth of a second, one after the other, and none that begins with `x`."""

    def align(self, samples: Samples, tokens: Sequence[str]) -> Sequence[Span | None]:
        return [None if token[0] == "x" else Span(n / 10, (n + 1) / 10) for n, token in enumerate(tokens)]


@pytest.fixture
def fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pocketsphinx_engine, "load", lambda model: FakeAligner())


def segment(number: int, text: str, start: float, end: float) -> Segment:
    step = (end - start) / max(1, len(text.split()))
    words = tuple(
        Word(f"w{number}.{n}", word, start + n * step, start + (n + 1) * step, "decoded", 0.5, ("region:0",))
        for n, word in enumerate(text.split())
    )
    return Segment(f"s{number}", start, end, text, words, ("region:0",))


def run_of(
    folder: Path,
    *segments: Segment,
    settings: AlignmentSettings | None = None,
    language_code: str = "en",
    progress: Progress | None = None,
    **optional: bytes | Path,
) -> RecordedRun[AlignmentSettings]:
    audio = folder / "speech.wav"
    soundfile.write(audio, np.zeros(AUDIO.sample_count, np.int16), AUDIO.sample_rate)
    document = Transcript(language_code, AUDIO, segments)
    return make_run(
        Alignment(),
        folder=folder,
        settings=settings,
        inputs={"speech_audio": audio, "transcript": codec.to_json(document), **optional},
        models={"pocketsphinx-en-us": folder},
        progress=progress,
    )


def aligned(run: RecordedRun[AlignmentSettings]) -> Transcript:
    Alignment().run(run)
    return codec.from_json(Transcript, run.written("transcript").read_bytes())


def test_words_get_film_times_and_name_the_words_they_were(tmp_path: Path, fake_engine: None) -> None:
    result = aligned(run_of(tmp_path, segment(0, "one two", 61.0, 63.0), segment(1, "three", 65.0, 66.0)))
    assert [(word.id, word.text, word.start, word.end) for word in result.words] == [
        ("w0.0", "one", 60.8, 60.9),
        ("w0.1", "two", 60.9, 61.0),
        ("w1.0", "three", 64.8, 64.9),
    ]
    assert all(word.sources == (word.id,) and word.timing == "aligned" for word in result.words)
    assert [(part.sources, part.start, part.end) for part in result.segments] == [
        (("s0",), 60.8, 61.0),
        (("s1",), 64.8, 64.9),
    ]


def test_a_number_lasts_as_long_as_all_its_spoken_words(tmp_path: Path, fake_engine: None) -> None:
    words = list(aligned(run_of(tmp_path, segment(0, "for 1984 years", 61.0, 63.0))).words)
    assert [(word.text, word.start, word.end) for word in words] == [
        ("for", 60.8, 60.9),
        ("1984", 60.9, 61.2),
        ("years", 61.2, 61.3),
    ]


def test_words_that_were_not_found_are_counted_and_placed_between_the_others(tmp_path: Path, fake_engine: None) -> None:
    run = run_of(tmp_path, segment(0, "one two xyz four -- six", 61.0, 63.0))
    words = list(aligned(run).words)
    assert [word.timing for word in words] == [
        "aligned",
        "aligned",
        "interpolated",
        "aligned",
        "interpolated",
        "aligned",
    ]
    assert all(one.end <= two.start for one, two in pairwise(words))
    assert [code for code, _ in run.warnings] == ["WORDS_NOT_ALIGNED"]
    assert run.warnings[0][1].startswith("1 of 5 ")
    assert run.outputs[0].attributes == {"language": "en", "aligned_share": "0.8000"}


def test_a_segment_of_which_nothing_was_found_keeps_the_times_of_the_recogniser(
    tmp_path: Path, fake_engine: None
) -> None:
    lost = segment(1, "xa xb", 65.0, 66.0)
    result = aligned(run_of(tmp_path, segment(0, "one two", 61.0, 63.0), lost))
    kept = result.segments[1].words
    assert [(word.start, word.end, word.timing) for word in kept] == [(65.0, 65.5, "decoded"), (65.5, 66.0, "decoded")]


def test_too_few_words_found_fail_the_stage(tmp_path: Path, fake_engine: None) -> None:
    run = run_of(tmp_path, segment(0, "xa xb xc four", 61.0, 63.0))
    with pytest.raises(CuegraphError) as failed:
        Alignment().run(run)
    assert failed.value.code == "ALIGNMENT_FAILED"
    assert not run.outputs


@pytest.mark.parametrize("segments", [(), (segment(0, "", 61.0, 62.0),)])
def test_a_transcript_without_words_stays_without_and_needs_no_model(
    tmp_path: Path, segments: tuple[Segment, ...]
) -> None:
    run = run_of(tmp_path, *segments, language_code="hi")
    result = aligned(run)
    assert [part.sources for part in result.segments] == [(part.id,) for part in segments]
    assert run.outputs[0].attributes["aligned_share"] == "1.0000"
    assert not run.warnings


def test_a_language_that_the_model_does_not_align_is_refused(tmp_path: Path, fake_engine: None) -> None:
    with pytest.raises(CuegraphError) as refused:
        Alignment().run(run_of(tmp_path, segment(0, "eins zwei", 61.0, 63.0), language_code="de"))
    assert refused.value.code == "NAME_UNKNOWN"


def test_without_an_engine_every_word_keeps_its_time_and_a_warning_says_so(tmp_path: Path) -> None:
    given = segment(0, "eins zwei", 61.0, 63.0)
    run = run_of(tmp_path, given, language_code="de", settings=AlignmentSettings(engine="none"))
    words = list(aligned(run).words)
    assert [(word.start, word.end, word.timing) for word in words] == [
        (word.start, word.end, "decoded") for word in given.words
    ]
    assert [word.sources for word in words] == [(word.id,) for word in given.words]
    assert [code for code, _ in run.warnings] == ["ALIGNMENT_SKIPPED"]
    assert run.outputs[0].attributes["aligned_share"] == "0.0000"
    assert list(Alignment().models(AlignmentSettings(engine="none"))) == []


def test_a_language_without_a_model_keeps_its_times_where_that_is_allowed_and_a_warning_says_so(tmp_path: Path) -> None:
    given = segment(0, "eins zwei", 61.0, 63.0)
    run = run_of(tmp_path, given, language_code="de", settings=AlignmentSettings(unsupported="keep"))
    words = list(aligned(run).words)
    assert [(word.start, word.end, word.timing) for word in words] == [(61.0, 62.0, "decoded"), (62.0, 63.0, "decoded")]
    assert [code for code, _ in run.warnings] == ["ALIGNMENT_SKIPPED"]
    assert "'de'" in run.warnings[0][1]


@pytest.mark.parametrize(
    ("settings", "models"),
    [
        (AlignmentSettings(), ["pocketsphinx-en-us"]),
        (AlignmentSettings(models={"pt": "p", "de": "g"}), ["pocketsphinx-en-us", "p", "g"]),
        (AlignmentSettings(models={"pt": "p", "de": "g"}, language="pt-BR"), ["p"]),
        (AlignmentSettings(models={"en": "e"}, language="en"), ["e"]),
        (AlignmentSettings(models={"pt": "p"}, language="en-GB"), ["pocketsphinx-en-us"]),
        (AlignmentSettings(language="fr", unsupported="keep"), []),
        (AlignmentSettings(language="fr"), ["pocketsphinx-en-us"]),
    ],
)
def test_only_models_that_the_language_may_need_are_asked_for(settings: AlignmentSettings, models: list[str]) -> None:
    """The last one for admission to refuse: the model does not know the language."""
    assert list(Alignment().models(settings)) == models


def test_a_few_words_that_were_not_found_are_marked_and_not_warned_of(tmp_path: Path, fake_engine: None) -> None:
    run = run_of(tmp_path, segment(0, "a b c d e f g h i xj", 61.0, 63.0))
    assert [word.timing for word in aligned(run).words] == ["aligned"] * 9 + ["interpolated"]
    assert run.outputs[0].attributes["aligned_share"] == "0.9000"
    assert run.warnings == []


def test_each_word_has_the_speaker_of_its_turn_at_its_new_time(tmp_path: Path, fake_engine: None) -> None:
    """`one` is heard at 60.8 s, `two` at 60.9 s; nobody is near `three` at 64.8 s."""
    turns = (Turn("t0", 60.0, 60.91, "speaker:0", 0.9, ("r",)), Turn("t1", 60.91, 62.0, "speaker:1", 0.9, ("r",)))
    cast = (Speaker("speaker:0", "Anna", 0.9), Speaker("speaker:1", "", 1.1))
    speakers = codec.to_json(Speakers(AUDIO, cast, turns, "ge2e"))
    segments = (segment(0, "one two", 61.0, 63.0), segment(1, "three", 65.0, 66.0))
    words = aligned(run_of(tmp_path, *segments, speakers=speakers)).words
    assert [word.speaker for word in words] == ["speaker:0", "speaker:1", None]


def test_words_that_keep_their_times_get_speakers_too(tmp_path: Path) -> None:
    turn = Turn("t0", 61.5, 62.0, "speaker:0", None, ("r",))
    speakers = codec.to_json(Speakers(AUDIO, (Speaker("speaker:0", "", 0.5),), (turn,), "pyannote"))
    run = run_of(tmp_path, segment(0, "one", 61.0, 63.0), settings=AlignmentSettings(engine="none"), speakers=speakers)
    assert [word.speaker for word in aligned(run).words] == ["speaker:0"]


def test_words_are_sought_in_the_vocals_where_there_are_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loudest: list[float] = []

    class FakeListener(FakeAligner):
        """Notes how loud it is."""

        def align(self, samples: Samples, tokens: Sequence[str]) -> Sequence[Span | None]:
            loudest.append(float(samples.max()))
            return super().align(samples, tokens)

    monkeypatch.setattr(pocketsphinx_engine, "load", lambda model: FakeListener())
    vocals = tmp_path / "vocals.wav"
    soundfile.write(vocals, np.full(AUDIO.sample_count, 0.5), AUDIO.sample_rate)
    aligned(run_of(tmp_path, segment(0, "one", 61.0, 63.0), vocals=vocals))
    assert loudest == [0.5]


def test_a_regional_kind_of_the_language_is_welcome(tmp_path: Path, fake_engine: None) -> None:
    run = run_of(tmp_path, segment(0, "one", 61.0, 63.0), language_code="en-GB")
    assert aligned(run).language_code == "en-GB"


@pytest.mark.parametrize(
    "settings", [lambda: AlignmentSettings(device="cuda"), lambda: AlignmentSettings(model_language="de")]
)
def test_what_pocketsphinx_cannot_do_is_no_setting(settings: Callable[[], AlignmentSettings]) -> None:
    with pytest.raises(CuegraphError) as refused:
        settings()
    assert refused.value.code == "SETTING_INVALID"


def test_sound_of_another_transcript_is_refused(tmp_path: Path, fake_engine: None) -> None:
    run = run_of(tmp_path, segment(0, "one", 61.0, 63.0))
    soundfile.write(run.input("speech_audio"), np.zeros(16_000, np.int16), 16_000)
    with pytest.raises(CuegraphError) as refused:
        Alignment().run(run)
    assert refused.value.code == "REQUEST_INVALID"


def test_vocals_of_another_film_are_refused(tmp_path: Path, fake_engine: None) -> None:
    vocals = tmp_path / "vocals.wav"
    soundfile.write(vocals, np.zeros(16_000, np.int16), 16_000)
    with pytest.raises(CuegraphError, match="vocals") as refused:
        Alignment().run(run_of(tmp_path, segment(0, "one", 61.0, 63.0), vocals=vocals))
    assert refused.value.code == "REQUEST_INVALID"


def test_speakers_of_other_sound_are_refused(tmp_path: Path, fake_engine: None) -> None:
    other = codec.to_json(Speakers(replace(AUDIO, start=0.0), (), (), "ge2e"))
    with pytest.raises(CuegraphError, match="same job") as refused:
        Alignment().run(run_of(tmp_path, segment(0, "one", 61.0, 63.0), speakers=other))
    assert refused.value.code == "REQUEST_INVALID"


def test_cancelling_takes_effect_after_the_segment_under_way(tmp_path: Path, fake_engine: None) -> None:
    cancelled = threading.Event()
    done: list[float] = []

    def report(seconds: float, total: float | None) -> None:
        done.append(seconds)
        cancelled.set()

    segments = [segment(n, "one", 61.0 + n, 61.5 + n) for n in range(3)]
    run = run_of(tmp_path, *segments, progress=Progress(report, cancelled))
    with pytest.raises(CuegraphError) as stopped:
        Alignment().run(run)
    assert stopped.value.code == "CANCELLED"
    assert done == pytest.approx([1.7])


def test_the_evidence_and_the_text_go_on_unchanged(tmp_path: Path, fake_engine: None) -> None:
    before = segment(0, "one xtwo", 61.0, 63.0)
    after = aligned(run_of(tmp_path, before)).segments[0]
    bare = replace(after, start=before.start, end=before.end, words=before.words, sources=before.sources)
    assert bare == before
    assert [(it.id, it.text, it.probability) for it in after.words] == [
        (it.id, it.text, it.probability) for it in before.words
    ]
