"""Written words become the words that are spoken, and English ones sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alignment.numerals import spell_numbers
from services.alignment.pronunciation import guess, plain_letters
from services.alignment.spoken import tokens


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Hello,", "hello"),
        ("don\N{RIGHT SINGLE QUOTATION MARK}t", "don't"),
        ("'quoted'", "quoted"),
        ("cold-hearted", "cold hearted"),
        ("Café", "café"),
        ("23", "twenty three"),
        ("$1,200.", "one thousand two hundred dollars"),
        ("1984", "nineteen eighty four"),
        ("1905", "nineteen oh five"),
        ("1900", "nineteen hundred"),
        ("2005", "two thousand five"),
        ("007", "zero zero seven"),
        ("3.5%", "three point five percent"),
        ("21st", "twenty first"),
        ("30th", "thirtieth"),
        ("8th", "eighth"),
        ("1000000", "one million"),
        ("10:30", "ten thirty"),
        ("R&B", "r and b"),
        ("—", ""),
        ("...", ""),
        ("♪", ""),
    ],
)
def test_an_english_word_is_spoken_as_it_is_read_aloud(written: str, spoken: str) -> None:
    assert " ".join(tokens(written, "en-GB")) == spoken


def test_other_languages_keep_their_letters_marks_and_digits() -> None:
    assert tokens("हिन्दी।", "hi") == ("हिन्दी",)
    assert tokens("23%", "de") == ("23",)


@given(st.text(max_size=30), st.sampled_from(["en", "hi", "fr"]))
def test_spoken_words_are_bare_whatever_was_written(written: str, language_code: str) -> None:
    for token in tokens(written, language_code):
        assert token
        assert not any(letter.isspace() or letter in '<>[]()+.,"' for letter in token)


@given(st.integers(min_value=0))
def test_every_number_can_be_spoken(number: int) -> None:
    assert spell_numbers(str(number)).replace(" ", "").isalpha()


@pytest.mark.parametrize(
    ("word", "sounds"),
    [("nakatomi", "N AE K AE T AA M IH"), ("blorp", "B L AA R P"), ("quibble", "K W IH B L"), ("o'x", "AA K S")],
)
def test_the_sound_of_an_unknown_word_is_guessed_from_its_letters(word: str, sounds: str) -> None:
    assert guess(word) == sounds


@pytest.mark.parametrize("word", ["हिन्दी", "r2d2", ""])
def test_no_sound_is_guessed_for_what_is_not_written_in_english_letters(word: str) -> None:
    assert guess(word) is None


def test_accents_do_not_keep_a_word_from_the_dictionary() -> None:
    assert plain_letters("café") == "cafe"
