"""Whether logs have the form that people and programs count on."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR|CRITICAL) \S*: ")
_ENDED = re.compile(r": (?:SUCCEEDED|FAILED|SKIPPED|REUSED|CANCELLED), attempt \d+ \[(.+)\]$")


def is_stage_log(text: str) -> bool:
    """Whether it begins with a time and a level; lines that go on from the one above need not."""
    return _LINE.match(text) is not None


def tells_of(text: str, step: str) -> bool:
    """Whether a pipeline log says how the step ended, e.g. of `07_translation/pt`."""
    ends = (_ENDED.search(line) for line in text.splitlines())
    return any(end[1] == step for end in ends if end)


def debug_lines(text: str) -> Iterator[str]:
    """The lines of DEBUG, which belong into the logs of stages only."""
    for line in text.splitlines():
        match = _LINE.match(line)
        if match and match[1] == "DEBUG":
            yield line
