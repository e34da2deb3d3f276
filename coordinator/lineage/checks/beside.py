"""What the rest of the store says against a job: a circle of reuse, or another output of the same action."""

from __future__ import annotations

from collections.abc import Iterator

from services.runtime.store import keys

from ...planner import producers
from ..evidence import Evidence
from ..facts import JobFacts
from ..findings import CYCLE, DIVERGENCE, Finding
from .records import job_is_altered


def check_cycles(facts: JobFacts, evidence: Evidence) -> Iterator[Finding]:
    """Does nothing come, in the end, out of itself?

    Origins are digests and cannot name each other in a circle. Addresses can: those of reused manifests, and the
    names of stages in a plan.
    """
    for key, circle in evidence.circles.items():
        yield CYCLE.broken(key, f"it reuses itself in the end: {' reuses '.join(circle)}")
    if facts.job_record and not job_is_altered(facts) and (left := _never_ready(facts)):
        yield CYCLE.broken(keys.job(facts.job), f"its plan makes {left[0]} out of itself in the end")


def check_differences(evidence: Evidence) -> Iterator[Finding]:
    """Did an equal action write the same elsewhere?"""
    for it in evidence.differences:
        yield DIVERGENCE.broken(it.commit, f"{it.other} did the same with the same, and {it.where}")


def _never_ready(facts: JobFacts) -> list[str]:
    """Planned steps that wait for each other."""
    assert facts.job_record is not None
    waiting = {step.place: set(producers(step)) for step in facts.job_record.plan}
    while ready := [place for place, awaited in waiting.items() if not awaited & waiting.keys()]:
        for place in ready:
            del waiting[place]
    return [stage for stage, _ in waiting]
