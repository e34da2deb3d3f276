"""Does every input come from where its manifest says, and every reused result from its original?"""

from __future__ import annotations

from collections.abc import Iterator

from services.runtime.manifest import InputRecord, Manifest, OutputRecord, Status

from ..facts import FoundManifest, JobFacts
from ..findings import (
    INPUT_DANGLING,
    INPUT_DIFFERENT,
    INPUT_UNEXPLAINED,
    MANIFEST_INVALID,
    ORIGINAL_ALTERED,
    ORIGINAL_DIFFERENT,
    ORIGINAL_MISSING,
    ROLE_UNKNOWN,
    Finding,
)
from .records import job_is_altered, unaltered


def check_inputs(facts: JobFacts) -> Iterator[Finding]:
    """Joins every input with the output that it names."""
    for found in {found.digest: found for found in unaltered(facts)}.values():
        for consumed in found.content.inputs if found.content else ():
            if consumed.origin is None:
                yield from _check_external(facts, found, consumed)
            else:
                yield from _check_origin(facts, found, consumed)


def check_reused(facts: JobFacts) -> Iterator[Finding]:
    """Is the original of every REUSED manifest there, unaltered, and did it give the same outputs?"""
    for found in {found.digest: found for found in unaltered(facts)}.values():
        if found.content and found.content.status is Status.REUSED:
            yield from _check_original(facts, found, found.content)


def _check_external(facts: JobFacts, found: FoundManifest, consumed: InputRecord) -> Iterator[Finding]:
    record = facts.job_record
    if record and not job_is_altered(facts) and consumed.artifact.digest not in record.from_outside:
        problem = f"input {consumed.role!r} names no origin and did not come with the job's film"
        yield INPUT_UNEXPLAINED.broken(found.key, problem)


def _check_origin(facts: JobFacts, found: FoundManifest, consumed: InputRecord) -> Iterator[Finding]:
    origin = consumed.origin
    assert origin is not None
    what = f"input {consumed.role!r} names {origin.role!r} of manifest {origin.manifest[:12]}"
    producer = facts.by_digest.get(origin.manifest)
    if producer is None:
        if origin.manifest not in facts.sealed.values():  # else the seal tells what became of it
            yield INPUT_DANGLING.broken(found.key, f"{what}, and this job has no such manifest")
        return
    if producer.content is None:
        return  # MANIFEST_INVALID tells it
    output = facts.produced(origin, consumed.artifact)
    if output is None:
        yield ROLE_UNKNOWN.broken(found.key, f"{what}, which has no output of that role")
    elif output.artifact.digest != consumed.artifact.digest:
        yield INPUT_DIFFERENT.broken(found.key, f"{what}, which wrote {output.artifact.digest[:12]} there")


def _check_original(facts: JobFacts, found: FoundManifest, manifest: Manifest) -> Iterator[Finding]:
    reused = manifest.reused
    original = facts.originals.get(reused.uri) if reused else None
    if reused is None or original is None:
        named = reused.uri if reused and reused.uri else "no manifest"
        yield ORIGINAL_MISSING.broken(found.key, f"it reuses {named}, which is not there")
    elif original.digest != reused.digest:
        yield ORIGINAL_ALTERED.broken(original.key, f"it is not the manifest that {found.key} reused")
    elif original.content is None:
        yield MANIFEST_INVALID.broken(original.key, original.problem)
    elif not _same_results(manifest, original.content):
        yield ORIGINAL_DIFFERENT.broken(found.key, f"its action or outputs are not those of {original.key}")


def _same_results(manifest: Manifest, original: Manifest) -> bool:
    return manifest.action_key == original.action_key and _results(manifest.outputs) == _results(original.outputs)


def _results(outputs: tuple[OutputRecord, ...]) -> list[tuple[str, str, str]]:
    return [(output.role, output.file_name, output.artifact.digest) for output in outputs]
