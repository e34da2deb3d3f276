"""The checker finds each broken rule, by name, cue and figure, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from services.documents.codec import from_json, to_json
from services.documents.cues import Cue, Cues, Readability
from services.subtitles.layout import Track
from services.subtitles.report import check, report
from services.subtitles.rules import Rules
from services.subtitles.units import Unit

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
    long = [Unit("x" * 50, "", 1.0, 3.0, ("w1",)), Unit("y" * 60, "", 3.0, 5.0, ("w2",))]
    readability = report(Track(cues, cues, cues, (("c1", long[0]), ("c2", long[1]))), RULES)
    assert readability.cue_count == 2
    assert readability.characters_per_second_maximum == 31.0
    assert readability.characters_per_second_median == pytest.approx((31 + 5 / 1.92) / 2, abs=0.001)
    assert [(it.rule, it.cue, it.measured, it.fixed) for it in readability.findings] == [
        ("CHARACTERS_PER_SECOND", "c1", 31.0, False),
        ("WORD_SPLIT", "c1", 50, False),
        ("WORD_SPLIT", "c2", 60, False),
    ]
    assert from_json(Readability, to_json(readability)) == readability


def test_what_was_broken_by_the_speech_and_mended_by_the_layout_is_told_as_fixed() -> None:
    hasty = changed(1, start=2.0)
    (finding,) = report(Track(GOOD, hasty, GOOD), RULES).findings
    assert (finding.rule, finding.cue, finding.measured, finding.fixed) == ("CHARACTERS_PER_SECOND", "c1", 31.0, True)


def test_a_cue_beside_a_shot_change_is_found_and_one_that_was_moved_to_it_is_told_as_fixed() -> None:
    cuts = [3_060]
    moved = Cues("en", (dataclasses.replace(GOOD.cues[0], end=2.98), dataclasses.replace(GOOD.cues[1], start=3.06)))
    assert [it.rule for it in check(GOOD, RULES, cuts)] == ["SHOT_CHANGE", "SHOT_CHANGE"]
    assert check(moved, RULES, cuts) == []
    assert [(it.rule, it.cue, it.fixed) for it in report(Track(moved, moved, GOOD), RULES, cuts).findings] == [
        ("SHOT_CHANGE", "c1", True),
        ("SHOT_CHANGE", "c2", True),
    ]


def test_a_line_that_begins_with_what_no_line_may_begin_with_is_found() -> None:
    wrong = Cues("ja", (Cue("c1", 1, 1.0, 7.0, ("今日は", "、雨です"), ("w1",)),))
    assert [it.rule for it in check(wrong, RULES)] == ["LINE_START"]
    assert check(dataclasses.replace(wrong, language_code="en"), RULES) == []


def test_the_report_of_an_empty_track_is_a_valid_document() -> None:
    nothing = Cues("en", ())
    empty = report(Track(nothing, nothing, nothing), RULES)
    assert (empty.cue_count, empty.characters_per_second_maximum, empty.findings) == (0, 0.0, ())
    assert from_json(Readability, to_json(empty)) == empty
