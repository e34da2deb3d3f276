"""The steps of two jobs side by side, and the way from a changed input back to what first changed. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from services.runtime.manifest import InputRecord, Manifest
from services.runtime.request import StageInput
from services.runtime.store.keys import UNSHARDED

from ...records import PARTIAL
from ..facts import FoundManifest, JobFacts
from .parts import Change, ChangedInput, Part, Parts, changed_inputs, changes

Place = tuple[str, str]
"""Stage and shard."""


@dataclass(frozen=True)
class Sides:
    """Two jobs, the earlier one first, each with what became of its steps."""

    old: JobFacts
    new: JobFacts
    old_steps: Mapping[Place, FoundManifest]
    new_steps: Mapping[Place, FoundManifest]

    @staticmethod
    def of(old: JobFacts, new: JobFacts) -> Sides:
        return Sides(old, new, steps_of(old), steps_of(new))

    @property
    def is_same_film(self) -> bool:
        before, after = self.old.job_record, self.new.job_record
        return bool(before and after and before.media.artifact.digest == after.media.artifact.digest)

    def both(self, place: Place) -> tuple[Manifest, Manifest] | None:
        """What both jobs say of a step; None unless both can be read."""
        before, after = self.old_steps.get(place), self.new_steps.get(place)
        if before is None or after is None or before.content is None or after.content is None:
            return None
        return before.content, after.content

    def changes(self, before: Parts, after: Parts) -> tuple[Change, ...]:
        """The parts that differ; of an input also who made it, on each side."""
        inputs = iter(changed_inputs(before, after))
        return tuple(self._labelled(it, next(inputs)) if it.part is Part.INPUT else it for it in changes(before, after))

    def _labelled(self, change: Change, given: ChangedInput) -> Change:
        labels = source_of(self.old, given.old), source_of(self.new, given.new)
        return replace(change, old_label=labels[0], new_label=labels[1])


@dataclass(frozen=True)
class FirstCause:
    """Where a difference began: a step that was asked for otherwise, a file from outside, or a divergence."""

    stage: str
    shard: str
    way: tuple[str, ...]
    """The steps from there on to the one that was asked about, each by its title."""
    changes: tuple[Change, ...] = ()
    """The parts in which it was asked for otherwise; inputs only if they came from outside."""
    divergent: bool = False
    """Whether it was asked for the same and gave something else."""

    @property
    def title(self) -> str:
        return title(self.stage, self.shard)


def title(stage: str, shard: str) -> str:
    """As people write a step, e.g. `translation/pt`."""
    return stage if shard == UNSHARDED else f"{stage}/{shard}"


def steps_of(facts: JobFacts) -> dict[Place, FoundManifest]:
    """Of every step that left a manifest the latest. What was done in place of the whole stands for the whole."""
    found: dict[Place, FoundManifest] = {}
    for step in sorted({*facts.commits, *facts.attempts}, key=lambda step: (step.number, step.stage, step.shard)):
        latest = facts.latest(step)
        if latest is None:
            continue
        if not step.shard.startswith(PARTIAL):
            found[step.stage, step.shard] = latest
        elif step in facts.commits and not _is_done(found.get((step.stage, UNSHARDED))):
            found[step.stage, UNSHARDED] = latest
    return found


def source_of(facts: JobFacts, given: StageInput | InputRecord | None) -> str:
    """Who made an input, e.g. `asr.transcript`, or the name of the file from outside; empty if there is no input."""
    if given is None:
        return ""
    if given.origin is None:
        record = facts.job_record
        return record.from_outside.get(given.artifact.digest, "a file from outside") if record else "the film"
    producer = facts.by_digest.get(given.origin.manifest)
    if producer is None:
        return f"{given.origin.role} of a manifest that is not at hand"
    return f"{title(producer.place.step.stage, producer.place.step.shard)}.{given.origin.role}"


def first_causes(sides: Sides, place: Place) -> tuple[FirstCause, ...]:
    """Follows the changed inputs of a step back to where the two jobs first differ, the nearest first."""
    start = sides.both(place)
    if start is None:
        return ()
    waiting: deque[tuple[Place, tuple[Manifest, Manifest], tuple[str, ...]]] = deque([(place, start, (title(*place),))])
    seen = {place}
    found: list[FirstCause] = []
    while waiting:
        here, (before, after), way = waiting.popleft()
        found.extend(_cause_here(sides, here, before, after, way))
        for producer in _producers(sides, Parts.of(before), Parts.of(after)):
            pair = sides.both(producer)
            if producer not in seen and pair is not None:
                seen.add(producer)
                waiting.append((producer, pair, (title(*producer), *way)))
    return tuple(found)


def _cause_here(
    sides: Sides, place: Place, before: Manifest, after: Manifest, way: tuple[str, ...]
) -> Iterator[FirstCause]:
    differing = sides.changes(Parts.of(before), Parts.of(after))
    inputs = changed_inputs(Parts.of(before), Parts.of(after))
    outside = {it.role for it in inputs if _is_from_outside(it)}
    own = tuple(it for it in differing if it.part is not Part.INPUT or it.name in outside)
    if own:
        yield FirstCause(*place, way, own)
    elif is_divergent(before, after):
        yield FirstCause(*place, way, divergent=True)


def is_divergent(before: Manifest, after: Manifest) -> bool:
    """Whether the same was asked for, both times done, and something else came out."""
    is_done = before.status.is_done and after.status.is_done
    return is_done and before.action_key == after.action_key and not same_outputs(before, after)


def same_outputs(before: Manifest, after: Manifest) -> bool:
    """Whether both wrote the same bytes in the same roles."""
    return _written(before) == _written(after)


def _written(manifest: Manifest) -> list[tuple[str, str]]:
    return [(output.role, output.artifact.digest) for output in manifest.outputs]


def _producers(sides: Sides, before: Parts, after: Parts) -> Iterator[Place]:
    """Who made the inputs that differ."""
    for given in changed_inputs(before, after):
        for facts, record in ((sides.new, given.new), (sides.old, given.old)):
            producer = facts.by_digest.get(record.origin.manifest) if record and record.origin else None
            if producer is not None:
                shard = producer.place.step.shard
                yield producer.place.step.stage, UNSHARDED if shard.startswith(PARTIAL) else shard


def _is_from_outside(given: ChangedInput) -> bool:
    return all(record is None or record.origin is None for record in (given.old, given.new))


def _is_done(found: FoundManifest | None) -> bool:
    return bool(found and found.place.is_commit)
