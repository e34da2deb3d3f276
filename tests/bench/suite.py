"""Every benchmark by name, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.runtime.errors import unknown_name
from tests.bench import (
    containers,
    glossary,
    lineage,
    listing,
    long_film,
    noop,
    overhead,
    redecode,
    scaling,
    sealing,
    store,
    verifying,
    watched,
    wer,
    word_times,
)
from tests.bench.figures import Benchmark

BENCHMARKS = (
    Benchmark("wer", "How many words are wrong?", wer.measure),
    Benchmark("word_times", "How far off are the times of words?", word_times.measure),
    Benchmark("redecode", "What does decoding suspicious windows again help?", redecode.measure),
    Benchmark("glossary", "What does a glossary help?", glossary.measure),
    Benchmark("overhead", "What does the runtime cost beside the stages alone?", overhead.measure),
    Benchmark("noop", "What does a step cost that does nothing?", noop.measure),
    Benchmark("watched", "What does it cost to be measured and traced?", watched.measure),
    Benchmark("store", "How fast does a store take and give?", store.measure),
    Benchmark("listing", "How fast is a coordinator among thousands of jobs?", listing.measure),
    Benchmark("sealing", "What does sealing add to a job?", sealing.measure),
    Benchmark("scaling", "How does throughput grow with processes?", scaling.measure),
    Benchmark("lineage", "How fast is lineage verified and traced?", lineage.measure),
    Benchmark("verifying", "How fast is every byte verified, beside sha256sum?", verifying.measure),
    Benchmark("containers", "How long from `make images` to a film done?", containers.measure, is_long=True),
    Benchmark("long_film", "How much memory and time does a long film need?", long_film.measure, is_long=True),
)


def chosen(names: Sequence[str], minutes: Sequence[float] = ()) -> list[Benchmark]:
    """The named benchmarks, or all short ones; the long film lasts `minutes`. Raises UnknownName."""
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    if minutes:
        known["long_film"] = _lasting(known["long_film"], minutes)
    if not names:
        return [benchmark for benchmark in known.values() if not benchmark.is_long]
    for name in names:
        if name not in known:
            raise unknown_name("benchmark", name, known)
    return [known[name] for name in names]


def _lasting(benchmark: Benchmark, minutes: Sequence[float]) -> Benchmark:
    measure = partial(long_film.measure, minutes=tuple(minutes))
    return Benchmark(benchmark.name, benchmark.question, measure, benchmark.is_long)
