"""The readability report: which rules a track breaks, measured on the cues alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from itertools import pairwise

from services.documents.cues import Cue, Cues, Finding, Readability
from services.documents.transcript import Word

from .rules import Rules, milliseconds


def report(cues: Cues, words: Iterable[Word], rules: Rules) -> Readability:
    """Every finding in order of the cues, and the reading speeds of the track (0 if it has no cue)."""
    speeds = [_speed(cue) for cue in cues.cues] or [0.0]
    numbers = {cue.id: cue.number for cue in cues.cues}
    findings = [*check(cues, rules), *split_words(cues, words, rules)]
    return Readability(
        cues.language_code,
        len(cues.cues),
        round(statistics.median(speeds), 3),
        round(max(speeds), 3),
        tuple(sorted(findings, key=lambda finding: numbers[finding.cue])),
    )


def check(cues: Cues, rules: Rules) -> list[Finding]:
    """Every rule that a cue breaks. Reads nothing but the cues."""
    alone = (finding for cue in cues.cues for finding in _check_cue(cue, rules))
    together = (finding for pair in pairwise(cues.cues) for finding in _check_pair(*pair, rules))
    return [*alone, *together]


def split_words(cues: Cues, words: Iterable[Word], rules: Rules) -> list[Finding]:
    """WORD_SPLIT for each word that is longer than a line, so that it had to be cut."""
    limit = rules.characters_per_line
    long = {word.id: len(word.text) for word in words if len(word.text) > limit}
    return [
        Finding("WORD_SPLIT", cue.id, long[word], limit, f"word {word} is longer than a line and was cut")
        for cue in cues.cues
        for word in cue.sources
        if word in long
    ]


def _check_cue(cue: Cue, rules: Rules) -> Iterator[Finding]:
    yield from _check_reading_speed(cue, rules)
    yield from _check_duration(cue, rules)
    yield from _check_lines(cue, rules)


def _check_reading_speed(cue: Cue, rules: Rules) -> Iterator[Finding]:
    speed, limit = _speed(cue), rules.characters_per_second
    if speed > limit:
        message = f"{len(cue.text)} characters in {_duration_ms(cue) / 1000} s are too many to read"
        yield Finding("CHARACTERS_PER_SECOND", cue.id, round(speed, 3), limit, message)


def _check_duration(cue: Cue, rules: Rules) -> Iterator[Finding]:
    duration_ms = _duration_ms(cue)
    shortest, longest = rules.minimum_duration_ms, rules.maximum_duration_ms
    if duration_ms < shortest:
        yield Finding("MINIMUM_DURATION", cue.id, duration_ms / 1000, shortest / 1000, "the cue is gone too soon")
    if duration_ms > longest:
        yield Finding("MAXIMUM_DURATION", cue.id, duration_ms / 1000, longest / 1000, "the cue stays too long")


def _check_lines(cue: Cue, rules: Rules) -> Iterator[Finding]:
    if len(cue.lines) > rules.lines:
        yield Finding("LINES", cue.id, len(cue.lines), rules.lines, "the cue has too many lines")
    for number, line in enumerate(cue.lines, 1):
        if len(line) > rules.characters_per_line:
            message = f"line {number} is too long"
            yield Finding("CHARACTERS_PER_LINE", cue.id, len(line), rules.characters_per_line, message)


def _check_pair(earlier: Cue, later: Cue, rules: Rules) -> Iterator[Finding]:
    gap_ms = milliseconds(later.start) - milliseconds(earlier.end)
    if gap_ms < 0:
        message = f"the cue comes before {earlier.id} is gone"
        yield Finding("OVERLAP", later.id, gap_ms / 1000, 0.0, message)
    elif gap_ms < rules.gap_ms:
        message = f"the cue follows {earlier.id} too closely to be seen as a new one"
        yield Finding("GAP", later.id, gap_ms / 1000, rules.gap_ms / 1000, message)


def _duration_ms(cue: Cue) -> int:
    return milliseconds(cue.end) - milliseconds(cue.start)


def _speed(cue: Cue) -> float:
    """Characters per second by whole milliseconds, in which sums are exact."""
    return len(cue.text) * 1000 / max(_duration_ms(cue), 1)
