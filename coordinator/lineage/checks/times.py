"""Did everything happen in an order in which it can have happened, as far as clocks agree?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.runtime.manifest import HostRecord, InputRecord, Manifest

from ..facts import JobFacts
from ..findings import TIMES_DISORDERED, Finding
from .records import job_is_altered, unaltered

SAME_CLOCK = timedelta(seconds=1)
"""How far two readings of one clock may be out of order: it may have been set back a little meanwhile."""
TWO_CLOCKS = timedelta(minutes=1)
"""How far the clocks of two hosts may be apart."""


def is_before(first: datetime, second: datetime, on: HostRecord, other: HostRecord) -> bool:
    """Whether `first`, read on one host, was surely before `second`, read on the other."""
    tolerance = SAME_CLOCK if on.node == other.node else TWO_CLOCKS
    return _utc(first) + tolerance < _utc(second)


def check_times(facts: JobFacts) -> Iterator[Finding]:
    """Asked for, begun, finished, and no sooner than what it was made of. One finding for each manifest."""
    for found in {found.digest: found for found in unaltered(facts)}.values():
        problem = found.content and next(_problems(facts, found.content), None)
        if problem:
            yield TIMES_DISORDERED.broken(found.key, problem)


def _problems(facts: JobFacts, manifest: Manifest) -> Iterator[str]:
    times, here = manifest.times, manifest.host
    if is_before(times.finished, times.started, here, here):
        yield f"it finished at {times.finished:%H:%M:%S} and began at {times.started:%H:%M:%S}"
    if _utc(times.started) + TWO_CLOCKS < _utc(times.requested):
        yield f"it began at {times.started:%H:%M:%S} and was asked for at {times.requested:%H:%M:%S}"
    record = facts.job_record
    if record and not job_is_altered(facts) and _utc(times.started) + TWO_CLOCKS < _utc(record.create_time):
        yield f"it began at {times.started} and its job was asked for at {record.create_time}"
    for consumed in manifest.inputs:
        yield from _too_soon(facts, manifest, consumed)


def _too_soon(facts: JobFacts, manifest: Manifest, consumed: InputRecord) -> Iterator[str]:
    found = facts.by_digest.get(consumed.origin.manifest) if consumed.origin else None
    producer = found.content if found else None
    if producer is None:
        return
    began, finished = manifest.times.started, producer.times.finished
    if is_before(began, finished, manifest.host, producer.host):
        yield f"it began at {began:%H:%M:%S}, and {producer.step.folder}, whose {consumed.role!r} it took, " + (
            f"finished at {finished:%H:%M:%S}"
        )


def _utc(time: datetime) -> datetime:
    """A forged time may have no zone."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
