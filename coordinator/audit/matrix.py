"""The matrix of an audit: steps by criteria, and the share of what is asked that is there. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.runtime.store.keys import Step

from ..lineage.findings import Finding, Severity
from ..lineage.graph import step_label
from ..lineage.layout import place_of
from .criteria import CRITERIA, faults_of_job
from .material import Material

JOB = "job"
"""The row of what concerns no single step."""
_OF_JOB = ("MANIFEST", "STATUS", "INPUTS", "PIPELINE_LOG")

CRITERION_OF: Mapping[str, str] = {
    **dict.fromkeys(("JOB_MISSING", "JOB_INVALID", "JOB_ALTERED", "JOB_MISPLACED"), "MANIFEST"),
    **dict.fromkeys(("TOMBSTONE_INVALID", "ERASURE_INCOMPLETE"), "MANIFEST"),
    **dict.fromkeys(("SEAL_MISSING", "SEAL_INVALID", "SEAL_ALTERED", "SEAL_MISPLACED", "SEAL_INCOMPLETE"), "MANIFEST"),
    **dict.fromkeys(("EVIDENCE_MISSING", "EVIDENCE_ALTERED", "ANCHOR_BROKEN", "SIGNATURE_MISSING"), "MANIFEST"),
    **dict.fromkeys(("SIGNATURE_INVALID", "SIGNATURE_REVOKED", "SIGNATURE_RETIRED"), "MANIFEST"),
    **dict.fromkeys(("MANIFEST_INVALID", "MANIFEST_ALTERED", "MANIFEST_MISSING", "MANIFEST_MISPLACED"), "MANIFEST"),
    **dict.fromkeys(("SCHEMA_UNKNOWN", "STEP_MISSING", "COMMIT_FORGED", "ACTION_FORGED"), "MANIFEST"),
    **dict.fromkeys(("COMMIT_NOT_DONE", "SUCCESS_WITH_ERRORS", "SUCCESS_WITHOUT_OUTPUTS"), "STATUS"),
    **dict.fromkeys(("OUTCOME_INVALID", "STEP_UNFINISHED", "ATTEMPT_CHAIN_BROKEN", "TIMES_DISORDERED"), "STATUS"),
    **dict.fromkeys(("INPUT_DANGLING", "INPUT_FOREIGN", "INPUT_UNEXPLAINED", "INPUT_DIFFERENT"), "INPUTS"),
    **dict.fromkeys(("ROLE_UNKNOWN", "MEDIA_MISSING"), "INPUTS"),
    **dict.fromkeys(("OUTPUT_ORPHANED", "STEP_UNPLANNED"), "OUTPUTS"),
    **dict.fromkeys(("BLOB_MISSING", "BLOB_SIZE_WRONG", "BLOB_ALTERED"), "OUTPUTS"),
    **dict.fromkeys(("LOG_MISSING", "LOG_ALTERED"), "STAGE_LOG"),
    "BLOB_ELSEWHERE": "PATHS",
    "MODEL_FLOATING": "MODELS",
    **dict.fromkeys(("ORIGINAL_MISSING", "ORIGINAL_ALTERED", "ORIGINAL_DIFFERENT", "CYCLE"), "LINEAGE"),
    **dict.fromkeys(("DOCUMENT_INVALID", "ELEMENT_BROKEN"), "LINEAGE"),
}
"""The criterion that an error of a verification counts against."""
_OF_FILES = ("OUTPUTS", "STAGE_LOG")
"""Of a file that is not as it was it depends on what the file is."""


@dataclass(frozen=True)
class Cell:
    """One criterion for one step."""

    criterion: str
    faults: tuple[str, ...]
    """None if all is there."""

    @property
    def is_met(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class Row:
    """One step, or the job as a whole."""

    name: str
    """E.g. `07_translation pt`."""
    cells: tuple[Cell, ...]
    """Only of the criteria that concern it, in their order."""

    @property
    def percent(self) -> float:
        """Of the criteria that concern it, how many are met."""
        return _percent(self.cells)


@dataclass(frozen=True)
class Audit:
    """What is there of all that a job should have written."""

    job: str
    rows: tuple[Row, ...]

    @property
    def percent(self) -> float:
        return _percent(tuple(cell for row in self.rows for cell in row.cells))

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """Row, criterion and what is missing."""
        for row in self.rows:
            for cell in row.cells:
                yield from ((row.name, cell.criterion, fault) for fault in cell.faults)

    def to_json(self) -> dict[str, Any]:
        return {
            "job": self.job,
            "percent": self.percent,
            "rows": [
                {
                    "name": row.name,
                    "percent": row.percent,
                    "criteria": {cell.criterion: {"met": cell.is_met, "faults": cell.faults} for cell in row.cells},
                }
                for row in self.rows
            ],
        }


def audit(material: Material) -> Audit:
    """The matrix of a job."""
    found = _found(material)
    rows = [_row_of(material, step, found) for step in material.steps]
    return Audit(material.facts.job, (_row_of_job(found), *rows))


def _row_of(material: Material, step: Step, found: Mapping[tuple[str, str], list[str]]) -> Row:
    name = step_label(step)
    cells = []
    for criterion in CRITERIA:
        faults = [*criterion.check(material, step), *found.get((name, criterion.code), ())]
        if faults or criterion.concerns(material, step):
            cells.append(Cell(criterion.code, tuple(faults)))
    return Row(name, tuple(cells))


def _row_of_job(found: Mapping[tuple[str, str], list[str]]) -> Row:
    codes = [it.code for it in CRITERIA if it.code in _OF_JOB or (JOB, it.code) in found]
    return Row(JOB, tuple(Cell(code, tuple(found.get((JOB, code), ()))) for code in codes))


def _found(material: Material) -> Mapping[tuple[str, str], list[str]]:
    """What the verification found and what is missing of the job as a whole, by row and criterion."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in material.report.findings:
        if finding.severity is Severity.ERROR:
            for place in _places(material, finding):
                found[place].append(f"{finding.code}: {finding.message}")
    for code, fault in faults_of_job(material):
        found[JOB, code].append(fault)
    return found


def _places(material: Material, finding: Finding) -> set[tuple[str, str]]:
    """The cells that a finding counts against."""
    criterion = CRITERION_OF[finding.code]
    place = place_of(finding.location)
    if place is not None:
        return {(step_label(place.step), criterion)}
    of_blob = set(_places_of_blob(material, finding.location.rpartition("/")[2]))
    if criterion not in _OF_FILES:
        of_blob = {(row, criterion) for row, _ in of_blob}
    return of_blob or {(JOB, criterion)}


def _places_of_blob(material: Material, digest: str) -> Iterator[tuple[str, str]]:
    """Where a file stands in the matrix: with who wrote it."""
    for step in material.steps:
        for manifest in material.manifests(step):
            for output in manifest.outputs:
                if output.artifact.digest == digest:
                    delivered = material.delivers(step, output.role)
                    yield step_label(step), "DELIVERABLES" if delivered else "OUTPUTS"
            if any(it.artifact.digest == digest for it in manifest.intermediates):
                yield step_label(step), "INTERMEDIATES"
            if any(it.artifact.digest == digest for it in manifest.logs):
                yield step_label(step), "STAGE_LOG"


def _percent(cells: tuple[Cell, ...]) -> float:
    """100 where nothing is asked."""
    return round(100 * sum(cell.is_met for cell in cells) / len(cells), 2) if cells else 100.0
