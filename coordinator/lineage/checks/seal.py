"""Do the job's seals and all that they name say the same?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from services.runtime.store import keys

from ...folder import deliverables
from ...sealing.record import SealRecord
from ...status import delivering
from ..evidence import Evidence
from ..facts import FoundManifest, JobFacts
from ..findings import (
    ATTEMPT_AFTER_SEAL,
    EVIDENCE_ALTERED,
    EVIDENCE_MISSING,
    JOB_ALTERED,
    LOG_ALTERED,
    LOG_MISSING,
    MANIFEST_ALTERED,
    MANIFEST_MISSING,
    ROUND_UNSEALED,
    SEAL_ALTERED,
    SEAL_INCOMPLETE,
    SEAL_INVALID,
    SEAL_MISPLACED,
    SEAL_MISSING,
    Finding,
)
from ..seals.facts import Seals
from .records import job_is_altered, unaltered

_OUTCOME = re.compile(r"jobs/[^/]+/rounds/(?P<round>\d+)/outcome\.json")


def check_seal(facts: JobFacts, evidence: Evidence) -> Iterator[Finding]:
    """Is there a seal once all is done, or a round has ended? Is it readable and at its place, and does all that it
    names agree with it? Of a seal that was changed since it was signed nothing else is told."""
    if facts.seal is None and facts.plan and all(step in facts.commits for step in facts.plan):
        yield SEAL_MISSING.broken(keys.seal(facts.job), "every planned step is committed and the job is not sealed")
    for key in _unsealed_rounds(facts, evidence.seals):
        yield ROUND_UNSEALED.broken(key, "the round is over and has no seal")
    for seal in evidence.seals.found:
        if seal.seal is None:
            yield SEAL_INVALID.broken(seal.key, seal.problem)
        elif not seal.is_at_its_place(facts.job):
            yield SEAL_MISPLACED.broken(seal.key, f"this is the seal of {_of(seal.seal.record)}")
        elif seal is evidence.seals.last and not evidence.seals.is_forged:
            yield from _check_against_last(facts, evidence, seal.seal.record)


def _unsealed_rounds(facts: JobFacts, seals: Seals) -> Iterator[str]:
    """Keys of the outcomes of rounds without a seal. The last one of a job that succeeded is sealed as the job."""
    if not seals.is_judged or (seals.last and seals.last.is_of_version_1):
        return
    ended = sorted((int(match["round"]), match.string) for match in map(_OUTCOME.fullmatch, facts.beside) if match)
    sealed = {seal.round or (seal.seal.record.round if seal.seal else None) for seal in seals.found}
    yield from (key for number, key in ended if number not in sealed)


def _of(record: SealRecord) -> str:
    return f"round {record.round} of job {record.job!r}, which ended {record.outcome}"


def _check_against_last(facts: JobFacts, evidence: Evidence, record: SealRecord) -> Iterator[Finding]:
    if facts.seal:
        yield from _check_manifests(facts)
        yield from _check_deliverables(facts, record)
    else:
        yield from _check_as_of_round(facts, record)
    yield from _check_evidence(evidence.seals.evidence, record)


def _check_manifests(facts: JobFacts) -> Iterator[Finding]:
    present = {found.key: found for found in facts.manifests}
    for key in sorted(facts.sealed.keys() - present.keys()):
        yield MANIFEST_MISSING.broken(key, f"the manifest {facts.sealed[key][:12]} that the seal names is gone")
    for key in sorted(present.keys() - facts.sealed.keys()):
        yield _unsealed(present[key])
    differing = [found for key, found in present.items() if facts.sealed.get(key, found.digest) != found.digest]
    vouched = _vouched(facts) if differing else frozenset()
    for found in differing:
        is_vouched = found.digest in vouched and _is_of_its_step(found)
        yield _disagreement(found, keys.seal(facts.job), is_vouched=is_vouched)


def _check_as_of_round(facts: JobFacts, record: SealRecord) -> Iterator[Finding]:
    """A job that has not succeeded goes on to write: what was there when the round was sealed is there still."""
    if facts.record and facts.record.digest != record.job_digest:
        yield JOB_ALTERED.broken(facts.record.key, "the job's record is not the one that the seal of the round names")
    present = {found.key: found.digest for found in facts.manifests}
    for entry in record.manifests:
        if entry.key not in present:
            yield MANIFEST_MISSING.broken(entry.key, f"the manifest {entry.digest[:12]} that the seal names is gone")
        elif present[entry.key] != entry.digest:
            yield MANIFEST_ALTERED.broken(entry.key, "its bytes are not those that were sealed")


def _check_deliverables(facts: JobFacts, record: SealRecord) -> Iterator[Finding]:
    """Of version 1 there is nothing to compare; names are left alone, as a later version may give others."""
    if record.time is None or facts.job_record is None or job_is_altered(facts):
        return
    sealed = {(file.role, file.digest) for file in record.deliverables}
    commits = [found.content for found in unaltered(facts) if found.content and found.place.is_commit]
    for name, output in deliverables(facts.job_record, delivering(commits)):
        if (output.role, output.artifact.digest) not in sealed:
            yield SEAL_INCOMPLETE.broken(keys.seal(facts.job), f"it does not name {name!r}, which the job delivers")


def _check_evidence(found: Mapping[str, str], record: SealRecord) -> Iterator[Finding]:
    named = {entry.key: entry.digest for entry in record.evidence}
    for key in sorted(named.keys() & found.keys()):
        if not found[key]:
            yield EVIDENCE_MISSING.broken(key, "it was there when the round was sealed, and is gone")
        elif found[key] != named[key]:
            yield EVIDENCE_ALTERED.broken(key, "its bytes are not those that were sealed")
    logs = {log.key: log.digest for log in record.logs}
    for key in sorted(logs.keys() & found.keys()):
        if not found[key]:
            yield LOG_MISSING.broken(key, "the log that the seal names is gone")
        elif found[key] != logs[key]:
            yield LOG_ALTERED.broken(key, "the log does not begin with what was sealed of it")


def _unsealed(found: FoundManifest) -> Finding:
    rule = SEAL_INCOMPLETE if found.place.is_commit else ATTEMPT_AFTER_SEAL
    return rule.broken(found.key, "the seal does not name this manifest")


def _disagreement(found: FoundManifest, seal: str, *, is_vouched: bool) -> Finding:
    """Which of the two was changed: a manifest that others vouch for was not."""
    if is_vouched:
        problem = f"it names another digest for {found.key} than those who read that manifest"
        return SEAL_ALTERED.broken(seal, problem)
    return MANIFEST_ALTERED.broken(found.key, "its bytes are not those that were sealed")


def _is_of_its_step(found: FoundManifest) -> bool:
    """Others may vouch for these bytes and yet not for this place: then they were copied here."""
    return found.content is not None and found.content.step == found.place.step


def _vouched(facts: JobFacts) -> frozenset[str]:
    """Digests that the seal gives to some manifest, or that a later step names as the origin of an input."""
    manifests = (found.content for found in facts.manifests if found.content)
    origins = (one.origin for manifest in manifests for one in manifest.inputs)
    return frozenset(facts.sealed.values()) | {origin.manifest for origin in origins if origin}
