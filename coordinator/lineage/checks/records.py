"""Is the job's record as it was sealed, and which of its manifests are?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.runtime.store import keys

from ...records import JOB_SCHEMA
from ..facts import Found, FoundManifest, JobFacts
from ..findings import (
    JOB_ALTERED,
    JOB_INVALID,
    JOB_MISPLACED,
    JOB_MISSING,
    SCHEMA_UNKNOWN,
    Finding,
    Rule,
)


def job_is_altered(facts: JobFacts) -> bool:
    """Whether job.json differs from the sealed one: then nothing it says is held against the steps."""
    seal, record = facts.seal_record, facts.record
    return seal is not None and seal.job == facts.job and record is not None and seal.job_digest != record.digest


def unaltered(facts: JobFacts) -> Iterator[FoundManifest]:
    """Manifests that are as sealed. Of the others the alteration is told, not all that they now say."""
    return (found for found in facts.manifests if facts.sealed.get(found.key, found.digest) == found.digest)


def unreadable(found: Found[Any], rule: Rule, schema: str) -> Finding:
    """A file of a schema that is not known here may be quite in order."""
    return (SCHEMA_UNKNOWN if found.schema not in ("", schema) else rule).broken(found.key, found.problem)


def check_job(facts: JobFacts) -> Iterator[Finding]:
    """Is job.json there, readable, at its place, and as it was when the job was sealed?"""
    key, record = keys.job(facts.job), facts.record
    if record is None:
        yield JOB_MISSING.broken(key, "the job has no record of what was asked")
        return
    if job_is_altered(facts):
        yield JOB_ALTERED.broken(key, "the job's record is not the one that the seal names")
    elif record.content is None:
        yield unreadable(record, JOB_INVALID, JOB_SCHEMA)
    elif record.content.job != facts.job:
        yield JOB_MISPLACED.broken(key, f"this is the record of job {record.content.job!r}")
