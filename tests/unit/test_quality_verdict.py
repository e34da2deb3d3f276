"""The gate says bad to what nobody can use, good to what is right, and tells why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.quality.limits import LIMITS
from coordinator.quality.material import Material
from coordinator.quality.verdict import judge
from services.documents.cues import Cue, Cues, Finding, Readability
from services.documents.media import AudioTrack
from services.documents.quality import Quality
from services.documents.removals import Removal, Removals
from services.documents.speech import Region, Speech
from services.documents.transcript import Decode, Segment, Transcript, Word
from services.documents.translation import Sentence, Translation
from tests.layout.source import ROOT

RATE = 16_000
TRACK = AudioTrack("audio:0", 0.0, RATE, RATE * 1000)
LINE_SECONDS = 4.0
SAME = "I don't know what to do."
SCENE = (
    "Where were you last night?",
    "I was at home with my brother.",
    "That is not what he told us.",
    "Then you should ask him again.",
    "Yes.",
    "We have found this in your car.",
    "I have never seen it before.",
    "You will have to come with us.",
    "Yes.",
    "Let me just call my wife.",
)
CENA = (
    "Onde é que você estava ontem à noite?",
    "Eu estava em casa com o meu irmão.",
    "Não é isso que ele nos disse.",
    "Então pergunte a ele mais uma vez.",
    "Sim.",
    "Nós encontramos isso no seu carro.",
    "Eu nunca vi isso antes, não é meu.",
    "O senhor está preso, venha com a gente.",
    "Sim.",
    "Deixe-me ligar para a minha mulher.",
)


def times(number: int) -> tuple[float, float]:
    return number * LINE_SECONDS, number * LINE_SECONDS + 3.0


def region(number: int) -> Region:
    start, end = times(number)
    return Region(f"region:{number}", start, end, round(start * RATE), round(end * RATE), 0.9, ("audio:0",))


def speech(count: int) -> Speech:
    return Speech(TRACK, tuple(region(number) for number in range(count)))


def segment(number: int, text: str, suspicions: tuple[str, ...] = ()) -> Segment:
    start, end = times(number)
    texts = text.split()
    step = (end - start) / len(texts)
    words = tuple(
        Word(f"word:{number}.{n}", it, start + n * step, start + (n + 1) * step, "aligned", 0.9, ("region:0",))
        for n, it in enumerate(texts)
    )
    decode = Decode(start, end, text, (), -0.3, 1.2, 0.0, 0.0, suspicions=suspicions)
    return Segment(f"segment:{number}", start, end, text, words, (f"region:{number}",), decode)


def transcript(lines: Sequence[str], language: str = "en", suspicions: tuple[str, ...] = ()) -> Transcript:
    return Transcript(language, TRACK, tuple(segment(n, line, suspicions) for n, line in enumerate(lines)))


def cues(lines: Sequence[str], language: str = "en") -> Cues:
    shown = (Cue(f"cue:{n}", n + 1, *times(n), (line,), (f"word:{n}.0",)) for n, line in enumerate(lines))
    return Cues(language, tuple(shown))


def translation(
    lines: Sequence[str],
    sources: Sequence[str] = SCENE,
    language: str = "pt",
    status: Literal["translated", "untranslated", "kept"] = "translated",
) -> Translation:
    pairs = enumerate(zip(sources, lines, strict=True))
    sentences = (
        Sentence(f"sentence:{n}", *times(n), source, line, status, "marian", 0, (f"word:{n}.0",))
        for n, (source, line) in pairs
    )
    return Translation("en", language, tuple(sentences))


def job(lines: Sequence[str] = SCENE, **known: object) -> Material:
    """A job in English whose recognition, transcript and cues say these lines."""
    said = transcript(lines)
    given = {"speech": speech(len(lines)), "recognised": said, "transcript": said, "cues": (cues(lines),)} | known
    return Material(**given)  # type: ignore[arg-type]  # by name


def codes(quality: Quality) -> list[tuple[str, str]]:
    return [(reason.verdict, reason.code) for reason in quality.reasons]


def test_a_plain_scene_is_good_in_both_languages() -> None:
    quality = judge(job(translations=(translation(CENA),), cues=(cues(SCENE), cues(CENA, "pt"))))
    assert (quality.verdict, codes(quality)) == ("good", [])
    assert {measure.track for measure in quality.measures} == {"transcript:en", "translation:pt", "cues:en", "cues:pt"}


def varied(line: str, number: int) -> str:
    """The same sentence as people would write it in different moods."""
    forms = (line, line.upper(), line.lower().rstrip("."), f"- {line}", f"“{line}”", line.replace(".", "!"))
    return forms[number % len(forms)]


@given(st.integers(6, 200), st.integers(0, 5))
def test_cues_that_all_say_the_same_are_bad_every_time(count: int, shift: int) -> None:
    quality = judge(job([varied(SAME, n + shift) for n in range(count)]))
    assert ("bad", "REPETITION") in codes(quality)


@pytest.mark.parametrize("odd", [1, 10, 40])
def test_84_cues_of_one_sentence_are_bad_with_other_lines_among_them(odd: int) -> None:
    lines = [SAME] * (84 - odd) + [f"{SCENE[n % 4]} {n}" for n in range(odd)]
    assert judge(job(lines)).verdict == "bad"


def test_84_cues_of_one_sentence_are_bad_in_a_translation_alone() -> None:
    lines = [f"This is line number {n} of the scene." for n in range(84)]
    same = ["Não sei o que fazer."] * 84
    quality = judge(job(lines, translations=(translation(same, lines),), cues=(cues(lines), cues(same, "pt"))))
    assert quality.verdict == "bad"
    assert {reason.track for reason in quality.reasons if reason.code == "REPETITION"} == {"translation:pt", "cues:pt"}


def test_two_sentences_in_turn_and_one_that_is_cut_in_pieces_are_bad_too() -> None:
    assert judge(job(["Where is he now?", "I don't know."] * 42)).verdict == "bad"
    assert judge(job(["I don't", "know what", "to do"] * 28)).verdict == "bad"


def test_84_times_one_sentence_is_bad_when_83_of_them_were_removed() -> None:
    gone = Removal("removal:0", 4.0, 336.0, SAME, "repeated_neighbour", {"repetitions": 84}, 0.9, ("w1", "w2"))
    many = Removal(
        "removal:1", 4.0, 336.0, SAME, "loop", {"repetitions": 84}, 0.9, tuple(f"w{n}" for n in range(3, 99))
    )
    left = job([SAME], speech=speech(84), removals=Removals((gone, many)))
    assert {("bad", "REMOVED"), ("bad", "COVERAGE")} <= set(codes(judge(left)))


def test_an_empty_transcript_where_somebody_speaks_is_bad() -> None:
    assert ("bad", "COVERAGE") in codes(judge(job([], speech=speech(10))))


def test_a_film_without_speech_and_without_cues_is_good_and_says_why() -> None:
    quality = judge(job([]))
    assert (quality.verdict, codes(quality)) == ("good", [("good", "NO_SPEECH")])


def test_what_was_made_up_for_a_silent_film_and_removed_is_no_fault() -> None:
    gone = Removal("removal:0", 4.0, 5.0, "Thank you.", "canned_phrase", {"points": 2.5}, 0.9, ("w1", "w2"))
    assert judge(job([], removals=Removals((gone,)))).verdict == "good"


def test_words_where_nobody_speaks_are_bad() -> None:
    assert ("bad", "WORDS_WITHOUT_SPEECH") in codes(judge(job(speech=Speech(TRACK, ()))))


def test_a_track_without_cues_is_bad_if_there_are_words() -> None:
    quality = judge(job(cues=(cues(SCENE), cues([], "pt"))))
    assert ("bad", "EMPTY_TRACK") in codes(quality)


def test_few_cues_and_words_for_much_speech_are_noticed() -> None:
    quality = judge(job(SCENE[:2], speech=speech(60)))
    assert {("bad", "COVERAGE"), ("bad", "CUES_PER_MINUTE")} <= set(codes(quality))


def test_a_translation_that_is_the_source_is_noticed_whatever_it_claims() -> None:
    assert ("bad", "UNTRANSLATED") in codes(judge(job(translations=(translation(SCENE),))))
    half = translation([*SCENE[:1], *CENA[1:]])
    assert ("review", "UNTRANSLATED") in codes(judge(job(translations=(half,))))


def test_what_the_stage_marks_untranslated_counts() -> None:
    marked = translation(CENA, status="untranslated")
    assert ("bad", "UNTRANSLATED") in codes(judge(job(translations=(marked,))))


def test_kept_names_do_not_count_as_untranslated() -> None:
    names = translation(["Elinor."] * 5, ["Elinor."] * 5, status="kept")
    assert not [it for it in judge(job(translations=(names,))).measures if it.code == "UNTRANSLATED"]


def test_another_script_and_another_language_are_bad() -> None:
    russian = cues(["Где ты был вчера ночью?", "Я был дома с братом.", "Он говорит другое."])  # noqa: RUF001
    assert ("bad", "WRONG_SCRIPT") in codes(judge(job(cues=(russian,))))
    assert ("bad", "WRONG_SCRIPT") in codes(judge(job(cues=(cues(SCENE, "hi"),))))
    assert ("bad", "WRONG_LANGUAGE") in codes(judge(job(cues=(cues(SCENE, "pt"),))))


def test_suspicious_windows_and_unreadable_speed_are_noticed() -> None:
    doubtful = transcript(SCENE, suspicions=("LOG_PROBABILITY",))
    findings = tuple(Finding("CHARACTERS_PER_SECOND", f"cue:{n}", 30.0, 17.0, "too fast") for n in range(8))
    fast = Readability("en", 10, 25.0, 30.0, findings)
    quality = judge(job(recognised=doubtful, reports=(fast,)))
    assert {("bad", "SUSPICIOUS"), ("bad", "READING_SPEED")} <= set(codes(quality))


def test_a_finding_that_was_mended_does_not_count() -> None:
    mended = tuple(Finding("CHARACTERS_PER_SECOND", f"cue:{n}", 30.0, 17.0, "", fixed=True) for n in range(10))
    assert judge(job(reports=(Readability("en", 10, 15.0, 17.0, mended),))).verdict == "good"


def test_a_job_without_any_document_is_good_and_was_not_measured() -> None:
    assert judge(Material()) == Quality("good", (), ())


def test_the_worst_reason_stands_first_and_is_the_verdict() -> None:
    quality = judge(job([SAME] * 30, removals=Removals(()), cues=(cues([SAME] * 30), cues([], "pt"))))
    assert quality.reasons[0].verdict == quality.verdict == "bad"
    quality.check()


@pytest.mark.parametrize("code", sorted(LIMITS))
def test_the_page_explains_every_measure_with_its_limits(code: str) -> None:
    rows = (ROOT / "docs/quality.md").read_text("utf-8").splitlines()
    (row,) = (row for row in rows if row.startswith(f"| `{code}` |") and row.count("|") == 6)
    limit = LIMITS[code]
    assert row.endswith(f"| {limit.review:g} | {limit.bad:g} |")
