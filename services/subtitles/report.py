"""The readability report: which rules a track breaks or would have broken, measured on the cues alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from services.documents.cues import Cue, Cues, Finding, Readability

from .layout import Track
from .rules import Rules, milliseconds
from .scripts import begins_wrongly
from .shots import end_before_cut, start_on_cut

_BROKEN_BY_SPEECH = frozenset(("CHARACTERS_PER_SECOND", "MINIMUM_DURATION", "MAXIMUM_DURATION"))
"""Rules that cues would break if they were shown just while they are spoken."""


def report(track: Track, rules: Rules, cuts: Sequence[int] = ()) -> Readability:
    """Every finding in order of the cues, and the reading speeds of the track (0 if it has no cue)."""
    cues = track.cues
    speeds = [_speed(cue, rules) for cue in cues.cues] or [0.0]
    numbers = {cue.id: cue.number for cue in cues.cues}
    broken = check(cues, rules, cuts)
    findings = [*broken, *split_words(track, rules), *mended(track, broken, rules, cuts)]
    return Readability(
        cues.language_code,
        len(cues.cues),
        round(statistics.median(speeds), 3),
        round(max(speeds), 3),
        tuple(sorted(findings, key=lambda finding: numbers[finding.cue])),
    )


def check(cues: Cues, rules: Rules, cuts: Sequence[int] = ()) -> list[Finding]:
    """Every rule that a cue breaks. Reads nothing but the cues, and where the shots change."""
    alone = (finding for cue in cues.cues for finding in _check_cue(cue, cues.language_code, rules))
    together = (finding for pair in pairwise(cues.cues) for finding in _check_pair(*pair, rules))
    at_cuts = (finding for cue in cues.cues for finding in _check_shots(cue, rules, cuts))
    return [*alone, *together, *at_cuts]


def mended(track: Track, broken: Sequence[Finding], rules: Rules, cuts: Sequence[int]) -> Iterator[Finding]:
    """What was broken before cues were timed or snapped, and is not broken any more."""
    still = {(finding.rule, finding.cue) for finding in broken}
    spoken = (finding for finding in check(track.spoken, rules) if finding.rule in _BROKEN_BY_SPEECH)
    unsnapped = (finding for cue in track.unsnapped.cues for finding in _check_shots(cue, rules, cuts))
    for finding in (*spoken, *unsnapped):
        if (finding.rule, finding.cue) not in still:
            yield replace(finding, fixed=True)


def split_words(track: Track, rules: Rules) -> Iterator[Finding]:
    """WORD_SPLIT for each word that is longer than a line, so that it had to be cut."""
    limit = rules.characters_per_line
    for cue, unit in track.split:
        message = f"a word of {unit.sources[0]} is longer than a line and was cut"
        yield Finding("WORD_SPLIT", cue, rules.measure(unit.shown), limit, message)


def _check_cue(cue: Cue, language_code: str, rules: Rules) -> Iterator[Finding]:
    yield from _check_reading_speed(cue, rules)
    yield from _check_duration(cue, rules)
    yield from _check_lines(cue, language_code, rules)


def _check_reading_speed(cue: Cue, rules: Rules) -> Iterator[Finding]:
    speed, limit = _speed(cue, rules), rules.characters_per_second
    if speed > limit:
        message = f"{rules.measure(cue.text):g} characters in {_duration_ms(cue) / 1000} s are too many to read"
        yield Finding("CHARACTERS_PER_SECOND", cue.id, round(speed, 3), limit, message)


def _check_duration(cue: Cue, rules: Rules) -> Iterator[Finding]:
    duration_ms = _duration_ms(cue)
    shortest, longest = rules.minimum_duration_ms, rules.maximum_duration_ms
    if duration_ms < shortest:
        yield Finding("MINIMUM_DURATION", cue.id, duration_ms / 1000, shortest / 1000, "the cue is gone too soon")
    if duration_ms > longest:
        yield Finding("MAXIMUM_DURATION", cue.id, duration_ms / 1000, longest / 1000, "the cue stays too long")


def _check_lines(cue: Cue, language_code: str, rules: Rules) -> Iterator[Finding]:
    if len(cue.lines) > rules.lines:
        yield Finding("LINES", cue.id, len(cue.lines), rules.lines, "the cue has too many lines")
    for number, line in enumerate(cue.lines, 1):
        length = rules.measure(line)
        if length > rules.characters_per_line:
            message = f"line {number} is too long"
            yield Finding("CHARACTERS_PER_LINE", cue.id, length, rules.characters_per_line, message)
        if begins_wrongly(line, language_code):
            yield Finding("LINE_START", cue.id, 1, 0, f"line {number} begins with {line[0]!r}, which no line should")


def _check_pair(earlier: Cue, later: Cue, rules: Rules) -> Iterator[Finding]:
    gap_ms = milliseconds(later.start) - milliseconds(earlier.end)
    if gap_ms < 0:
        message = f"the cue comes before {earlier.id} is gone"
        yield Finding("OVERLAP", later.id, gap_ms / 1000, 0.0, message)
    elif gap_ms < rules.gap_ms:
        message = f"the cue follows {earlier.id} too closely to be seen as a new one"
        yield Finding("GAP", later.id, gap_ms / 1000, rules.gap_ms / 1000, message)


def _check_shots(cue: Cue, rules: Rules, cuts: Sequence[int]) -> Iterator[Finding]:
    start_ms, end_ms = milliseconds(cue.start), milliseconds(cue.end)
    start_on, end_on = start_on_cut(start_ms, cuts, rules), end_before_cut(end_ms, cuts, rules)
    if start_on not in (None, start_ms):
        yield _off_cut(cue, start_ms, start_on, "begins")
    if end_on not in (None, end_ms):
        yield _off_cut(cue, end_ms, end_on, "ends")


def _off_cut(cue: Cue, time_ms: int, wanted_ms: int | None, what: str) -> Finding:
    off = abs(time_ms - (wanted_ms or 0)) / 1000
    return Finding(
        "SHOT_CHANGE", cue.id, off, 0.0, f"the cue {what} {off:.3f} s from where it would fit the shot change"
    )


def _duration_ms(cue: Cue) -> int:
    return milliseconds(cue.end) - milliseconds(cue.start)


def _speed(cue: Cue, rules: Rules) -> float:
    """Characters per second by whole milliseconds, in which sums are exact."""
    return rules.measure(cue.text) * 1000 / max(_duration_ms(cue), 1)
