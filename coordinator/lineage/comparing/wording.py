"""Changed parts and first causes as a person reads them: shared by the texts of diff, why and impact."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .parts import Change, Part
from .steps import FirstCause

_LONGEST = 60


def change_line(change: Change) -> str:
    """E.g. `setting beam_size: 5 (default) -> 3 (command line)`."""
    match change.part:
        case Part.SETTING:
            sides = [_setting(change.old, change.old_label), _setting(change.new, change.new_label)]
            return f"setting {change.name}: {' -> '.join(sides)}"
        case Part.MODEL:
            sides = [_model(change.old, change.old_label), _model(change.new, change.new_label)]
            return f"model {change.name}: {' -> '.join(sides)}"
        case Part.INPUT:
            sides = [_input(change.old, change.old_label), _input(change.new, change.new_label)]
            return f"input {change.name}: {' -> '.join(sides)}"
        case Part.VERSION:
            return f"stage version {change.old} -> {change.new}"
        case Part.SALT:
            return "salt: results of earlier versions are not used any more"


def first_cause_lines(cause: FirstCause) -> Iterator[str]:
    """What first changed, and the way from there."""
    way = " -> ".join(cause.way)
    if cause.divergent:
        yield f"{cause.title} was asked for the same and gave something else  ({way})"
    for change in cause.changes:
        yield f"{cause.title}: {change_line(change)}  ({way})"


def shortened(value: object) -> str:
    """A value on one line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _setting(value: object, source: str) -> str:
    return f"{shortened(value)} ({source})" if source else "not there"


def _model(digest: str | None, revision: str) -> str:
    return f"{revision} ({digest[:12].rstrip(':')})" if digest else "not used"


def _input(digest: str | None, source: str) -> str:
    return f"{digest[:12]} of {source}" if digest else "none"
