"""How regions are packed into windows."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.asr.windows import Window, pack
from services.documents.speech import Region


def regions(*spans: tuple[int, int]) -> list[Region]:
    return [
        Region(f"region:{number}", start, end, start, end, 0.9, ("audio:0",))
        for number, (start, end) in enumerate(spans)
    ]


def packed(*spans: tuple[int, int], longest: int = 30, gap: int = 5) -> list[tuple[int, int, list[str]]]:
    windows = pack(regions(*spans), longest, gap, lambda start, end: (start + end) // 2)
    return [(window.start, window.end, [region.id[7:] for region in window.regions]) for window in windows]


def test_neighbours_share_a_window() -> None:
    assert packed((0, 5), (7, 12), (14, 30)) == [(0, 30, ["0", "1", "2"])]


def test_a_region_that_does_not_fit_begins_a_window() -> None:
    assert packed((0, 20), (22, 31)) == [(0, 20, ["0"]), (22, 31, ["1"])]


def test_a_long_silence_begins_a_window() -> None:
    assert packed((0, 5), (10, 12), (18, 20)) == [(0, 12, ["0", "1"]), (18, 20, ["2"])]


def test_a_long_region_is_cut_where_the_cut_says() -> None:
    assert packed((0, 50)) == [(0, 22, ["0"]), (22, 50, ["0"])]


def test_the_rest_of_a_long_region_shares_a_window() -> None:
    assert packed((0, 40), (41, 45)) == [(0, 22, ["0"]), (22, 45, ["0", "1"])]


def test_no_regions_make_no_windows() -> None:
    assert packed() == []


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 90)), max_size=20),
    st.integers(2, 40),
    st.integers(0, 40),
    st.randoms(use_true_random=False),
)
def test_windows_are_short_enough_in_order_and_cover_every_region(
    steps: list[tuple[int, int]], longest: int, gap: int, random: Random
) -> None:
    spans, position = [], 0
    for silence, length in steps:
        spans.append((position + silence, position + silence + length))
        position += silence + length
    windows: list[Window] = list(pack(regions(*spans), longest, gap, random.randrange))
    assert all(0 < window.end - window.start <= longest for window in windows)
    assert all(first.end <= second.start for first, second in pairwise(windows))
    covered = {sample for window in windows for sample in range(window.start, window.end)}
    assert covered >= {sample for start, end in spans for sample in range(start, end)}
    for window in windows:
        assert all(r.start_sample < window.end and window.start < r.end_sample for r in window.regions)


def test_a_window_knows_how_much_of_it_is_speech() -> None:
    assert [window.speech_samples for window in pack(regions((0, 5), (7, 12)), 30, 5, max)] == [10]
    assert [window.speech_samples for window in pack(regions((0, 50)), 30, 5, lambda *_: 20)] == [20, 30]
