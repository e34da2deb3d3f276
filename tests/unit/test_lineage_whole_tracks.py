"""What the traces of all cues of a film of two hours say holds together; by a few elements they say the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest

from coordinator.lineage.excerpts.cue import excerpt
from coordinator.lineage.reading import read_job
from coordinator.lineage.trace import Tracer, trace
from coordinator.lineage.traced import Trace
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter, audio_track

CUES, CUES_OF_A_REEL = 1500, 150


@pytest.fixture(scope="module")
def tracer() -> Tracer:
    return Tracer(read_job(_written(CUES), "film"))


@pytest.fixture(scope="module")
def traces(tracer: Tracer) -> list[Trace]:
    return [tracer.trace(cue.id) for cue in tracer.track.cues]


def test_every_cue_of_a_reel_is_traced_as_by_a_full_read() -> None:
    store = _written(CUES_OF_A_REEL)
    tracer = Tracer(read_job(store, "film"))
    for cue in tracer.track.cues:
        assert trace(excerpt(store, "film", cue.id), cue.id) == tracer.trace(cue.id)


def test_every_span_lies_in_the_sound_and_in_its_regions(traces: Sequence[Trace]) -> None:
    for found in traces:
        span = found.span
        assert 0 <= span.first_sample < span.end_sample <= audio_track(CUES).sample_count
        assert min(region.start_sample for region in found.regions) <= span.first_sample
        assert span.end_sample <= max(region.end_sample for region in found.regions)


def test_words_stand_in_order_and_spans_follow_one_another(traces: Sequence[Trace]) -> None:
    for found in traces:
        samples = [(word.first_sample, word.end_sample) for word in found.words]
        assert samples == sorted(samples)
        assert [word.word.text for word in found.words] == found.cue.text.split()
    for one, other in pairwise(traces):
        assert one.span.end_sample <= other.span.first_sample


def _written(cues: int) -> MemoryStore:
    store = MemoryStore()
    JobWriter(store, lines=_lines(cues, seed=5)).write(STAGES, {})
    return store


def _lines(count: int, seed: int) -> list[str]:
    drawn = random.Random(seed)
    return [" ".join(f"word{drawn.randrange(900)}" for _ in range(drawn.randint(1, 12))) for _ in range(count)]
