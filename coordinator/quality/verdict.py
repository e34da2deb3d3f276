"""The verdict: from the documents of a job to good, review or bad, with reasons. Pure."""

from __future__ import annotations

from services.documents.quality import Quality, Reason, severity

from .limits import reason
from .material import Material
from .measures import measured


def judge(material: Material) -> Quality:
    """Whether what the job made is fit for use: as bad as the worst of its reasons."""
    measures = measured(material)
    found = [it for it in map(reason, measures) if it is not None] + _no_speech(material)
    reasons = sorted(found, key=lambda it: -severity(it.verdict))
    return Quality(reasons[0].verdict if reasons else "good", tuple(reasons), tuple(measures))


def _no_speech(material: Material) -> list[Reason]:
    if material.speech is None or material.speech.regions:
        return []
    return [Reason("NO_SPEECH", "", "good", 0.0, 0.0, "nobody speaks in it, so there is nothing to show")]
