"""Cues that come or go near a shot change do so with it, unless that would cost what makes them readable."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.transcript import Word
from services.subtitles.layout import lay_out
from services.subtitles.report import check
from services.subtitles.rules import Rules
from services.subtitles.shots import snap
from services.subtitles.timing import Slot, Speech
from services.subtitles.units import units_of_words
from tests.spoken_words import any_words, spoken

RULES = Rules()
"""25 frames a second: the gap is 80 ms and seven frames are 280 ms."""


def snapped(slots: list[tuple[int, int]], cuts: list[int], characters: int = 5) -> list[tuple[int, int]]:
    speeches = [Speech(start, end, characters) for start, end in slots]
    found = snap([Slot(*slot) for slot in slots], speeches, cuts, RULES)
    return [(slot.start_ms, slot.end_ms) for slot in found]


@pytest.mark.parametrize(
    ("slot", "cut", "moved"),
    [
        ((1000, 3000), 1280, (1280, 3000)),
        ((1000, 3000), 720, (720, 3000)),
        ((1000, 3000), 1281, (1000, 3000)),
        ((1000, 3000), 3080, (1000, 3000)),
        ((1000, 3000), 2800, (1000, 2720)),
        ((1000, 3000), 3360, (1000, 3280)),
        ((1000, 3000), 3361, (1000, 3000)),
        ((1000, 3000), 2000, (1000, 3000)),
    ],
)
def test_a_border_within_seven_frames_goes_to_the_cut(slot: tuple[int, int], cut: int, moved: tuple[int, int]) -> None:
    assert snapped([slot], [cut]) == [moved]


def test_cues_on_both_sides_of_a_cut_meet_there_with_the_gap_before_it() -> None:
    assert snapped([(1000, 2900), (2980, 5000)], [3100]) == [(1000, 3020), (3100, 5000)]


def test_a_cue_that_could_not_be_read_any_more_stays_where_it_is() -> None:
    assert snapped([(1000, 2000)], [1250], characters=17) == [(1000, 2000)]
    assert snapped([(1000, 1840)], [1100], characters=1) == [(1000, 1840)]


def test_a_cue_that_is_on_for_the_maximum_is_not_made_longer() -> None:
    assert snapped([(1000, 8000)], [900]) == [(1000, 8000)]


times = st.lists(st.integers(0, 60_000), unique=True, max_size=60).map(sorted)


@given(any_words(), times)
def test_snapping_keeps_every_rule_that_was_kept(words: list[Word], cuts: list[int]) -> None:
    units = units_of_words(words, "en")
    without = lay_out(units, "en", 10**7, RULES).cues
    with_cuts = lay_out(units, "en", 10**7, RULES, cuts=cuts).cues
    with_cuts.check()
    assert {(it.rule, it.cue) for it in check(with_cuts, RULES)} <= {(it.rule, it.cue) for it in check(without, RULES)}


@given(any_words(), times)
def test_snapping_again_moves_nothing(words: list[Word], cuts: list[int]) -> None:
    cues = lay_out(units_of_words(words, "en"), "en", 10**7, RULES, cuts=cuts).cues.cues
    slots = [(round(cue.start * 1000), round(cue.end * 1000)) for cue in cues]
    speeches = [Speech(start, end, len(cue.text)) for cue, (start, end) in zip(cues, slots, strict=True)]
    again = snap([Slot(*slot) for slot in slots], speeches, cuts, RULES)
    assert [(slot.start_ms, slot.end_ms) for slot in again] == slots


def test_two_hours_with_a_cut_every_three_seconds_are_snapped_in_one_go() -> None:
    words = spoken("it was the season of light, it was the season of darkness. " * 1700)
    cues = lay_out(units_of_words(words, "en"), "en", 10**8, RULES, cuts=list(range(0, 14_400_000, 3_000))).cues
    assert all(earlier.end < later.start for earlier, later in pairwise(cues.cues))
