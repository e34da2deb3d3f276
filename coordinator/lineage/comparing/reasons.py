"""Why a step ran again, or did not: the parts of its action that differ from an earlier one, and what else. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.runtime.errors import unknown_name
from services.runtime.manifest import Manifest, Status
from services.runtime.store.keys import UNSHARDED

from ...records import PARTIAL
from ...turns import DEFAULT_TENANT, scope_of
from ..facts import FoundManifest, JobFacts
from ..layout import place_of
from .parts import Change, Part, Parts
from .steps import FirstCause, Place, Sides, first_causes, steps_of, title


class Code(StrEnum):
    """What made a step run, or kept it from running. A code never changes its meaning."""

    REUSED = "REUSED"
    SKIPPED = "SKIPPED"
    NOT_DONE = "NOT_DONE"
    EARLIER_ATTEMPT = "EARLIER_ATTEMPT"
    FIRST_TIME = "FIRST_TIME"
    CHANGED = "CHANGED"
    NO_CACHE = "NO_CACHE"
    NOT_REPEATABLE = "NOT_REPEATABLE"
    CACHE_ENTRY_REFUSED = "CACHE_ENTRY_REFUSED"
    OTHER_TENANT = "OTHER_TENANT"
    EARLIER_NOT_KEPT = "EARLIER_NOT_KEPT"
    AT_THE_SAME_TIME = "AT_THE_SAME_TIME"
    NO_CACHE_ENTRY = "NO_CACHE_ENTRY"


@dataclass(frozen=True)
class Reason:
    """One reason, in words."""

    code: Code
    message: str


@dataclass(frozen=True)
class Circumstances:
    """What no manifest says."""

    repeatable: bool
    """Whether the stage always gives the same for the same."""
    refused: tuple[str, ...] = ()
    """What the step's log says of cache entries that were there and could not be used."""


@dataclass(frozen=True)
class Why:
    """The answer for one step."""

    job: str
    stage: str
    shard: str
    status: str
    """NOT_DONE if it left no manifest."""
    reasons: tuple[Reason, ...]
    against: str = ""
    """The earlier job that it is compared with; empty if there is none, or no need for one."""
    against_status: str = ""
    changes: tuple[Change, ...] = ()
    """Every part of the action key that differs from the earlier one."""
    first: tuple[FirstCause, ...] = ()
    """Where what changed in its inputs began."""

    def to_json(self) -> dict[str, Any]:
        return {"schema": "cuegraph.why/1", **dataclasses.asdict(self)}


def find_step(facts: JobFacts, name: str) -> Place:
    """The step that `asr` or `translation/pt` names; what was done in place of a whole step goes by its name.

    Raises UnknownName.
    """
    stage, _, shard = name.partition("/")
    known = {(step.stage, step.shard) for step in facts.plan} | set(steps_of(facts))
    place = stage, UNSHARDED if not shard or shard.startswith(PARTIAL) else shard
    if place not in known:
        raise unknown_name(f"step of job {facts.job}", name, sorted(title(*it) for it in known))
    return place


def why(facts: JobFacts, place: Place, earlier: JobFacts | None, circumstances: Circumstances) -> Why:
    """Compares a step with that of an earlier job of the same film; None if no job did that step before."""
    found = steps_of(facts).get(place)
    manifest = found.content if found else None
    if found is None or manifest is None:
        status = "UNREADABLE" if found else "NOT_DONE"
        return Why(facts.job, *place, status, (Reason(Code.NOT_DONE, _not_done(found)),))
    if manifest.status in (Status.REUSED, Status.SKIPPED) and not _ran(manifest):
        return Why(facts.job, *place, manifest.status, (_left_alone(manifest),))
    return _compared(facts, place, manifest, earlier, circumstances)


def _compared(
    facts: JobFacts, place: Place, manifest: Manifest, earlier: JobFacts | None, circumstances: Circumstances
) -> Why:
    before = steps_of(earlier).get(place) if earlier else None
    attempts = tuple(_earlier_attempts(facts, manifest))
    always = tuple(_whatever_came_before(facts, manifest, circumstances))
    if earlier is None or before is None or before.content is None:
        first = Reason(Code.FIRST_TIME, "no earlier job of this film did this step")
        return Why(facts.job, *place, manifest.status, (*attempts, first, *always))
    sides = Sides.of(earlier, facts)
    changes = sides.changes(Parts.of(before.content), Parts.of(manifest))
    if changes:
        parts = ", ".join(dict.fromkeys(change.part.value for change in changes))
        reasons = (Reason(Code.CHANGED, f"it was asked for otherwise: {parts}"), *always)
    else:
        reasons = always or (_not_kept(earlier, before.content, facts, manifest),)
    return Why(
        facts.job,
        *place,
        manifest.status,
        (*attempts, *reasons),
        earlier.job,
        before.content.status,
        changes,
        first_causes(sides, place) if any(it.part is Part.INPUT for it in changes) else (),
    )


def _not_done(found: FoundManifest | None) -> str:
    return f"its manifest cannot be read: {found.problem}" if found else "it has left no manifest: it has not run yet"


def _ran(manifest: Manifest) -> bool:
    """Whether a stage was at work. A step that the plan leaves out is given no inputs."""
    return manifest.status is Status.SKIPPED and bool(manifest.inputs)


def _left_alone(manifest: Manifest) -> Reason:
    if manifest.status is Status.SKIPPED:
        return Reason(Code.SKIPPED, f"there was nothing to do: {manifest.skip_reason}")
    uri = manifest.reused.uri if manifest.reused else ""
    place = place_of(uri)
    original = f"job {place.step.job}, {uri}" if place else uri or "not named"
    return Reason(Code.REUSED, f"it did not run: nothing changed, the original is {original}")


def _earlier_attempts(facts: JobFacts, manifest: Manifest) -> Iterator[Reason]:
    """Within one job a step is tried again only because it did not come to an end."""
    for found in facts.attempts.get(manifest.step, ()):
        earlier = found.content
        if earlier is not None and earlier.attempt < manifest.attempt:
            errors = "; ".join(f"{error.code}: {error.message}" for error in earlier.errors)
            yield Reason(Code.EARLIER_ATTEMPT, f"attempt {earlier.attempt} was {earlier.status}: {errors or 'no word'}")
    for number in manifest.unfinished_attempts:
        yield Reason(Code.EARLIER_ATTEMPT, f"attempt {number} began and left no manifest: it was killed")


def _whatever_came_before(facts: JobFacts, manifest: Manifest, circumstances: Circumstances) -> Iterator[Reason]:
    """Reasons for which it would have run even if nothing had changed."""
    record = facts.job_record
    if record and manifest.stage in record.anew:
        yield Reason(Code.NO_CACHE, f"the job was to do {manifest.stage} anew: --no-cache or --from")
    if not circumstances.repeatable:
        message = f"{manifest.stage} asks a service outside, so the outputs of an equal action are never taken over"
        yield Reason(Code.NOT_REPEATABLE, message)
    yield from (Reason(Code.CACHE_ENTRY_REFUSED, line) for line in circumstances.refused)


def _not_kept(earlier: JobFacts, before: Manifest, facts: JobFacts, after: Manifest) -> Reason:
    """Why an equal action was not taken over."""
    if before.status not in (Status.SUCCEEDED, Status.REUSED):
        return Reason(Code.EARLIER_NOT_KEPT, f"there it was {before.status}: only what SUCCEEDED is taken over")
    if _scope(earlier) != _scope(facts):
        return Reason(Code.OTHER_TENANT, "the other job is another tenant's: outputs are taken over within one only")
    if before.times.finished > after.times.started:
        message = f"there it ended at {before.times.finished:%H:%M:%S}, after this one began: neither could wait"
        return Reason(Code.AT_THE_SAME_TIME, message)
    return Reason(
        Code.NO_CACHE_ENTRY, "nothing changed, but the cache had no entry for it: it was cleared or not written"
    )


def _scope(facts: JobFacts) -> str:
    return scope_of(facts.job_record.tenant if facts.job_record else DEFAULT_TENANT)
