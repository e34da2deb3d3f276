"""Explains a step with the job that it is to be compared with, and what its log says of the cache. Reads the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from services.runtime.errors import InvalidDocument, ObjectNotFound
from services.runtime.manifest import Manifest
from services.runtime.registry import STAGES, load_stage
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.keys import UNSHARDED, Step

from ...records import PARTIAL, JobRecord
from ..facts import JobFacts
from ..layout import JOBS
from ..reading import read_job
from .reasons import Circumstances, Why, find_step, why
from .steps import Place, steps_of

_SECOND = len("20261122-193000")
"""Names of jobs begin with when they were asked for, to the second."""
_REFUSED = re.compile(r"the cache entry \S+ .*")


def explain(
    store: Store, facts: JobFacts, step: str, against: JobFacts | None, may_know: Callable[[JobRecord], bool]
) -> Why:
    """Why the step of that name ran: compared with the given job, or else with the nearest earlier one of those that
    whoever asks may know of. Raises UnknownName for a step that the job does not have.
    """
    place = find_step(facts, step)
    earlier = against or earlier_job(store, facts, place, may_know)
    found = steps_of(facts).get(place)
    refused = refused_entries(store, found.content) if found and found.content else ()
    repeatable = place[0] not in STAGES or load_stage(place[0]).repeatable
    return why(facts, place, earlier, Circumstances(repeatable, refused))


def earlier_job(
    store: Store, facts: JobFacts, place: Place, may_know: Callable[[JobRecord], bool] = lambda _: True
) -> JobFacts | None:
    """The nearest earlier job of the same film that began that step; None if there is none."""
    record = facts.job_record
    known = filter(may_know, _earlier(store, record)) if record else ()
    found = next((it for it in known if _began(store, it, place)), None)
    return read_job(store, found.job) if found else None


def refused_entries(store: Store, manifest: Manifest) -> tuple[str, ...]:
    """What the step's log says of cache entries that could not be used; nothing if the log is gone."""
    found: list[str] = []
    for log in manifest.logs:
        try:
            text = blobs.read(store, log.artifact).decode(errors="replace")
        except ObjectNotFound:
            continue
        found += _REFUSED.findall(text)
    return tuple(dict.fromkeys(found))


def _earlier(store: Store, record: JobRecord) -> Iterator[JobRecord]:
    """Jobs of the same film that were asked for before, the latest first. Of the others only the record is read."""
    before = [name for name in store.folders(JOBS) if name[:_SECOND] <= record.job[:_SECOND] and name != record.job]
    for name in sorted(before, reverse=True):
        other = _record(store, name)
        if other and other.media.artifact.digest == record.media.artifact.digest and _is_before(other, record):
            yield other


def _is_before(one: JobRecord, other: JobRecord) -> bool:
    return (one.create_time, one.job) < (other.create_time, other.job)


def _record(store: Store, name: str) -> JobRecord | None:
    try:
        return JobRecord.from_json(store.get(keys.job(name)))
    except (ObjectNotFound, InvalidDocument):
        return None  # what is no job is nothing to compare with; verify says what is wrong with it


def _began(store: Store, record: JobRecord, place: Place) -> bool:
    stage, shard = place
    numbers = {step.number for step in record.plan if step.stage == stage}
    return any(_has(store, Step(record.job, number, stage), shard) for number in numbers)


def _has(store: Store, step: Step, shard: str) -> bool:
    shards = store.folders(step.shards)
    return any(name == shard or (shard == UNSHARDED and name.startswith(PARTIAL)) for name in shards)
