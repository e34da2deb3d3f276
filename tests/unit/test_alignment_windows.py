"""Every segment is sought in its own stretch of the sound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alignment.windows import Window, windows
from services.documents.media import AudioTrack
from services.documents.transcript import Segment, Transcript
from services.runtime.errors import InvalidDocument

AUDIO = AudioTrack("audio:0", start=5.0, sample_rate=16_000, sample_count=16_000 * 100)


def transcript(*spans: tuple[float, float]) -> Transcript:
    segments = (Segment(f"segment:{n}", start, end, "", (), ()) for n, (start, end) in enumerate(spans))
    return Transcript("en", AUDIO, tuple(segments))


def test_a_segment_gets_padding_on_both_sides_in_samples_of_the_audio() -> None:
    assert windows(transcript((6.0, 7.0)), 0.25) == [Window(12_000, 36_000)]


def test_padding_ends_in_the_middle_between_neighbours_and_at_the_ends_of_the_audio() -> None:
    found = windows(transcript((5.0, 6.0), (6.2, 105.0)), 0.5)
    assert found == [Window(0, 17_600), Window(17_600, 1_600_000)]


@given(st.lists(st.floats(5, 105), min_size=4, max_size=20, unique=True), st.floats(0, 3))
def test_windows_never_share_a_sample(times: list[float], padding: float) -> None:
    edges = sorted(round(time, 1) for time in times)
    spans = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False) if end > start]
    assert all(one.end <= other.start for one, other in pairwise(windows(transcript(*spans), padding)))


def test_segments_that_overlap_a_little_are_parted_in_the_middle() -> None:
    assert windows(transcript((6.0, 8.0), (7.0, 9.0)), 0.0) == [Window(16_000, 40_000), Window(40_000, 64_000)]


@pytest.mark.parametrize("spans", [[(1.0, 2.0)], [(110.0, 111.0)], [(5.0, 25.0), (6.0, 7.0), (26.0, 27.0)]])
def test_a_segment_outside_the_audio_or_inside_another_is_refused(spans: list[tuple[float, float]]) -> None:
    with pytest.raises(InvalidDocument) as refused:
        windows(transcript(*spans), 0.1)
    assert refused.value.code == "DOCUMENT_INVALID"


def test_an_empty_transcript_has_no_windows() -> None:
    assert windows(transcript(), 0.2) == []
