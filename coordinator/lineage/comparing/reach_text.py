"""How far a change reaches, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import plain
from .reach import JobReach, Reach


def reach_text(answer: Reach) -> str:
    """One job after the other, then what all of it takes."""
    return "\n".join(plain(line) for line in _lines(answer)) + "\n"


def _lines(answer: Reach) -> Iterator[str]:
    for job in answer.jobs:
        yield from _job(job)
    yield f"{len(answer.jobs)} jobs would be touched"
    yield f"certain:  {_total(answer, answer.certain_seconds)}"
    yield f"at most:  {_total(answer, answer.possible_seconds)}"


def _job(job: JobReach) -> Iterator[str]:
    yield f"{job.job}: {job.title}  {job.certain_seconds:.1f} to {job.possible_seconds:.1f} s"
    yield f"  certain: {', '.join(job.certain)}; possible: {', '.join(job.possible) or 'none'}"
    if job.terms:
        yield f"  has {', '.join(f'{term!r} {count} times' for term, count in sorted(job.terms.items()))}"


def _total(answer: Reach, seconds: float) -> str:
    cost = answer.cost(seconds)
    return f"{seconds:.1f} s of computing" + ("" if cost is None else f", cost {cost:.4f}")
