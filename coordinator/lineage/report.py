"""The verdict of a verification on one job, as text and as JSON."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import TypeAdapter

from .findings import Finding, Severity
from .seals.standing import Standing


@dataclass(frozen=True)
class Report:
    """The verdict on one job."""

    job: str
    findings: tuple[Finding, ...]
    manifest_count: int
    blob_count: int
    """Files that the job's records speak of."""
    is_sealed: bool
    """Without a seal nobody can tell that a manifest was altered together with everything that names it."""
    standing: Standing = field(default_factory=Standing)
    """What the seal is worth."""
    outcome: str = ""
    """How the job ended; empty while it has not, or where that cannot be told."""
    depth: str = "full"
    """`quick`, `sample` or `full`: whether files were asked for their sizes, or read, some of them or all."""
    seed: int | None = None
    """What a sample was drawn by: it draws the same again."""
    read_count: int = 0
    """Files that were read whole."""
    read_bytes: int = 0
    total_bytes: int = 0
    """Of all files that are there."""
    erased: str = ""
    """Of a job that was erased what its tombstone says; empty of all others."""
    not_shown: tuple[str, ...] = ()
    """What the place that was verified cannot show, and this says nothing about."""

    @property
    def ok(self) -> bool:
        """Whether the lineage holds: warnings do not count."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}

    def to_text(self) -> str:
        """One line for the verdict, one for what cannot be shown, and two for each finding."""
        if self.erased and self.ok:
            return f"{self.job}: {self.erased}"
        verdict = "the lineage holds" if self.ok else "the lineage does NOT hold"
        ended = f"ended as {self.outcome}, " if self.outcome in ("FAILED", "CANCELLED") else ""
        sealed = "sealed" if self.is_sealed else "not sealed"
        scope = f"{ended}{self.manifest_count} manifests, {self.blob_count} files, {sealed}"
        lines = [f"{self.job}: {verdict} ({scope}, {self._read()})"]
        lines += [f"  {self.standing.to_text()}"]
        lines += [f"  not shown here: {', '.join(self.not_shown)}"] if self.not_shown else []
        for finding in self.findings:
            lines += [f"  {finding.severity} {finding.code} {finding.location}", f"    {finding.message}"]
        return "\n".join(lines)

    def _read(self) -> str:
        if self.depth == "quick":
            return "no file read"
        seed = f", seed {self.seed}" if self.seed is not None else ""
        return f"read {self.read_bytes:,} of {self.total_bytes:,} bytes{seed}"


@dataclass
class Summary:
    """What became of many jobs, counted as their reports go by."""

    jobs: int = 0
    held: int = 0
    read_bytes: int = 0
    total_bytes: int = 0

    def add(self, report: Report) -> None:
        self.jobs += 1
        self.held += report.ok
        self.read_bytes += report.read_bytes
        self.total_bytes += report.total_bytes

    @property
    def ok(self) -> bool:
        return self.held == self.jobs

    def to_text(self) -> str:
        read = f"read {self.read_bytes:,} of {self.total_bytes:,} bytes, a file once for each job that speaks of it"
        return f"{self.held:,} of {self.jobs:,} jobs hold ({read})"


def summed(reports: Iterable[Report]) -> Summary:
    """The summary of these reports."""
    summary = Summary()
    for report in reports:
        summary.add(report)
    return summary


def to_line(report: Report) -> str:
    """The report on one line, from which `from_line` makes it again."""
    return json.dumps(asdict(report), ensure_ascii=False)


def from_line(line: str) -> Report:
    return _adapter().validate_json(line)


@functools.cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)
