"""Why a step ran again, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import plain
from .reasons import Why
from .steps import title
from .wording import change_line, first_cause_lines


def why_text(answer: Why) -> str:
    """The reasons, then every part that changed and where it began."""
    return "\n".join(plain(line) for line in _lines(answer)) + "\n"


def _lines(answer: Why) -> Iterator[str]:
    yield f"{title(answer.stage, answer.shard)} of {answer.job}: {answer.status}"
    if answer.against:
        yield f"  against job {answer.against}, where it was {answer.against_status}"
    yield from (f"  {reason.code}: {reason.message}" for reason in answer.reasons)
    yield from (f"    {change_line(change)}" for change in answer.changes)
    for cause in answer.first:
        if len(cause.way) > 1:
            yield from (f"    because {line}" for line in first_cause_lines(cause))
