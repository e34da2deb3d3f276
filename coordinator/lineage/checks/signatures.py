"""Who signed what, and is it in the list of seals?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from services.runtime.signing import Verdict

from ..evidence import Evidence
from ..facts import JobFacts
from ..findings import (
    ANCHOR_BROKEN,
    ANCHOR_MISSING,
    SIGNATURE_INVALID,
    SIGNATURE_MISSING,
    SIGNATURE_RETIRED,
    SIGNATURE_REVOKED,
    SIGNATURE_UNKNOWN,
    Finding,
    Rule,
    Severity,
)
from ..seals.facts import SealFacts, SignatureFacts, SignedManifest, Trust

_GRAVEST_FIRST: Mapping[Verdict, tuple[Rule, str]] = {
    Verdict.WRONG: (SIGNATURE_INVALID, "it was changed since {} signed it, or that signature was forged"),
    Verdict.REVOKED: (SIGNATURE_REVOKED, "it is signed by {}, a key that was revoked"),
    Verdict.RETIRED: (SIGNATURE_RETIRED, "it is dated after {} had been retired, the key that signed it"),
    Verdict.UNKNOWN: (SIGNATURE_UNKNOWN, "it is signed by {}, a key that is not trusted here"),
}


def check_signatures(facts: JobFacts, evidence: Evidence) -> Iterator[Finding]:
    """Is every seal, entry and manifest that somebody signed signed by one who is trusted, and every seal anchored?"""
    for seal in evidence.seals.found if evidence.seals.is_judged else ():
        if seal.is_at_its_place(facts.job):  # else check_seal tells why it is none
            yield from _check_seal(seal, evidence.seals.trust)
    digests = {found.key: found.digest for found in facts.manifests}
    for signed in evidence.seals.manifests:
        is_as_sealed = facts.sealed.get(signed.manifest, digests.get(signed.manifest)) == digests.get(signed.manifest)
        if is_as_sealed:
            yield from _check_manifest(signed, digests.get(signed.manifest, ""), evidence.seals.trust)


def _check_seal(seal: SealFacts, trust: Trust) -> Iterator[Finding]:
    yield from check_signature(seal.signature, trust)
    if not seal.signature.is_forged:
        yield from _check_anchor(seal, trust)


def _check_anchor(seal: SealFacts, trust: Trust) -> Iterator[Finding]:
    anchor = seal.anchor
    if seal.anchor_signature.is_forged:
        yield from check_signature(seal.anchor_signature, trust)
    elif anchor.broken:
        yield ANCHOR_BROKEN.broken(anchor.key, anchor.broken)
    elif anchor.missing and not seal.is_of_version_1:
        yield ANCHOR_MISSING.broken(anchor.key, anchor.missing)
    elif seal.anchor_signature.verdicts.keys() != seal.signature.verdicts.keys():
        yield from check_signature(seal.anchor_signature, trust)  # by others than the seal, of which it is told already


def _check_manifest(signed: SignedManifest, digest: str, trust: Trust) -> Iterator[Finding]:
    if signed.problem:
        yield SIGNATURE_INVALID.broken(signed.signature.key, signed.problem)
    elif signed.digest != digest:
        yield SIGNATURE_INVALID.broken(signed.signature.key, f"it signs other bytes than those of {signed.manifest}")
    else:
        yield from check_signature(signed.signature, trust)


def check_signature(signature: SignatureFacts, trust: Trust) -> Iterator[Finding]:
    """The gravest that there is to say; nothing if one who is trusted signed it and nobody forged it."""
    verdicts = signature.verdicts
    if not verdicts and trust.is_required:
        yield SIGNATURE_MISSING.broken(signature.key, "nobody signed it")
    if signature.signed_by and not signature.is_forged:
        return
    for verdict, (rule, problem) in _GRAVEST_FIRST.items():
        key_ids = [key_id for key_id, found in verdicts.items() if found is verdict]
        if key_ids:
            finding = rule.broken(signature.key, problem.format(", ".join(key_ids)))
            yield replace(finding, severity=Severity.ERROR) if trust.is_required else finding
            return
