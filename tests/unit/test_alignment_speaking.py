"""A word is of the speaker whose turn it shares most time with, or else of the nearest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alignment.speaking import Turns, agreeing, sentences
from services.documents.speakers import Turn
from services.documents.transcript import Word


def word(start: float, end: float) -> Word:
    return Word("w", "word", start, end, "aligned", None, ("w",))


def turns(*given: tuple[float, float, str], tolerance: float = 0.5) -> Turns:
    made = (Turn(f"t{n}", start, end, who, None, ("r",)) for n, (start, end, who) in enumerate(given))
    return Turns(tuple(made), tolerance)


@pytest.mark.parametrize(
    ("start", "end", "speaker"),
    [
        (1.0, 2.0, "a"),
        (3.5, 4.4, "a"),
        (3.7, 4.4, "b"),
        (3.5, 4.5, "a"),
        (4.0, 4.0, "a"),
        (6.2, 6.4, "b"),
        (6.5, 6.7, "b"),
        (6.6, 6.8, None),
        (7.0, 7.4, None),
        (7.5, 7.9, "c"),
        (6.3, 8.1, "c"),
    ],
)
def test_the_largest_overlap_decides_and_then_the_nearest_turn(start: float, end: float, speaker: str | None) -> None:
    found = turns((0.0, 4.0, "a"), (4.0, 6.0, "b"), (8.0, 9.0, "c"))
    assert found.speaker(word(start, end)) == speaker


def test_a_long_turn_is_found_behind_many_short_ones() -> None:
    short = [(10.0 + n, 10.5 + n, "b") for n in range(50)]
    assert turns((0.0, 100.0, "a"), *short).speaker(word(80.0, 81.0)) == "a"


def test_where_nobody_speaks_nobody_speaks_it() -> None:
    assert turns().speaker(word(0.0, 1.0)) is None


_times = st.integers(0, 400).map(lambda tenths: tenths / 8)


@given(
    given_turns=st.lists(st.tuples(_times, st.integers(1, 80).map(lambda it: it / 8), st.sampled_from("abc"))),
    start=_times,
    length=st.integers(0, 16).map(lambda it: it / 8),
    tolerance=st.integers(0, 8).map(lambda it: it / 8),
)
def test_it_is_as_if_every_turn_were_looked_at(
    given_turns: list[tuple[float, float, str]], start: float, length: float, tolerance: float
) -> None:
    spans = sorted((start, start + length, who) for start, length, who in given_turns)
    asked = word(start, start + length)
    found = turns(*spans, tolerance=tolerance).speaker(asked)
    shared = [min(asked.end, end) - max(asked.start, start) for start, end, _ in spans]
    most = max(shared, default=-1e9)
    assert found == (spans[shared.index(most)][2] if most >= -tolerance else None)


def said(text: str, speakers: str, pause_before: int | None = None) -> list[Word]:
    """Words of half a second each, a tenth apart; one of them after a second of silence."""
    made, time = [], 0.0
    for number, (word, speaker) in enumerate(zip(text.split(), speakers, strict=True)):
        time += 1.0 if number == pause_before else 0.1
        made.append(Word(f"w{number}", word, time, time + 0.5, "aligned", None, ("w",), speaker.strip("-") or None))
        time += 0.5
    return made


def voices(words: list[Word], majority: float = 0.6) -> str:
    return "".join(word.speaker or "-" for run in sentences(words) for word in agreeing(run, majority))


def test_a_word_on_the_wrong_side_of_a_turn_does_not_part_its_sentence() -> None:
    assert voices(said("Unless to be cold. No!", "abbba")) == "bbbba"


def test_without_a_majority_every_word_keeps_its_speaker() -> None:
    assert voices(said("you go no I stay", "aabbb"), majority=0.7) == "aabbb"


def test_a_pause_parts_speakers_too() -> None:
    assert voices(said("come in thanks", "aab", pause_before=2)) == "aab"


def test_nobody_is_no_majority() -> None:
    assert voices(said("who is there", "--a")) == "--a"
