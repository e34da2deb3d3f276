"""The checker finds each broken rule, by name, cue and figure, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from services.documents.codec import from_json, to_json
from services.documents.cues import Cue, Cues, Readability
from services.subtitles.report import check, report
from services.subtitles.rules import Rules
from tests.spoken_words import word

RULES = Rules()
GOOD = Cues(
    "en",
    (
        Cue("c1", 1, 1.0, 3.0, ("Where are you", "going, Mr. Smith?"), ("w1",)),
        Cue("c2", 2, 3.08, 5.0, ("Home.",), ("w2",)),
    ),
)


def changed(number: int, **change: object) -> Cues:
    cues = list(GOOD.cues)
    cues[number - 1] = dataclasses.replace(cues[number - 1], **change)  # type: ignore[arg-type]  # by name
    return Cues("en", tuple(cues))


def test_a_readable_track_has_no_findings() -> None:
    assert check(GOOD, RULES) == []


@pytest.mark.parametrize(
    ("cues", "rule", "cue", "measured", "limit"),
    [
        (changed(1, start=2.0), "CHARACTERS_PER_SECOND", "c1", 31.0, 17.0),
        (changed(2, end=3.912), "MINIMUM_DURATION", "c2", 0.832, 0.833),
        (changed(2, end=10.081), "MAXIMUM_DURATION", "c2", 7.001, 7.0),
        (changed(2, lines=("x" * 43,), end=8.0), "CHARACTERS_PER_LINE", "c2", 43, 42),
        (changed(2, lines=("a", "b", "c")), "LINES", "c2", 3, 2),
        (changed(2, start=3.079), "GAP", "c2", 0.079, 0.08),
        (changed(2, start=2.9), "OVERLAP", "c2", -0.1, 0.0),
    ],
)
def test_a_broken_rule_is_found_by_name(cues: Cues, rule: str, cue: str, measured: float, limit: float) -> None:
    (finding,) = check(cues, RULES)
    assert (finding.rule, finding.cue, finding.measured, finding.limit) == (rule, cue, measured, limit)
    assert finding.message


@pytest.mark.parametrize(
    "cues",
    [
        changed(2, end=3.913),
        changed(2, end=10.08),
        changed(2, lines=("x" * 42,), end=8.0),
        changed(2, lines=("x" * 34,), end=5.08),
    ],
)
def test_a_limit_may_be_reached_exactly(cues: Cues) -> None:
    assert check(cues, RULES) == []


def test_the_report_gives_the_reading_speeds_and_the_findings_in_order_of_the_cues() -> None:
    cues = changed(1, start=2.0)
    words = [word(1, "x" * 50, 1.0, 3.0), word(2, "y" * 60, 3.0, 5.0)]
    readability = report(cues, words, RULES)
    assert readability.cue_count == 2
    assert readability.characters_per_second_maximum == 31.0
    assert readability.characters_per_second_median == pytest.approx((31 + 5 / 1.92) / 2, abs=0.001)
    assert [(it.rule, it.cue, it.measured) for it in readability.findings] == [
        ("CHARACTERS_PER_SECOND", "c1", 31.0),
        ("WORD_SPLIT", "c1", 50),
        ("WORD_SPLIT", "c2", 60),
    ]
    assert from_json(Readability, to_json(readability)) == readability


def test_the_report_of_an_empty_track_is_a_valid_document() -> None:
    empty = report(Cues("en", ()), [], RULES)
    assert (empty.cue_count, empty.characters_per_second_maximum, empty.findings) == (0, 0.0, ())
    assert from_json(Readability, to_json(empty)) == empty
