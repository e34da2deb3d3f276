"""Is every planned step finished, by a commit that is genuine and where it belongs?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.runtime.manifest import SCHEMA, Manifest, Status
from services.runtime.store.keys import UNSHARDED, Step

from ...jobs import JobState
from ...records import PARTIAL
from ..evidence import Evidence
from ..facts import FoundManifest, JobFacts
from ..findings import (
    COMMIT_FORGED,
    COMMIT_NOT_DONE,
    MANIFEST_INVALID,
    MANIFEST_MISPLACED,
    OUTCOME_INVALID,
    STEP_GIVEN_UP,
    STEP_MISSING,
    STEP_UNFINISHED,
    STEP_UNPLANNED,
    STRANGER,
    SUCCESS_WITH_ERRORS,
    SUCCESS_WITHOUT_OUTPUTS,
    Finding,
)
from ..layout import JOBS
from .records import job_is_altered, unaltered, unreadable


def check_plan(facts: JobFacts, evidence: Evidence) -> Iterator[Finding]:
    """Did every step of the plan end, and no other begin?"""
    if job_is_altered(facts):
        return
    for step in facts.plan:
        if step not in facts.commits and step.commit not in facts.sealed:
            yield _undone(facts, step, evidence)
    if facts.job_record is not None and facts.job_record.job == facts.job:
        for step in sorted(_steps(facts) - set(facts.plan)):
            if _stands_in(step, facts):
                continue
            yield STEP_UNPLANNED.broken(step.prefix, f"step {step.folder} is not in the job's plan")
    for key in facts.strangers:
        yield STRANGER.broken(key, "no step writes such a file")


def check_outcome(facts: JobFacts, evidence: Evidence) -> Iterator[Finding]:
    """Can it be read how the job ended?"""
    if evidence.outcome_problem:
        yield OUTCOME_INVALID.broken(f"{JOBS}{facts.job}/rounds/", evidence.outcome_problem)


def _undone(facts: JobFacts, step: Step, evidence: Evidence) -> Finding:
    """A job that says that it failed is truthfully unfinished; one that says that it succeeded, or nothing, is not."""
    if evidence.state in (JobState.FAILED, JobState.CANCELLED):
        reasons = f" with {', '.join(evidence.errors)}" if evidence.errors else ""
        problem = f"step {step.folder} has no commit, as the job ended as {evidence.state}{reasons}"
        return STEP_GIVEN_UP.broken(step.commit, problem)
    if step not in _steps(facts):
        return STEP_MISSING.broken(step.commit, f"step {step.folder} is planned and left nothing")
    return STEP_UNFINISHED.broken(step.commit, f"step {step.folder} began and has no commit")


def _stands_in(step: Step, facts: JobFacts) -> bool:
    """Whether it was done with what there was, in place of a planned step some of whose inputs had failed."""
    return step.shard.startswith(PARTIAL) and replace(step, shard=UNSHARDED) in facts.plan


def check_manifests(facts: JobFacts) -> Iterator[Finding]:
    """Is each manifest readable and where it belongs, and each commit one of its step's attempts?"""
    for found in unaltered(facts):
        manifest, repeated = found.content, _repeats_in_commit(facts, found)
        if manifest is None:
            if not repeated:
                yield unreadable(found, MANIFEST_INVALID, SCHEMA)
        elif manifest.step != found.place.step:
            if not repeated:
                yield MANIFEST_MISPLACED.broken(found.key, f"this is the manifest of {_where(manifest)}")
        elif found.place.is_commit:
            yield from _check_commit(facts, found, manifest)
        elif manifest.attempt != found.place.attempt:
            yield MANIFEST_MISPLACED.broken(found.key, f"this is the manifest of {_where(manifest)}")


def _repeats_in_commit(facts: JobFacts, found: FoundManifest) -> bool:
    """Whether the commit has the same bytes: what is wrong with both is told of the commit."""
    commit = facts.commits.get(found.place.step)
    return not found.place.is_commit and commit is not None and commit.digest == found.digest


def _check_commit(facts: JobFacts, commit: FoundManifest, manifest: Manifest) -> Iterator[Finding]:
    attempts = {found.digest for found in facts.attempts.get(commit.place.step, ())}
    if commit.digest not in attempts and commit.digest not in facts.sealed_attempts:
        yield COMMIT_FORGED.broken(commit.key, "no attempt at this step wrote this commit")
    if not manifest.status.is_done:
        yield COMMIT_NOT_DONE.broken(commit.key, f"a {manifest.status} manifest is committed")
    if manifest.status is Status.SUCCEEDED and manifest.errors:
        yield SUCCESS_WITH_ERRORS.broken(commit.key, f"it says SUCCEEDED and has {manifest.errors[0].code}")
    if manifest.status is Status.SUCCEEDED and not manifest.outputs:
        yield SUCCESS_WITHOUT_OUTPUTS.broken(commit.key, "it says SUCCEEDED and wrote nothing")


def _where(manifest: Manifest) -> str:
    return f"attempt {manifest.attempt} at {manifest.step.prefix}"


def _steps(facts: JobFacts) -> set[Step]:
    return {found.place.step for found in facts.manifests} | {place.step for place in facts.began}
