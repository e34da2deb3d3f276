"""Does every input come from where its manifest says, and every reused result from its original?"""

from __future__ import annotations

from collections.abc import Iterator

from services.runtime.manifest import SCHEMA, InputRecord, Manifest, OutputRecord, Status

from ..evidence import Evidence
from ..facts import FoundManifest, JobFacts
from ..findings import (
    INPUT_DANGLING,
    INPUT_DIFFERENT,
    INPUT_FOREIGN,
    INPUT_UNEXPLAINED,
    MANIFEST_INVALID,
    ORIGINAL_ALTERED,
    ORIGINAL_DIFFERENT,
    ORIGINAL_ERASED,
    ORIGINAL_MISSING,
    ROLE_UNKNOWN,
    Finding,
)
from .records import job_is_altered, unaltered, unreadable


def dangling(facts: JobFacts) -> frozenset[str]:
    """Digests of manifests that inputs name and neither the job nor its seal has."""
    named = (consumed.origin for found in unaltered(facts) if found.content for consumed in found.content.inputs)
    wanted = {origin.manifest for origin in named if origin}
    return frozenset(wanted - facts.by_digest.keys() - set(facts.sealed.values()))


def check_inputs(facts: JobFacts, evidence: Evidence) -> Iterator[Finding]:
    """Joins every input with the output that it names."""
    for found in {found.digest: found for found in unaltered(facts)}.values():
        for consumed in found.content.inputs if found.content else ():
            if consumed.origin is None:
                yield from _check_external(facts, found, consumed)
            else:
                yield from _check_origin(facts, found, consumed, evidence)


def check_reused(facts: JobFacts, evidence: Evidence) -> Iterator[Finding]:
    """Is the original of every REUSED manifest there, unaltered, and did it give the same outputs?"""
    for found in {found.digest: found for found in unaltered(facts)}.values():
        if found.content and found.content.status is Status.REUSED and found.key not in evidence.circles:
            yield from _check_original(facts, found, found.content, evidence)


def _check_external(facts: JobFacts, found: FoundManifest, consumed: InputRecord) -> Iterator[Finding]:
    record = facts.job_record
    if record and not job_is_altered(facts) and consumed.artifact.digest not in record.from_outside:
        problem = f"input {consumed.role!r} names no origin and did not come with the job's film"
        yield INPUT_UNEXPLAINED.broken(found.key, problem)


def _check_origin(
    facts: JobFacts, found: FoundManifest, consumed: InputRecord, evidence: Evidence
) -> Iterator[Finding]:
    origin = consumed.origin
    assert origin is not None
    what = f"input {consumed.role!r} names {origin.role!r} of manifest {origin.manifest[:12]}"
    producer = facts.by_digest.get(origin.manifest)
    if producer is None:
        yield from _check_absent(facts, found, consumed, evidence)
        return
    if producer.content is None:
        return  # MANIFEST_INVALID tells it
    output = facts.produced(origin, consumed.artifact)
    if output is None:
        yield ROLE_UNKNOWN.broken(found.key, f"{what}, which has no output of that role")
    elif output.artifact.digest != consumed.artifact.digest:
        yield INPUT_DIFFERENT.broken(found.key, f"{what}, which wrote {output.artifact.digest[:12]} there")


def _check_absent(
    facts: JobFacts, found: FoundManifest, consumed: InputRecord, evidence: Evidence
) -> Iterator[Finding]:
    """The manifest may be that of another job, whose file must then have come with the film, by the job's record."""
    assert consumed.origin is not None
    digest, record = consumed.origin.manifest, facts.job_record
    what = f"input {consumed.role!r} names manifest {digest[:12]}"
    if digest in facts.sealed.values():
        return  # the seal tells what became of it
    if digest not in evidence.elsewhere:
        yield INPUT_DANGLING.broken(found.key, f"{what}, and no job has such a manifest")
    elif record is None or consumed.artifact.digest not in record.from_outside:
        problem = f"{what}, which is {evidence.elsewhere[digest]}, and the job's record does not name that file"
        yield INPUT_FOREIGN.broken(found.key, problem)


def _check_original(facts: JobFacts, found: FoundManifest, manifest: Manifest, evidence: Evidence) -> Iterator[Finding]:
    reused = manifest.reused
    original = facts.originals.get(reused.uri) if reused else None
    if reused and original is None and evidence.erased.get(reused.uri) == reused.digest:
        yield ORIGINAL_ERASED.broken(found.key, f"it reuses {reused.uri}, which was erased with its job")
    elif reused is None or original is None:
        named = reused.uri if reused and reused.uri else "no manifest"
        yield ORIGINAL_MISSING.broken(found.key, f"it reuses {named}, which is not there")
    elif original.digest != reused.digest:
        yield ORIGINAL_ALTERED.broken(original.key, f"it is not the manifest that {found.key} reused")
    elif original.content is None:
        yield unreadable(original, MANIFEST_INVALID, SCHEMA)
    elif not _same_results(manifest, original.content):
        yield ORIGINAL_DIFFERENT.broken(found.key, f"its action or outputs are not those of {original.key}")


def _same_results(manifest: Manifest, original: Manifest) -> bool:
    return manifest.action_key == original.action_key and _results(manifest.outputs) == _results(original.outputs)


def _results(outputs: tuple[OutputRecord, ...]) -> list[tuple[str, str, str]]:
    return [(output.role, output.file_name, output.artifact.digest) for output in outputs]
