"""Speech regions out of probabilities."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.sound import Span
from services.vad.regions import Rules, confidence, find_regions
from services.vad.scores import Framing

FRAMING = Framing(window=100, frames=10, frame_step=10, frame_length=10)
"""Frame n has its centre at sample 10 n + 5."""


def regions(probabilities: list[float], **changes: float) -> tuple[Span, ...]:
    rules = {"onset": 0.5, "offset": 0.3, "min_speech": 0, "min_silence": 0, "padding": 0} | changes
    return find_regions(np.array(probabilities, np.float32), FRAMING, 10 * len(probabilities), Rules(**rules))  # type: ignore[arg-type]


def test_speech_begins_above_onset_and_ends_below_offset() -> None:
    assert regions([0, 0.4, 0.6, 0.4, 0.4, 0.2, 0.4]) == (Span(25, 55),)


def test_speech_at_the_edges_reaches_the_edges() -> None:
    assert regions([1, 1, 0, 1]) == (Span(0, 25), Span(35, 40))


def test_a_short_silence_is_filled() -> None:
    assert regions([0, 1, 0, 1, 0], min_silence=11) == (Span(15, 45),)
    assert len(regions([0, 1, 0, 1, 0], min_silence=10)) == 2


def test_short_speech_is_dropped() -> None:
    assert regions([0, 1, 0, 0, 1, 1, 0], min_speech=11) == (Span(45, 65),)


def test_padding_stays_inside_the_recording_and_joins_what_it_makes_touch() -> None:
    assert regions([1, 0, 0, 0, 0, 1], padding=7) == (Span(0, 22), Span(48, 60))
    assert regions([1, 0, 0, 1], padding=30) == (Span(0, 40),)


def test_a_recording_of_no_frames_has_no_regions() -> None:
    assert regions([]) == ()


def test_confidence_is_the_mean_probability_inside() -> None:
    probabilities = np.array([0, 0.5, 0.7, 0], np.float32)
    assert confidence(probabilities, FRAMING, Span(10, 30)) == pytest.approx(0.6)
    assert confidence(probabilities, FRAMING, Span(11, 12)) == 0


@given(
    st.lists(st.floats(0, 1, width=32), max_size=80),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_regions_are_in_order_apart_and_inside(
    probabilities: list[float], min_speech: int, min_silence: int, padding: int
) -> None:
    found = regions(probabilities, min_speech=min_speech, min_silence=min_silence, padding=padding)
    assert all(0 <= span.start < span.end <= 10 * len(probabilities) for span in found)
    assert all(span.length >= min_speech for span in found)
    assert all(second.start - first.end >= 1 for first, second in pairwise(found))
