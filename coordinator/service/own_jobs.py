"""The jobs that the caller may know of; all others are, for it, not there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from services.runtime.errors import InvalidDocument, JobErased, UnknownName

from ..access.callers import CALLER
from ..jobs import Jobs, JobState
from . import job_wire


def own_job(jobs: Jobs, name: str) -> str:
    """`film` of `jobs/film`. Raises InvalidRequest, InvalidDocument, and UnknownName in the same words for a job that
    is not there and for one of another tenant.
    """
    job_id = job_wire.job_id(name)
    caller = CALLER.get()
    try:
        is_seen = caller.sees_all or caller.sees(jobs.rank(job_id).tenant)
    except JobErased:  # nobody knows any more whose it was
        is_seen = False
    if not is_seen:
        raise jobs.unknown(job_id)
    return job_id


def own_page(jobs: Jobs, size: int, before: str, state: JobState | None) -> list[str]:
    """The first `size` of the caller's jobs, newest first, that come after `before` and are in that state."""
    shown = _shown(jobs)
    older = (name for name in jobs.names() if (not before or name < before) and shown(name))
    return list(islice((name for name in older if state is None or jobs.is_in(name, state)), size))


def _shown(jobs: Jobs) -> Callable[[str], bool]:
    """Tells whether a job is the caller's. One whose record cannot be read is of no tenant."""
    caller = CALLER.get()

    def shown(job_id: str) -> bool:
        try:
            return caller.sees(jobs.rank(job_id).tenant)
        except (InvalidDocument, UnknownName):
            return False

    return (lambda _: True) if caller.sees_all else shown
