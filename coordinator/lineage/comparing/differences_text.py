"""A difference of two jobs for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from services.documents.cues import Cue

from ..text import film_time, plain
from .cue_differences import CueCause, CueDifference, TrackDifference
from .differences import Difference
from .step_differences import StepDifference
from .wording import change_line, first_cause_lines


def difference_text(difference: Difference) -> str:
    """Steps first, then the cues that are not as they were."""
    return "\n".join(plain(line) for line in _lines(difference)) + "\n"


def _lines(difference: Difference) -> Iterator[str]:
    yield f"{difference.old} -> {difference.new}"
    if not difference.same_film:
        yield "these are two films: their cues are not compared"
    for step in difference.steps:
        yield from _step(step)
    for track in difference.tracks:
        yield from _track(track)
    if not difference.differs:
        yield "nothing was asked for or came out otherwise"


def _step(step: StepDifference) -> Iterator[str]:
    others = "".join(f", {cause}" for cause in step.causes[1:])
    statuses = f"{step.old_status or 'not there'} -> {step.new_status or 'not there'}"
    came_out = "same outputs" if step.same_outputs else "other outputs"
    yield f"  {step.number:02d}_{step.title:<16} {step.main}{others}  ({came_out}; {statuses})"
    yield from (f"       {change_line(change)}" for change in step.changes)
    for cause in step.first:
        if cause.title != step.title:
            yield from (f"       because {line}" for line in first_cause_lines(cause))
    yield from (f"       {line}" for line in (*step.code, *step.host))


def _track(track: TrackDifference) -> Iterator[str]:
    name = track.new_language_code or track.old_language_code
    if not (track.old_language_code and track.new_language_code):
        yield f"track {name}: only in {'the first' if track.old_language_code else 'the second'} job"
        return
    kinds = [kind for cue in track.cues for kind in cue.kinds]
    counts = "".join(f", {kinds.count(kind)} {word}" for kind, word in _KINDS.items() if kind in kinds)
    yield f"track {name}: {track.equal} cues equal{counts}"
    for cue in track.cues:
        yield from _cue(cue)


_KINDS = {"text": "with another text", "time": "at another time", "added": "added", "dropped": "dropped"}


def _cue(cue: CueDifference) -> Iterator[str]:
    shown = cue.new or cue.old
    assert shown is not None
    numbers = f"{cue.old.number if cue.old else 'none'} -> {cue.new.number if cue.new else 'none'}"
    yield f"  cue {numbers}  {film_time(shown.start)}  {', '.join(cue.kinds)}  by {_cause(cue.cause)}"
    if "text" in cue.kinds or cue.new is None:
        yield from _text("-", cue.old)
    if "text" in cue.kinds or cue.old is None:
        yield from _text("+", cue.new)
    if "time" in cue.kinds:
        yield f"    begins {cue.start_ms:+d} ms, ends {cue.end_ms:+d} ms"


def _text(sign: str, cue: Cue | None) -> Iterator[str]:
    yield from (f"    {sign} {line}" for line in (cue.lines if cue else ()))


def _cause(cause: CueCause) -> str:
    terms = f", glossary entry {', '.join(repr(term) for term in cause.terms)}" if cause.terms else ""
    return f"{cause.stage or 'the transcript'}{terms}"
