"""VerifyJob and AuditJob: whether a job is what was produced, and whether it wrote down all that it should."""

from __future__ import annotations

import secrets

from cuegraph.v1 import lineage_service_pb2, proof_pb2, step_pb2
from services.runtime.errors import InvalidRequest

from ...audit.material import gather
from ...audit.matrix import audit
from ...lineage.depth import FULL, QUICK, Depth
from ...lineage.findings import Finding, Severity
from ...lineage.report import Report
from ...lineage.verify import verify
from .asker import Asker
from .filling import filled

_SEEDS = 1 << 32
_SEVERITIES = {Severity.ERROR: step_pb2.SEVERITY_ERROR, Severity.WARNING: step_pb2.SEVERITY_WARNING}
_STRENGTHS = {
    "quick": lineage_service_pb2.VERIFICATION_STRENGTH_PRESENCE,
    "sample": lineage_service_pb2.VERIFICATION_STRENGTH_SAMPLE,
    "full": lineage_service_pb2.VERIFICATION_STRENGTH_CONTENT,
}


def verify_job(asker: Asker, message: lineage_service_pb2.VerifyJobRequest) -> lineage_service_pb2.VerifyJobResponse:
    trust = asker.trust(is_required=message.require_signature)
    return report_to_proto(verify(asker.store, asker.known(message.name), _depth(message), trust))


def audit_job(asker: Asker, message: lineage_service_pb2.AuditJobRequest) -> lineage_service_pb2.AuditJobResponse:
    trust = asker.trust(is_required=message.require_signature)
    minimum = message.minimum_percent if message.HasField("minimum_percent") else 100.0
    if not 0 <= minimum <= 100:
        raise InvalidRequest(f"a minimum of {minimum} percent is none; give 0 to 100")
    found = audit(gather(asker.store, asker.job(message.name), trust))
    return filled(lineage_service_pb2.AuditJobResponse, found, ok=found.percent >= minimum)


def report_to_proto(report: Report) -> lineage_service_pb2.VerifyJobResponse:
    gravest_first = sorted(report.findings, key=lambda finding: finding.severity is not Severity.ERROR)
    return lineage_service_pb2.VerifyJobResponse(
        findings=[_finding(finding) for finding in gravest_first],
        strength=_STRENGTHS[report.depth],
        manifest_count=report.manifest_count,
        artifact_count=report.blob_count,
        sealed=report.is_sealed,
        ok=report.ok,
        outcome=report.outcome,
        standing=filled(proof_pb2.SealStanding, report.standing),
        sample_seed=report.seed,
        read_count=report.read_count,
        read_size_bytes=report.read_bytes,
        total_size_bytes=report.total_bytes,
        erased=report.erased,
    )


def _depth(message: lineage_service_pb2.VerifyJobRequest) -> Depth:
    if message.strength == lineage_service_pb2.VERIFICATION_STRENGTH_SAMPLE:
        return _sample(message)
    if message.sample_share or message.HasField("sample_seed"):
        raise InvalidRequest("a share and a seed are for a sample; ask for VERIFICATION_STRENGTH_SAMPLE as well")
    return QUICK if message.strength == lineage_service_pb2.VERIFICATION_STRENGTH_PRESENCE else FULL


def _sample(message: lineage_service_pb2.VerifyJobRequest) -> Depth:
    if not 0 < message.sample_share <= 1:
        raise InvalidRequest(f"{message.sample_share} is no share: give more than 0 and at most 1, as 0.1")
    seed = message.sample_seed if message.HasField("sample_seed") else secrets.randbelow(_SEEDS)
    if seed < 0:
        raise InvalidRequest(f"seed {seed} is negative; give the one of an earlier sample, or none")
    return Depth(message.sample_share, seed)


def _finding(finding: Finding) -> lineage_service_pb2.Finding:
    return lineage_service_pb2.Finding(
        code=finding.code,
        severity=_SEVERITIES[finding.severity],
        subject=finding.location,
        message=finding.message,
    )
