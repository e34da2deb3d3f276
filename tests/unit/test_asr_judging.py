"""What makes a decoding suspicious."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.asr.judging import Thresholds, agreement, most_repetitions, spoken_units, suspicions
from services.asr.recognition import Draft

SAID = Draft(" He was not an ill-disposed young man.", (1,) * 12, -0.3, 0.9, 0.05)
SECONDS = 3.0


def codes(draft: Draft, seconds: float = SECONDS, *, spaced: bool = True) -> set[str]:
    return set(suspicions(draft, seconds, Thresholds(), spaced=spaced))


def test_a_sentence_that_was_said_is_not_suspicious() -> None:
    assert codes(SAID) == set()


@pytest.mark.parametrize(
    ("draft", "seconds", "code"),
    [
        (replace(SAID, compression_ratio=2.5), SECONDS, "COMPRESSION_RATIO"),
        (replace(SAID, average_log_probability=-1.1), SECONDS, "LOG_PROBABILITY"),
        (replace(SAID, text="I am sure. " * 4), SECONDS, "REPETITION"),
        (SAID, 1.0, "WORDS_PER_SECOND"),
        (replace(SAID, text=" Thank you."), 20.0, "SPEECH_WITHOUT_WORDS"),
        (replace(SAID, text=""), 0.5, "SPEECH_WITHOUT_WORDS"),
        (replace(SAID, text=" ..."), 0.5, "SPEECH_WITHOUT_WORDS"),
    ],
)
def test_each_sign_has_its_code(draft: Draft, seconds: float, code: str) -> None:
    assert codes(draft, seconds) == {code}


def test_no_speech_counts_only_with_an_improbable_text_or_hardly_any() -> None:
    unheard = replace(SAID, no_speech_probability=0.9)
    assert codes(unheard) == set()
    assert codes(replace(unheard, average_log_probability=-1.5)) == {"LOG_PROBABILITY", "NO_SPEECH"}
    assert codes(replace(unheard, text=" you"), 20.0) == {"SPEECH_WITHOUT_WORDS", "NO_SPEECH"}


def test_every_threshold_can_be_moved() -> None:
    strict = Thresholds(0.5, -0.1, 0.01, 2, 1.0, 0.1)
    found = suspicions(replace(SAID, text="no no"), 0.3, strict, spaced=True)
    assert set(found) == {
        "COMPRESSION_RATIO",
        "LOG_PROBABILITY",
        "NO_SPEECH",
        "REPETITION",
        "WORDS_PER_SECOND",
        "SPEECH_WITHOUT_WORDS",
    }


def test_words_have_no_case_and_no_punctuation_but_their_apostrophe_and_marks() -> None:
    assert spoken_units("Don't, STOP: ill-disposed!", spaced=True) == ["don't", "stop", "ill", "disposed"]
    assert spoken_units("हिन्दी में", spaced=True) == ["हिन्दी", "में"]
    assert spoken_units("今日は。 晴れ", spaced=False) == list("今日は晴れ")


def test_characters_count_for_half_a_word_where_words_are_not_spaced() -> None:
    japanese = replace(SAID, text="今日はとても良い天気ですね")
    assert codes(japanese, 2.5, spaced=False) == set()
    assert codes(japanese, 0.8, spaced=False) == {"WORDS_PER_SECOND"}


@given(
    phrase=st.lists(st.sampled_from("abcde"), min_size=1, max_size=12, unique=True),
    times=st.integers(1, 6),
    around=st.lists(st.sampled_from("vwxyz"), max_size=4, unique=True),
)
def test_a_phrase_is_counted_wherever_it_repeats(phrase: list[str], times: int, around: list[str]) -> None:
    assert most_repetitions([*around, *phrase * times, *around]) == times


def test_nothing_repeats_in_nothing() -> None:
    assert most_repetitions([]) == 1


def test_decodings_agree_as_far_as_they_share_words() -> None:
    assert agreement(["a", "b"], [["b", "a"]]) == 1.0
    assert agreement(["a", "b"], [["c"], ["a", "c"]]) == 0.25
    assert agreement(["a"], []) == 1.0
    assert agreement([], [[]]) == 1.0
