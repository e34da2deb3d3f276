"""Words become sentences: by punctuation, pause, speaker, song and length; none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.transcript import Word
from services.translation.scenes import scenes
from services.translation.sentences import Bounds, sentences
from tests.spoken_words import any_words, spoken, word

BOUNDS = Bounds(pause_seconds=2.0, breath_seconds=0.6, max_characters=200)


def texts(words: Sequence[Word], bounds: Bounds = BOUNDS) -> list[str]:
    return [sentence.text for sentence in sentences(words, bounds)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left. She stayed! Why?", ["He left.", "She stayed!", "Why?"]),
        ("Mr. Dashwood met Dr. J. Smith. He smiled.", ["Mr. Dashwood met Dr. J. Smith.", "He smiled."]),
        ('"What?" he said. Nothing.', ['"What?" he said.', "Nothing."]),
        ("Well... I think so... maybe.", ["Well...", "I think so... maybe."]),
        ("The U.S. army came. It left.", ["The U.S. army came.", "It left."]),
        ("It was 3.5 meters. Too long.", ["It was 3.5 meters.", "Too long."]),
        ("<i>I know.</i> <i>You do not.</i>", ["<i>I know.</i>", "<i>You do not.</i>"]),
        ("वह गया। मैं रुका।", ["वह गया।", "मैं रुका।"]),
        ("♪ Hello darkness ♪ He sang.", ["♪ Hello darkness ♪", "He sang."]),
        ("♪ Hello darkness. ♪ He sang.", ["♪ Hello darkness. ♪", "He sang."]),
    ],
)
def test_punctuation_ends_a_sentence_where_it_means_to(text: str, expected: list[str]) -> None:
    assert texts(spoken(text)) == expected


def test_a_silence_ends_a_sentence_even_without_punctuation() -> None:
    assert texts(spoken("he said. | | that we should go")) == ["he said.", "that we should go"]


def test_without_any_punctuation_a_breath_ends_a_sentence() -> None:
    assert texts(spoken("he left | she stayed | why")) == ["he left", "she stayed", "why"]
    assert texts(spoken("He left, | she stayed.")) == ["He left, she stayed."]


def test_another_speaker_begins_another_sentence_and_an_unknown_one_does_not() -> None:
    words = spoken("Are you coming no I am not")
    speakers = ["a", "a", None, "b", "b", "b", "b"]
    words = [replace(it, speaker=speaker) for it, speaker in zip(words, speakers, strict=True)]
    found = sentences(words, BOUNDS)
    assert [(it.text, it.speaker) for it in found] == [("Are you coming", "a"), ("no I am not", "b")]


def test_a_song_is_never_in_one_sentence_with_speech() -> None:
    words = spoken("and then she sang la la la you know")
    words = [replace(it, lyric="lyric:0" if it.text == "la" else None) for it in words]
    found = sentences(words, BOUNDS)
    assert [(it.text, it.lyric) for it in found] == [
        ("and then she sang", None),
        ("la la la", "lyric:0"),
        ("you know", None),
    ]


def test_scripts_without_spaces_stay_without() -> None:
    assert texts(spoken("今日 は 東京 に 行く 。 OK です")) == ["今日は東京に行く。OKです"] or texts(
        spoken("今日 は 東京 に 行く。 OK です")
    ) == ["今日は東京に行く。", "OKです"]


def test_a_sentence_that_is_too_long_is_cut_after_a_clause() -> None:
    text = "one two three four five six seven, eight nine ten eleven twelve thirteen fourteen"
    bounds = Bounds(2.0, 0.6, max_characters=60)
    assert texts(spoken(text + "."), bounds) == [
        "one two three four five six seven,",
        "eight nine ten eleven twelve thirteen fourteen.",
    ]


@given(any_words())
def test_every_word_is_in_one_sentence_in_order(words: list[Word]) -> None:
    found = sentences(words, Bounds(2.0, 0.6, max_characters=40))
    assert [it for sentence in found for it in sentence.words] == words
    assert all(sentence.end > sentence.start for sentence in found)
    assert [sentence.id for sentence in found] == [f"sentence:{number}" for number in range(len(found))]
    assert all(len(sentence.text) <= 40 or len(sentence.words) == 1 for sentence in found)


@given(any_words(), st.integers(1, 5))
def test_every_sentence_is_in_one_scene_and_no_scene_is_too_large(words: list[Word], most: int) -> None:
    found = sentences(words, BOUNDS)
    grouped = scenes(found, pause_seconds=8.0, max_sentences=most)
    assert [sentence for scene in grouped for sentence in scene] == found
    assert all(1 <= len(scene) <= most for scene in grouped)


def test_a_long_silence_ends_a_scene() -> None:
    words = [word(1, "One.", 0, 1), word(2, "Two.", 4, 5), word(3, "Three.", 13.1, 14)]
    found = scenes(sentences(words, BOUNDS), pause_seconds=8.0, max_sentences=9)
    assert [[sentence.text for sentence in scene] for scene in found] == [["One.", "Two."], ["Three."]]
