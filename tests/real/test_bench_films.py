"""The benchmarks that need models measure what they say, on a few seconds of film. Nothing here is timed."""

from __future__ import annotations

from pathlib import Path

from coordinator import pipeline
from tests.bench import long_film, overhead, wer, word_times
from tests.readings import spoken

MINUTES = 0.15
"""Long enough for a few words of the first reading."""


def test_the_plain_script_and_cuegraph_make_the_same_subtitles_of_one_film(tmp_path: Path) -> None:
    figures = list(overhead.measure(tmp_path, minutes=MINUTES, rounds=1))
    assert [figure.what for figure in figures if figure.at_most] == [
        "the runtime's cost, wall clock, median",
        "the runtime's cost, CPU, median",
    ]


def test_a_film_is_measured_in_memory_and_by_stage(tmp_path: Path) -> None:
    figures = list(long_film.measure(tmp_path, minutes=(MINUTES,)))
    assert figures[0].value > 0.1
    stages = {step.stage for step in pipeline.load("subtitle").plan()}
    assert len(figures) == 3 + len(stages), "three figures of the whole and one for each stage"


def test_a_reading_and_a_sentence_go_through_the_whole_pipeline(tmp_path: Path) -> None:
    (words, alone) = wer.measure(tmp_path, readings=[next(iter(spoken()))], film=False)
    assert words.value == alone.value
    compared = list(word_times.measure(tmp_path, texts=word_times.TEXTS[:1]))
    assert compared[0].count > 5
