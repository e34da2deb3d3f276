"""Resampling keeps sound where it is in time, to a fraction of a sample, and is the same in parts as in one go."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.resampling import Resampler, Samples


def resampled(source: Samples, resampler: Resampler, start: int, end: int) -> Samples:
    """A part of the result; outside of the source is silence."""
    first, last = resampler.needed(start, end)
    held = np.zeros((len(source), last - first), np.float32)
    low, high = max(first, 0), min(last, source.shape[1])
    if low < high:
        held[:, low - first : high - first] = source[:, low:high]
    return resampler.resample(held, start, end)


@pytest.mark.parametrize(
    ("source_rate", "target_rate"),
    [(48_000, 44_100), (44_100, 16_000), (22_050, 44_100), (96_000, 44_100), (44_100, 44_100)],
)
@pytest.mark.parametrize("shift", [Fraction(0), Fraction(2, 5), Fraction(-7, 4)])
def test_a_tone_stays_where_it_is_in_time(source_rate: int, target_rate: int, shift: Fraction) -> None:
    hertz = 5_000.0
    source = np.sin(2 * np.pi * hertz * np.arange(source_rate) / source_rate)[None].astype(np.float32)
    start, end = 1_000, 1_000 + target_rate // 2
    found = resampled(source, Resampler(source_rate, target_rate, shift), start, end)
    time = np.arange(start, end) / target_rate + float(shift) / source_rate
    assert np.abs(found[0] - np.sin(2 * np.pi * hertz * time)).max() < 1e-4


def test_what_the_new_rate_cannot_hold_is_gone() -> None:
    source = np.sin(2 * np.pi * 9_000 * np.arange(44_100) / 44_100)[None].astype(np.float32)
    found = resampled(source, Resampler(44_100, 16_000), 2_000, 12_000)
    assert np.abs(found).max() < 1e-4


def test_an_equal_rate_copies() -> None:
    source = np.random.default_rng(0).standard_normal((2, 500)).astype(np.float32)
    assert np.array_equal(resampled(source, Resampler(44_100, 44_100, Fraction(3)), 10, 90), source[:, 13:93])


@given(st.integers(-300, 1_500), st.integers(1, 700), st.sampled_from([(48_000, 44_100), (44_100, 16_000), (8, 7)]))
def test_a_part_alone_is_that_part_of_the_whole(start: int, length: int, rates: tuple[int, int]) -> None:
    source = np.random.default_rng(1).standard_normal((2, 2_000)).astype(np.float32)
    resampler = Resampler(*rates, Fraction(1, 3))
    whole = resampled(source, resampler, -300, 2_200)
    assert resampled(source, resampler, start, start + length) == pytest.approx(
        whole[:, start + 300 : start + 300 + length], abs=1e-5
    )
