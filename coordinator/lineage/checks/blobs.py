"""Are the bytes there that the records speak of, and are they still the same?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    LOG_ALTERED,
    LOG_MISSING,
    MEDIA_MISSING,
    Finding,
    Rule,
)
from .records import job_is_altered, unaltered


@dataclass(frozen=True)
class BlobFact:
    """What was seen of a file that is there."""

    size_bytes: int
    digest: str | None = None
    """None if its bytes were not read."""


@dataclass(frozen=True)
class Claim:
    """That some bytes are there."""

    artifact: Artifact
    claimed_by: str
    """Key of the record that says so."""
    if_missing: Rule = BLOB_MISSING
    if_other_size: Rule = BLOB_SIZE_WRONG
    if_altered: Rule = BLOB_ALTERED
    is_delivered: bool = False
    """Whether people asked for it: a sample never leaves it out."""


Places = Callable[[str], tuple[str, ...]]
"""Where the bytes of that digest lie, by the names that people know; none if they cannot be shown."""


def in_store(digest: str) -> tuple[str, ...]:
    """Where the store has them."""
    return (keys.blob(digest),)


def check_blobs(facts: JobFacts, blobs: Mapping[str, BlobFact], places: Places = in_store) -> Iterator[Finding]:
    """Compares what is claimed with the files that are there, by place. Each fault of a file is told once."""
    told: set[tuple[str, str]] = set()
    for claim in claims(facts):
        for finding in _check_claim(claim, blobs, places):
            if (finding.location, finding.code) not in told:
                told.add((finding.location, finding.code))
                yield finding
                told.update((finding.location, rule.code) for rule in _implied(finding))


def _implied(finding: Finding) -> tuple[Rule, ...]:
    """What is wrong with a file is told under one code: the film's before an output's before a log's."""
    missing, altered = (MEDIA_MISSING, BLOB_MISSING, LOG_MISSING), (BLOB_SIZE_WRONG, BLOB_ALTERED, LOG_ALTERED)
    return next((rules for rules in (missing, altered) if finding.code in {rule.code for rule in rules}), ())


def _check_claim(claim: Claim, blobs: Mapping[str, BlobFact], places: Places) -> Iterator[Finding]:
    artifact = claim.artifact
    if artifact.uri != keys.blob(artifact.digest):
        yield BLOB_ELSEWHERE.broken(claim.claimed_by, f"it says that {artifact.digest[:12]} lies at {artifact.uri!r}")
    for place in places(artifact.digest):
        yield from _check_place(claim, place, blobs.get(place))


def _check_place(claim: Claim, place: str, blob: BlobFact | None) -> Iterator[Finding]:
    artifact = claim.artifact
    if blob is None:
        yield claim.if_missing.broken(place, f"it is gone, and {claim.claimed_by} needs it")
    elif blob.size_bytes != artifact.size_bytes:
        problem = f"it has {blob.size_bytes} bytes, and {claim.claimed_by} says {artifact.size_bytes}"
        yield claim.if_other_size.broken(place, problem)
    elif blob.digest is not None and blob.digest != artifact.digest:
        yield claim.if_altered.broken(place, f"its bytes are not those that {claim.claimed_by} names")


def claims(facts: JobFacts) -> Iterator[Claim]:
    """The film and what came with it, then results, then logs. What was not kept has no address and makes no claim."""
    record = facts.job_record
    if record and not job_is_altered(facts):
        yield Claim(record.media.artifact, keys.job(facts.job), MEDIA_MISSING)
        for file in record.files:
            yield Claim(file.artifact, keys.job(facts.job))
    found = {one.digest: one for one in unaltered(facts)}.values()
    for one in found:
        for artifact, is_delivered in _results(facts, one.content) if one.content else ():
            yield Claim(artifact, one.key, is_delivered=is_delivered)
    for one in found:
        for log in one.content.logs if one.content else ():
            yield Claim(log.artifact, one.key, LOG_MISSING, LOG_ALTERED, LOG_ALTERED)


def _results(facts: JobFacts, manifest: Manifest) -> Iterator[tuple[Artifact, bool]]:
    """Each with whether people asked for it."""
    record = facts.job_record
    wanted = {(it.stage, it.output) for it in record.deliverables} if record else set()
    for output in manifest.outputs:
        yield output.artifact, (manifest.stage, output.role) in wanted
    for intermediate in manifest.intermediates:
        if intermediate.retained:
            yield intermediate.artifact, False
