"""The impact of a change, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import film_time, plain
from .applied import Applied
from .differences_text import difference_text
from .foreseen import Verdict
from .glossary_changes import TermChange
from .impact import Impact, TouchedCue, TouchedStep
from .paces import Estimate, Total
from .steps import title
from .wording import change_line

_MARKS = {Verdict.REUSED: "=", Verdict.CERTAIN: "!", Verdict.POSSIBLE: "?", Verdict.SKIPPED: "-"}


def impact_text(answer: Impact) -> str:
    """Steps, terms and cues, then what it takes."""
    return "\n".join(plain(line) for line in _lines(answer)) + "\n"


def applied_text(answer: Applied) -> str:
    """Whether it came as foreseen, what is equal, and every difference."""
    return "\n".join(plain(line) for line in _applied(answer)) + "\n" + difference_text(answer.difference)


def _applied(answer: Applied) -> Iterator[str]:
    yield f"applied as job {answer.job}: {answer.state}"
    yield from (f"  not as foreseen: {line}" for line in answer.wrong)
    if not answer.wrong:
        yield "  every step came as it was foreseen"
    yield f"  the same came out of {', '.join(answer.equal) or 'no step'}"


def _lines(answer: Impact) -> Iterator[str]:
    yield f"{answer.job}: {answer.title or 'without a title'}"
    for step in answer.steps:
        yield from _step(step)
    if answer.terms:
        yield f"{len(answer.terms)} terms of the glossary change, {len(answer.cues)} cues say one of them"
        yield from (f"  {_term(term)}" for term in answer.terms)
        yield from (line for cue in answer.cues for line in _cue(cue))
    yield f"certain:  {_total(answer.certain)}"
    yield f"at most:  {_total(answer.possible)}"


def _step(step: TouchedStep) -> Iterator[str]:
    name = f"{step.number:02d}_{title(step.stage, step.shard)}"
    yield f"  {_MARKS[step.verdict]} {name:<20} {step.verdict:<9}{_estimate(step.estimate)}  {step.reason}"
    if step.verdict in (Verdict.CERTAIN, Verdict.POSSIBLE):
        yield from (f"      {change_line(change)}" for change in step.changes)


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    films = "this film" if estimate.of_this_film else "other films"
    return f" about {estimate.seconds:.1f} s (by {estimate.runs} {'run' if estimate.runs == 1 else 'runs'} on {films})"


def _term(term: TermChange) -> str:
    fields = f": {', '.join(field.replace('_', ' ') for field in term.fields)}" if term.fields else ""
    languages = f", matters in {', '.join(term.languages)} only" if term.languages is not None else ""
    return f"{term.kind} {term.text!r}{fields}{languages}"


def _cue(cue: TouchedCue) -> Iterator[str]:
    said = ", ".join(repr(term) for term in cue.terms)
    yield f"  cue {cue.number} ({cue.language_code})  {film_time(cue.start)} to {film_time(cue.end)}  says {said}"
    yield from (f"      {line}" for line in cue.text.split("\n"))


def _total(total: Total) -> str:
    cost = "; for its cost give --price-per-hour" if total.cost is None else f", cost {total.cost:.4f}"
    unknown = f"; no run is known of {', '.join(total.without_evidence)}" if total.without_evidence else ""
    return f"{total.seconds:.1f} s of computing{cost}{unknown}"
