"""Which of several decodings of a window is taken."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.asr.choosing import best, doubted, is_believed, led_astray, refused
from services.asr.recognition import Draft
from services.documents.glossary import Term

LOOP = ("COMPRESSION_RATIO", "REPETITION")
PLAIN = Draft(" He was not an ill-disposed young man.", (1,) * 12, -0.3, 0.9, 0.05)
TERM = Term("term:0", "Willoughby", "job", ("job:0:1",))

drafts = st.builds(
    Draft,
    text=st.sampled_from([" a b", " c", ""]),
    tokens=st.lists(st.integers(0, 9), max_size=5).map(tuple),
    average_log_probability=st.floats(-5, 0),
    compression_ratio=st.just(1.0),
    no_speech_probability=st.just(0.1),
    suspicions=st.sets(st.sampled_from([*LOOP, "LOG_PROBABILITY", "NO_SPEECH"])).map(tuple),
)


def test_the_fewest_suspicions_win() -> None:
    wild = replace(PLAIN, average_log_probability=-0.1, suspicions=("SPEECH_WITHOUT_WORDS",))
    assert best([wild, PLAIN]) == 1


def test_of_equally_suspicious_ones_the_more_probable_wins_and_of_equals_the_earlier() -> None:
    worse = replace(PLAIN, average_log_probability=-0.9)
    assert best([worse, PLAIN, PLAIN]) == 1


def test_a_loop_never_wins_by_its_probability() -> None:
    loop = replace(PLAIN, average_log_probability=-0.01, suspicions=("REPETITION",))
    hard = replace(PLAIN, average_log_probability=-1.5, suspicions=("LOG_PROBABILITY",))
    assert best([loop, hard]) == 1


def test_of_two_loops_the_shorter_wins() -> None:
    long = replace(PLAIN, tokens=(1,) * 200, average_log_probability=-0.1, suspicions=LOOP)
    short = replace(PLAIN, tokens=(1,) * 40, average_log_probability=-0.9, suspicions=LOOP)
    assert best([long, short]) == 1


@given(st.lists(drafts, min_size=1, max_size=6))
def test_no_other_has_fewer_suspicions_and_every_other_is_refused_for_a_reason(candidates: list[Draft]) -> None:
    chosen = best(candidates)
    assert all(len(candidates[chosen].suspicions) <= len(it.suspicions) for it in candidates)
    others = refused(candidates, chosen)
    assert [it.draft for it in others] == candidates[:chosen] + candidates[chosen + 1 :]
    assert all(it.reason for it in others)


def test_improbable_texts_that_share_nothing_with_the_others_are_doubted() -> None:
    inventions = [
        replace(PLAIN, text=text, suspicions=("LOG_PROBABILITY",))
        for text in (" you you", " This is the best way", " See there!")
    ]
    assert all("DISAGREEMENT" in it.suspicions for it in doubted(inventions, 0.2, spaced=True))


def test_improbable_texts_that_agree_are_not_doubted_and_probable_ones_never() -> None:
    hard = [
        replace(PLAIN, text=text, suspicions=("LOG_PROBABILITY",))
        for text in (" Mr. John Dashwood had", " Mister John Dashwood had then")
    ]
    assert doubted(hard, 0.2, spaced=True) == hard
    probable = [replace(PLAIN, text=text, suspicions=("SPEECH_WITHOUT_WORDS",)) for text in (" Yes.", " No.")]
    assert doubted(probable, 0.2, spaced=True) == probable


def test_no_speech_and_disagreement_are_not_believed_and_a_loop_is() -> None:
    assert not is_believed(replace(PLAIN, suspicions=("NO_SPEECH",)))
    assert not is_believed(replace(PLAIN, suspicions=("LOG_PROBABILITY", "DISAGREEMENT")))
    assert is_believed(replace(PLAIN, suspicions=LOOP))
    assert is_believed(PLAIN)


def test_a_led_decoding_is_taken_unless_it_invents_terms_or_looks_worse() -> None:
    assert led_astray(PLAIN, PLAIN, ()) == ""
    assert "Willoughby" in led_astray(PLAIN, PLAIN, (TERM,))
    assert "REPETITION" in led_astray(PLAIN, replace(PLAIN, suspicions=("REPETITION",)), ())
