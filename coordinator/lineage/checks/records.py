"""Do the job's record, its seal and its manifests say the same?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.runtime.store import keys

from ...records import JOB_SCHEMA
from ..facts import Found, FoundManifest, JobFacts
from ..findings import (
    ATTEMPT_AFTER_SEAL,
    JOB_ALTERED,
    JOB_INVALID,
    JOB_MISPLACED,
    JOB_MISSING,
    MANIFEST_ALTERED,
    MANIFEST_MISSING,
    SCHEMA_UNKNOWN,
    SEAL_ALTERED,
    SEAL_INCOMPLETE,
    SEAL_INVALID,
    SEAL_MISPLACED,
    SEAL_MISSING,
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


def check_seal(facts: JobFacts) -> Iterator[Finding]:
    """Is the seal there once all is done, readable, at its place, and do all manifests agree with it?"""
    key, seal = keys.seal(facts.job), facts.seal
    if seal is None:
        if facts.plan and all(step in facts.commits for step in facts.plan):
            yield SEAL_MISSING.broken(key, "every planned step is committed and the job is not sealed")
    elif seal.content is None:
        yield SEAL_INVALID.broken(key, seal.problem)
    elif seal.content.job != facts.job:
        yield SEAL_MISPLACED.broken(key, f"this is the seal of job {seal.content.job!r}")
    else:
        yield from _check_against_seal(facts)


def _check_against_seal(facts: JobFacts) -> Iterator[Finding]:
    present = {found.key: found for found in facts.manifests}
    for key in sorted(facts.sealed.keys() - present.keys()):
        yield MANIFEST_MISSING.broken(key, f"the manifest {facts.sealed[key][:12]} that the seal names is gone")
    for key in sorted(present.keys() - facts.sealed.keys()):
        yield _unsealed(present[key])
    differing = [found for key, found in present.items() if facts.sealed.get(key, found.digest) != found.digest]
    vouched = _vouched(facts) if differing else frozenset()
    for found in differing:
        is_vouched = found.digest in vouched and _is_at_its_place(found)
        yield _disagreement(found, keys.seal(facts.job), is_vouched=is_vouched)


def _unsealed(found: FoundManifest) -> Finding:
    rule = SEAL_INCOMPLETE if found.place.is_commit else ATTEMPT_AFTER_SEAL
    return rule.broken(found.key, "the seal does not name this manifest")


def _disagreement(found: FoundManifest, seal: str, *, is_vouched: bool) -> Finding:
    """Which of the two was changed: a manifest that others vouch for was not."""
    if is_vouched:
        problem = f"it names another digest for {found.key} than those who read that manifest"
        return SEAL_ALTERED.broken(seal, problem)
    return MANIFEST_ALTERED.broken(found.key, "its bytes are not those that were sealed")


def _is_at_its_place(found: FoundManifest) -> bool:
    """Others may vouch for these bytes and yet not for this place: then they were copied here."""
    return found.content is not None and found.content.step == found.place.step


def _vouched(facts: JobFacts) -> frozenset[str]:
    """Digests that the seal gives to some manifest, or that a later step names as the origin of an input."""
    manifests = (found.content for found in facts.manifests if found.content)
    origins = (one.origin for manifest in manifests for one in manifest.inputs)
    return frozenset(facts.sealed.values()) | {origin.manifest for origin in origins if origin}
