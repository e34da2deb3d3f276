"""What verification may find: every code with its severity and its remedy. docs/lineage.md lists them all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error means that the lineage does not hold; a warning, that a person should know."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the records say."""

    code: str
    severity: Severity
    location: str
    """Key of the object that is at fault."""
    message: str
    """What is wrong, then what to do."""


@dataclass(frozen=True)
class Rule:
    """One promise that a job's files keep, and what to do where one is broken."""

    code: str
    severity: Severity
    remedy: str

    def broken(self, location: str, problem: str) -> Finding:
        return Finding(self.code, self.severity, location, f"{problem}; {self.remedy}")


RULES: dict[str, Rule] = {}


def _error(code: str, remedy: str) -> Rule:
    return RULES.setdefault(code, Rule(code, Severity.ERROR, remedy))


def _warning(code: str, remedy: str) -> Rule:
    return RULES.setdefault(code, Rule(code, Severity.WARNING, remedy))


_RESTORE = "restore it from a backup of the store, or run the job again as a new one"
_REPLACE = "restore the blob from a backup, or delete it and run the job again as a new one"
_DISTRUST = "trust nothing that was made from it: run the job again as a new one"

JOB_MISSING = _error("JOB_MISSING", _RESTORE)
JOB_INVALID = _error("JOB_INVALID", "read it with the version of Cuegraph that wrote it, or restore it from a backup")
JOB_ALTERED = _error("JOB_ALTERED", _DISTRUST)
JOB_MISPLACED = _error("JOB_MISPLACED", "move it back to the job that it names, or delete the copy")
MEDIA_MISSING = _error("MEDIA_MISSING", "put the film back into the store: run the job's film again with the same file")
TOMBSTONE_INVALID = _error("TOMBSTONE_INVALID", "find out who wrote it, and restore the job from a backup")
ERASURE_INCOMPLETE = _error("ERASURE_INCOMPLETE", "finish it: cuegraph jobs erase JOB --apply")

SEAL_MISSING = _error("SEAL_MISSING", "resume the job so that it is sealed; if it had a seal, restore it from a backup")
SEAL_INVALID = _error("SEAL_INVALID", "read it with the version of Cuegraph that wrote it, or restore it from a backup")
SEAL_ALTERED = _error("SEAL_ALTERED", "restore the seal from a backup: the manifests contradict it among themselves")
SEAL_MISPLACED = _error("SEAL_MISPLACED", "move it back to the job that it names, or delete the copy")
SEAL_INCOMPLETE = _error("SEAL_INCOMPLETE", "find out who wrote the commit after the job had ended, and remove it")
ROUND_UNSEALED = _warning("ROUND_UNSEALED", "retry the job, which seals the round; if it had a seal, restore that")
EVIDENCE_MISSING = _error("EVIDENCE_MISSING", _RESTORE)
EVIDENCE_ALTERED = _error("EVIDENCE_ALTERED", _RESTORE)
SIGNATURE_MISSING = _error("SIGNATURE_MISSING", "ask whoever ran the job for a signed seal, or run it with a key")
SIGNATURE_INVALID = _error("SIGNATURE_INVALID", "restore what was signed from a backup, or trust nothing of it")
SIGNATURE_REVOKED = _error(
    "SIGNATURE_REVOKED", "compare it with a copy from before the key was lost, or run the job anew"
)
SIGNATURE_RETIRED = _error("SIGNATURE_RETIRED", "find out who had the key still, or correct when it was retired")
SIGNATURE_UNKNOWN = _warning(
    "SIGNATURE_UNKNOWN", "get the public key from one you trust, and give it: cuegraph keys trust"
)
ANCHOR_MISSING = _warning("ANCHOR_MISSING", "put the seal into the list: cuegraph lineage anchor")
ANCHOR_BROKEN = _error("ANCHOR_BROKEN", "find out who changed it, and restore it from the second store or a backup")
ATTEMPT_AFTER_SEAL = _warning(
    "ATTEMPT_AFTER_SEAL", "do nothing: a worker that was thought dead ended late, and only commits count"
)

MANIFEST_INVALID = _error("MANIFEST_INVALID", "read it with the version of Cuegraph that wrote it, or restore it")
SCHEMA_UNKNOWN = _error("SCHEMA_UNKNOWN", "read it with a version of Cuegraph that knows this schema")
MANIFEST_ALTERED = _error("MANIFEST_ALTERED", _DISTRUST)
MANIFEST_MISSING = _error("MANIFEST_MISSING", _RESTORE)
MANIFEST_MISPLACED = _error("MANIFEST_MISPLACED", "move it back to the step that it names, or delete the copy")

COMMIT_FORGED = _error("COMMIT_FORGED", "delete the commit and resume the job: the step runs again")
COMMIT_NOT_DONE = _error("COMMIT_NOT_DONE", "delete the commit and resume the job: the step runs again")
ACTION_FORGED = _error("ACTION_FORGED", _DISTRUST)
SUCCESS_WITH_ERRORS = _error("SUCCESS_WITH_ERRORS", _DISTRUST)
SUCCESS_WITHOUT_OUTPUTS = _error("SUCCESS_WITHOUT_OUTPUTS", _DISTRUST)
OUTCOME_INVALID = _error("OUTCOME_INVALID", _RESTORE)
STEP_UNFINISHED = _error("STEP_UNFINISHED", "resume the job")
STEP_MISSING = _error(
    "STEP_MISSING", "resume the job; if it had succeeded, restore the step from a backup of the store"
)
STEP_GIVEN_UP = _warning("STEP_GIVEN_UP", "retry the job, or take what was made for as much as it is")
STEP_UNPLANNED = _error("STEP_UNPLANNED", "find out what wrote it; the job's record does not ask for it")
OUTPUT_ORPHANED = _error("OUTPUT_ORPHANED", _DISTRUST)
STRANGER = _warning("STRANGER", "remove it: nothing of Cuegraph writes there")
ATTEMPT_UNFINISHED = _warning(
    "ATTEMPT_UNFINISHED", "do nothing if the step has a commit: the attempt was killed, or a frozen one may still end"
)

ATTEMPT_CHAIN_BROKEN = _error(
    "ATTEMPT_CHAIN_BROKEN", "restore the attempt from a backup, or find out who removed or forged it"
)
TIMES_DISORDERED = _error(
    "TIMES_DISORDERED", "find out which clock was wrong; if none was, run the job again as a new one"
)
CYCLE = _error("CYCLE", _DISTRUST)
MODEL_FLOATING = _error("MODEL_FLOATING", "pin the model in the catalog, and run the job again as a new one")
CODE_DIRTY = _warning("CODE_DIRTY", "commit the change before a run that must be repeatable")
DIVERGENCE = _warning(
    "DIVERGENCE", "find out what else differed, such as host or libraries, and trust neither till then"
)

INPUT_DANGLING = _error("INPUT_DANGLING", "restore the manifest that it names, or run the job again as a new one")
INPUT_FOREIGN = _error(
    "INPUT_FOREIGN", "run the job again as a new one, with that file as one that comes with its film"
)
INPUT_UNEXPLAINED = _error("INPUT_UNEXPLAINED", _DISTRUST)
INPUT_DIFFERENT = _error("INPUT_DIFFERENT", _DISTRUST)
ROLE_UNKNOWN = _error("ROLE_UNKNOWN", _DISTRUST)
ORIGINAL_MISSING = _error("ORIGINAL_MISSING", "restore the original manifest, or run the job again as a new one")
ORIGINAL_ERASED = _warning("ORIGINAL_ERASED", "do nothing: the tombstone of its job has the digest that was reused")
ORIGINAL_ALTERED = _error("ORIGINAL_ALTERED", "run the job again as a new one")
ORIGINAL_DIFFERENT = _error("ORIGINAL_DIFFERENT", "run the job again as a new one")

BLOB_MISSING = _error("BLOB_MISSING", "restore the blob from a backup, or run the job again as a new one")
BLOB_SIZE_WRONG = _error("BLOB_SIZE_WRONG", _REPLACE)
BLOB_ALTERED = _error("BLOB_ALTERED", _REPLACE)
BLOB_ELSEWHERE = _error("BLOB_ELSEWHERE", _DISTRUST)
LOG_MISSING = _error("LOG_MISSING", "restore the blob from a backup; the results do not depend on it")
LOG_ALTERED = _error("LOG_ALTERED", "restore the blob from a backup; the results do not depend on it")

DOCUMENT_INVALID = _error("DOCUMENT_INVALID", "read it with the version of Cuegraph that wrote it")
ELEMENT_BROKEN = _error("ELEMENT_BROKEN", "report the stage that wrote it: its elements name what is not there")
