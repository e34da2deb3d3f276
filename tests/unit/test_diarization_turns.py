"""Turns fill their regions, change where the voice does, and are not shorter than is plausible."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diarization.mel import WINDOW, Floats
from services.diarization.turns import Grid, stretches
from services.diarization.windows import windows
from services.runtime.sound import Span

RATE = 16_000
GRID = Grid(cell=RATE // 10, shortest=RATE // 2)


def nearness(voices: list[int], count: int = 2) -> Floats:
    """One window after the other that is near to one voice and far from the others."""
    return np.asarray(np.where(np.eye(count)[voices], 0.9, 0.5), np.float32)


def test_windows_cover_a_region_and_stay_in_it() -> None:
    region = Span(1_000, 1_000 + 5 * RATE)
    found = windows(region, 6_400)
    assert (found[0].start, found[-1].end) == (region.start, region.end)
    assert {window.length for window in found} == {WINDOW}
    assert all(one.start < two.start <= one.start + 6_400 for one, two in pairwise(found))


def test_a_region_shorter_than_a_window_is_one_window() -> None:
    assert windows(Span(10, 500), 6_400) == [Span(10, 500)]


def test_the_speaker_changes_in_the_middle_between_two_voices() -> None:
    region = Span(0, 8 * RATE)
    group = windows(region, 6_400)
    voices = [0 if window.middle < 4 * RATE else 1 for window in group]
    first, second = stretches(region, group, nearness(voices), GRID)
    assert (first.voice, second.voice) == (0, 1)
    assert first.span.end == second.span.start == pytest.approx(4 * RATE, abs=RATE // 5)
    assert first.confidence == pytest.approx(0.9, abs=0.05)


def test_a_moment_of_another_voice_is_no_turn() -> None:
    region = Span(0, 8 * RATE)
    group = windows(region, 6_400)
    voices = [0] * len(group)
    voices[5] = 1
    assert [it.voice for it in stretches(region, group, nearness(voices), Grid(RATE // 10, RATE))] == [0]


@given(
    start=st.integers(0, 10**9),
    length=st.integers(1, 20 * RATE),
    step=st.integers(1_600, 25_600),
    shortest=st.integers(0, 3 * RATE),
    data=st.data(),
)
def test_turns_fill_their_region_without_gaps(
    start: int, length: int, step: int, shortest: int, data: st.DataObject
) -> None:
    region = Span(start, start + length)
    group = windows(region, step)
    voices = data.draw(st.lists(st.integers(0, 2), min_size=len(group), max_size=len(group)))
    found = stretches(region, group, nearness(voices, 3), Grid(RATE // 10, shortest))
    assert (found[0].span.start, found[-1].span.end) == (region.start, region.end)
    assert all(one.span.end == two.span.start and one.voice != two.voice for one, two in pairwise(found))
    assert len(found) == 1 or all(it.span.length >= shortest for it in found)
    assert all(it.confidence is not None and 0 <= it.confidence <= 1 for it in found)


def test_a_region_as_long_as_a_film_is_told_apart_in_little_memory() -> None:
    """Talk over music is one region: every moment against every window would take gigabytes."""
    region = Span(0, 3600 * RATE)
    group = windows(region, 6_400)
    near = nearness([int(window.middle // (300 * RATE)) % 2 for window in group])
    tracemalloc.start()
    try:
        found = stretches(region, group, near, GRID)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [it.span.start // RATE for it in found] == pytest.approx([300 * n for n in range(12)], abs=1)
    assert peak < 32 << 20
