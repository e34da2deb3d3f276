"""Clustering finds as many voices as there are, or as many as it is told, whatever the length of the film."""

from __future__ import annotations

import numpy as np
import pytest

from services.diarization import clustering
from services.diarization.clustering import Rules, Voices, voices
from services.diarization.mel import Floats

RULES = Rules(threshold=0.3, link=0.1, fewest=1, most=10, share=0.1)


def around(directions: int, counts: list[int], spread: float = 0.05) -> Floats:
    """Unit vectors near the axes of a space of `directions`, so many near each."""
    random = np.random.default_rng(0)
    points = [np.eye(directions)[axis] + random.normal(0, spread, (n, directions)) for axis, n in enumerate(counts)]
    stacked = np.concatenate(points)
    return np.asarray(stacked / np.linalg.norm(stacked, axis=1, keepdims=True), np.float32)


def test_voices_that_are_far_apart_are_told_apart() -> None:
    embeddings = around(5, [30, 20, 10])
    nearest = voices(embeddings, RULES).similarities(embeddings).argmax(axis=1)
    groups = [set(nearest[:30].tolist()), set(nearest[30:50].tolist()), set(nearest[50:].tolist())]
    assert [len(group) for group in groups] == [1, 1, 1]
    assert len(set.union(*groups)) == 3


def test_a_few_windows_between_two_voices_are_no_voice() -> None:
    embeddings = around(5, [40, 40, 3])
    assert len(voices(embeddings, RULES).sizes) == 2


def test_two_groups_that_sound_alike_on_the_whole_are_one_voice() -> None:
    """As the moods of one voice: window by window farther apart than the threshold, as a whole near enough to link."""
    embeddings = around(100, [30, 30], spread=0.05) + np.float32(0.2)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    assert len(voices(embeddings, Rules(threshold=0.08, link=0.01, fewest=1, most=10, share=0.1)).sizes) == 2
    assert len(voices(embeddings, Rules(threshold=0.08, link=0.2, fewest=1, most=10, share=0.1)).sizes) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_there_are_as_many_voices_as_were_asked_for(count: int) -> None:
    embeddings = around(5, [30, 20, 10])
    assert len(voices(embeddings, Rules(0.3, 0.1, count, count, 0.0)).at_most(count).sizes) == count


def test_there_are_never_more_voices_than_embeddings() -> None:
    embeddings = around(5, [1, 1])
    assert len(voices(embeddings, Rules(0.3, 0.1, 5, 9, 0.0)).sizes) == 2


def test_one_window_is_one_voice() -> None:
    assert voices(around(5, [1]), RULES).directions == pytest.approx(around(5, [1]))


def test_a_long_film_is_clustered_from_windows_all_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """More distances than those of `MOST` windows are never computed, and who speaks last is heard."""
    seen: list[int] = []

    def count(embeddings: Floats, rules: Rules) -> clustering.Labels:
        seen.append(len(embeddings))
        return groups(embeddings, rules)

    groups = clustering._groups
    monkeypatch.setattr(clustering, "_groups", count)
    monkeypatch.setattr(clustering, "MOST", 200)
    assert len(voices(around(5, [1000, 1000, 300]), RULES).sizes) == 3
    assert seen == [200]


def test_a_voice_heard_more_often_counts_more_where_two_are_made_one() -> None:
    both = Voices(np.eye(2, dtype=np.float32), np.array([3, 1])).at_most(1)
    assert both.sizes.tolist() == [4]
    assert both.directions[0] == pytest.approx(np.array([3, 1]) / np.sqrt(10))
