"""Are the bytes there that the manifests speak of, and are they still the same?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.runtime.artifact import Artifact
from services.runtime.manifest import Manifest
from services.runtime.store import keys

from ..facts import JobFacts
from ..findings import (
    BLOB_ALTERED,
    BLOB_ELSEWHERE,
    BLOB_MISSING,
    BLOB_SIZE_WRONG,
    LOG_MISSING,
    MEDIA_MISSING,
    Finding,
    Rule,
)
from .records import job_is_altered, unaltered


@dataclass(frozen=True)
class BlobFact:
    """What was seen of a blob that is there."""

    size_bytes: int | None = None
    """None if only its name was listed."""
    digest: str | None = None
    """None if its bytes were not read."""


@dataclass(frozen=True)
class _Claim:
    """That some bytes are in the store."""

    artifact: Artifact
    claimed_by: str
    """Key of the record that says so, and what it calls them."""
    if_missing: Rule = BLOB_MISSING


def blob_keys(facts: JobFacts) -> tuple[str, ...]:
    """Keys of all blobs that the job's records speak of, in order."""
    return tuple(sorted({keys.blob(claim.artifact.digest) for claim in _claims(facts)}))


def check_blobs(facts: JobFacts, blobs: Mapping[str, BlobFact]) -> Iterator[Finding]:
    """Compares what is claimed with the blobs that are there, by key. Each fault of a blob is told once."""
    told: set[tuple[str, str]] = set()
    for claim in _claims(facts):
        for finding in _check_claim(claim, blobs.get(keys.blob(claim.artifact.digest))):
            if (finding.location, finding.code) not in told:
                told.add((finding.location, finding.code))
                yield finding
        told.update((keys.blob(claim.artifact.digest), rule.code) for rule in _implied(claim, blobs))


def _implied(claim: _Claim, blobs: Mapping[str, BlobFact]) -> tuple[Rule, ...]:
    """A blob that is missing is missing under one code: the film's before an output's before a log's."""
    missing = keys.blob(claim.artifact.digest) not in blobs
    return (MEDIA_MISSING, BLOB_MISSING, LOG_MISSING) if missing else ()


def _check_claim(claim: _Claim, blob: BlobFact | None) -> Iterator[Finding]:
    artifact, key = claim.artifact, keys.blob(claim.artifact.digest)
    if artifact.uri != key:
        yield BLOB_ELSEWHERE.broken(claim.claimed_by, f"it says that {artifact.digest[:12]} lies at {artifact.uri!r}")
    if blob is None:
        yield claim.if_missing.broken(key, f"it is gone, and {claim.claimed_by} needs it")
    elif blob.size_bytes is not None and blob.size_bytes != artifact.size_bytes:
        problem = f"it has {blob.size_bytes} bytes, and {claim.claimed_by} says {artifact.size_bytes}"
        yield BLOB_SIZE_WRONG.broken(key, problem)
    elif blob.digest is not None and blob.digest != artifact.digest:
        yield BLOB_ALTERED.broken(key, f"its bytes are not those that {claim.claimed_by} names")


def _claims(facts: JobFacts) -> Iterator[_Claim]:
    """The film and what came with it, then results, then logs. What was not kept has no address and makes no claim."""
    record = facts.job_record
    if record and not job_is_altered(facts):
        yield _Claim(record.media.artifact, keys.job(facts.job), MEDIA_MISSING)
        for file in record.files:
            yield _Claim(file.artifact, keys.job(facts.job))
    found = {one.digest: one for one in unaltered(facts)}.values()
    for one in found:
        for artifact in _results(one.content) if one.content else ():
            yield _Claim(artifact, one.key)
    for one in found:
        for log in one.content.logs if one.content else ():
            yield _Claim(log.artifact, one.key, LOG_MISSING)


def _results(manifest: Manifest) -> Iterator[Artifact]:
    for output in manifest.outputs:
        yield output.artifact
    for intermediate in manifest.intermediates:
        if intermediate.retained:
            yield intermediate.artifact
