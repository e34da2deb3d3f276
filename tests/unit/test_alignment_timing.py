"""Word times keep the rules, whatever an aligner found."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alignment.aligner import Span
from services.alignment.timing import Limits, filled, sane

MICROSECOND = 1e-6
LIMITS = Limits(window=Span(9.5, 20.5), segment=Span(10.0, 20.0), longest=2.0)

times = st.floats(min_value=0, max_value=30)
spans = st.builds(lambda one, other: Span(min(one, other), max(one, other)), times, times)
findings = st.lists(st.tuples(spans | st.none(), st.integers(1, 15)), min_size=1, max_size=40)


@given(findings)
def test_words_follow_one_another_inside_the_window_and_are_never_too_long(
    found: list[tuple[Span | None, int]],
) -> None:
    letters = [count for _, count in found]
    placed = filled(sane([span for span, _ in found], LIMITS), letters, LIMITS)
    assert len(placed) == len(found)
    assert placed[0].start >= LIMITS.window.start - MICROSECOND
    assert placed[-1].end <= LIMITS.window.end + MICROSECOND
    assert all(one.end <= other.start + MICROSECOND for one, other in pairwise(placed))
    assert all(0 < span.duration <= LIMITS.longest + MICROSECOND for span in placed)


@given(findings)
def test_what_is_sane_stays_as_it_is(found: list[tuple[Span | None, int]]) -> None:
    once = sane([span for span, _ in found], LIMITS)
    again = sane(once, LIMITS)
    assert [span is None for span in again] == [span is None for span in once]
    assert all(span == other for span, other in zip(once, again, strict=True) if span and span.duration < 2)


def test_words_without_times_share_the_gap_by_their_letters() -> None:
    placed = filled([Span(10, 11), None, None, Span(12, 13)], [3, 1, 3, 4], LIMITS)
    assert placed == [Span(10, 11), Span(11, 11.25), Span(11.25, 12), Span(12, 13)]


def test_words_without_times_at_the_ends_lie_where_the_recogniser_heard_the_segment() -> None:
    placed = filled([None, Span(11, 19), None], [3, 3, 3], LIMITS)
    assert placed == [Span(10, 11), Span(11, 19), Span(19, 20)]


def test_a_word_between_two_that_touch_gets_room_from_the_first() -> None:
    assert starts([Span(11, 12), None, Span(12, 13)]) == pytest.approx([11, 11.95, 12])


def test_a_word_before_the_first_may_begin_before_the_segment_but_not_before_the_window() -> None:
    assert starts([None, Span(9.9, 10.5)]) == pytest.approx([9.85, 9.9])
    assert starts([None, Span(9.5, 10.5)]) == pytest.approx([9.5, 9.55])


def starts(found: list[Span | None]) -> list[float]:
    return [span.start for span in filled(found, [3] * len(found), LIMITS)]


def test_a_word_that_swallowed_silence_keeps_its_start_and_the_first_keeps_its_end() -> None:
    assert sane([Span(10, 13), Span(13, 16)], LIMITS) == [Span(11, 13), Span(13, 15)]


def test_a_word_that_goes_back_in_time_has_no_time() -> None:
    assert sane([Span(12, 13), Span(10, 11), Span(13, 14)], LIMITS) == [Span(12, 13), None, Span(13, 14)]
