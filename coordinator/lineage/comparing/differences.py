"""What differs between two jobs: step by step with the causes, and cue by cue with the step that is to blame. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from ..facts import JobFacts
from .cue_differences import TrackDifference, track_differences
from .step_differences import StepDifference, step_differences
from .steps import Sides
from .ways import ways


@dataclass(frozen=True)
class Difference:
    """Two jobs side by side."""

    old: str
    new: str
    same_film: bool
    """If not, the cues are not compared: nothing of one is in the other."""
    steps: tuple[StepDifference, ...]
    tracks: tuple[TrackDifference, ...]

    @property
    def differs(self) -> bool:
        """Whether anything was asked for or came out otherwise."""
        return not self.same_film or any(it.differs for it in self.steps) or any(it.differs for it in self.tracks)

    def to_json(self) -> dict[str, Any]:
        return {"schema": "cuegraph.difference/1", "differs": self.differs, **dataclasses.asdict(self)}


def diff(old: JobFacts, new: JobFacts) -> Difference:
    """Compares two jobs, finished or not. Raises LineageBroken if the documents of one do not join up."""
    sides = Sides.of(old, new)
    tracks = track_differences(ways(old), ways(new)) if sides.is_same_film else ()
    return Difference(old.job, new.job, sides.is_same_film, step_differences(sides), tracks)
