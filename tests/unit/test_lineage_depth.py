"""A sample is of the size that was asked for, has what it must have, and is the same for the same seed."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from coordinator.lineage.depth import FULL, QUICK, Depth

FILES = st.sets(st.text("abcdef", min_size=1, max_size=8), min_size=1, max_size=60)
SHARES = st.floats(0.01, 1.0)
SEEDS = st.integers(0, 2**32)


@given(FILES, SHARES, SEEDS)
def test_a_sample_is_that_share_of_the_files_rounded_up(files: set[str], share: float, seed: int) -> None:
    assert len(Depth(share, seed).chosen(files, ())) == math.ceil(share * len(files))


@given(FILES, SHARES, SEEDS, st.data())
def test_a_sample_always_has_what_people_asked_for(
    files: set[str], share: float, seed: int, data: st.DataObject
) -> None:
    always = data.draw(st.sets(st.sampled_from(sorted(files))))
    chosen = Depth(share, seed).chosen(files, always)
    assert always <= chosen <= files


def test_one_seed_draws_one_sample_and_another_draws_another() -> None:
    files = [f"file-{number}" for number in range(100)]
    drawn = [Depth(0.1, seed).chosen(files, ()) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_file_that_two_jobs_share_stands_at_one_place_of_both_draws() -> None:
    one, two = (Depth(0.5, 1).chosen([f"shared-{n}" for n in range(40)] + [more], ()) for more in ("one", "two"))
    assert len(one & two) >= 19


def test_the_depths_read_all_or_nothing_or_a_share() -> None:
    files = frozenset({"a", "b"})
    assert (FULL.chosen(files, ()), QUICK.chosen(files, {"a"})) == (files, frozenset[str]())
    assert [depth.name for depth in (QUICK, FULL, Depth(0.1, 5))] == ["quick", "full", "sample"]
