"""Finds the job that a step is to be compared with, and what its log says of the cache. Reads the store."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.runtime.errors import InvalidDocument, ObjectNotFound
from services.runtime.manifest import Manifest
from services.runtime.store import blobs, keys
from services.runtime.store.base import Store
from services.runtime.store.keys import UNSHARDED, Step

from ...records import PARTIAL, JobRecord
from ..facts import JobFacts
from ..layout import JOBS
from ..reading import read_job
from .steps import Place

_SECOND = len("20261122-193000")
"""Names of jobs begin with when they were asked for, to the second."""
_REFUSED = re.compile(r"the cache entry \S+ .*")


def earlier_job(store: Store, facts: JobFacts, place: Place) -> JobFacts | None:
    """The nearest earlier job of the same film that began that step; None if there is none."""
    record = facts.job_record
    found = next((it for it in _earlier(store, record) if _began(store, it, place)), None) if record else None
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
