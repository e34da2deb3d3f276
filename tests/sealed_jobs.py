"""Jobs with signed seals, and what can be done to those: each by the code that tells of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from coordinator.jobs import Jobs, JobState, Outcome
from coordinator.lineage.seals.facts import Trust
from coordinator.records import Deliverable
from coordinator.sealing.notary import Notary
from coordinator.sealing.record import read_record
from services.runtime import signing
from services.runtime.manifest import MEDIA_TYPE, Notice
from services.runtime.signing import Signer, TrustedKey, TrustedKeys
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import SEALED, STAGES, START, JobWriter, step_of, write_job, write_seal
from tests.signers import signer_of

SEAL = keys.seal("film")
ANCHOR = keys.anchor_beside(SEAL)
OUTCOME = keys.round_file("film", 1, "outcome")
ROUND_SEAL = keys.round_file("film", 1, "seal")

COORDINATOR, STRANGER, ASR = signer_of("coordinator"), signer_of("stranger"), signer_of("asr")


def notary(*signers: Signer, second: Store | None = None) -> Notary:
    return Notary(lambda: signers, lambda: second)


def public(signer: Signer) -> TrustedKey:
    return TrustedKey.from_pem(signer.public_pem, "key.pem")


TRUST = Trust(TrustedKeys.of(map(public, (COORDINATOR, ASR))))
REQUIRED = replace(TRUST, is_required=True)


@dataclass(frozen=True)
class Tampered:
    """What is done to a signed job, and by whose eyes it is looked at."""

    tamper: Callable[[MemoryStore], None]
    trust: Trust = TRUST


def signed_job(store: Store, *signers: Signer, second: Store | None = None) -> JobWriter:
    """A job of which people get the film; it was retried once, and sealed both times."""
    writer = write_job(store, seal=False)
    record = replace(writer.record(STAGES), deliverables=(Deliverable("mux", "film", ".mkv"),))
    store.put(keys.job("film"), record.to_json())
    failed_round(store, writer, *signers, second=second)
    writer.seal(notary(*signers, second=second), number=2)
    return writer


def failed_round(store: Store, writer: JobWriter, *signers: Signer, second: Store | None = None) -> None:
    """A first round that failed, sealed as the others are."""
    Jobs(store).end("film", 1, Outcome(JobState.FAILED, START, (Notice("TOOL_FAILED", "no", START),)))
    writer.seal(notary(*signers, second=second), JobState.FAILED)
    store.put(keys.round_file("film", 2, "requested"), b"{}\n")


def edited(store: Store, key: str, **changes: object) -> None:
    """Rewrites an envelope's payload as one would who has no key."""
    form = json.loads(store.get(key))
    envelope = signing.read(store.get(key))
    payload = json.loads(envelope.payload) | changes
    unsigned = json.loads(signing.sign(json.dumps(payload).encode(), envelope.payload_type, ()))
    store.put(key, json.dumps(form | {"payload": unsigned["payload"]}).encode())


def unanchored(store: MemoryStore) -> None:
    store.delete(ANCHOR)


def list_rewritten(store: MemoryStore) -> None:
    """One who may write everything takes the first seal out of the list, and has no key to sign what is left."""
    edited(store, keys.anchor(1), seals=[])


def round_unsealed(store: MemoryStore) -> None:
    """As whoever ended the round leaves it when killed before sealing it; then the job went on and succeeded."""
    for key in (ROUND_SEAL, keys.anchor_beside(ROUND_SEAL)):
        store.delete(key)
    record = read_record(store.get(SEAL))
    evidence = tuple(entry for entry in record.evidence if entry.key != ROUND_SEAL)
    write_seal(store, SEAL, replace(record, evidence=evidence), notary(COORDINATOR))


def signed_again_by(*signers: Signer) -> Callable[[MemoryStore], None]:
    def tamper(store: MemoryStore) -> None:
        write_seal(store, SEAL, read_record(store.get(SEAL)), notary(*signers))

    return tamper


def nothing(store: MemoryStore) -> None:
    """The job is left as it is: it is looked at with other eyes."""


RETIRED = Trust(TrustedKeys.of([public(COORDINATOR).marked(SEALED - timedelta(hours=1), None)]))
REVOKED = Trust(TrustedKeys.of([public(COORDINATOR).marked(None, SEALED + timedelta(days=9))]))

CAUSES: dict[str, Tampered] = {
    "SIGNATURE_MISSING": Tampered(signed_again_by(), REQUIRED),
    "SIGNATURE_INVALID": Tampered(lambda store: edited(store, SEAL, outcome="SUCCEEDED", round=1)),
    "SIGNATURE_UNKNOWN": Tampered(signed_again_by(STRANGER)),
    "SIGNATURE_RETIRED": Tampered(nothing, RETIRED),
    "SIGNATURE_REVOKED": Tampered(nothing, REVOKED),
    "ANCHOR_MISSING": Tampered(unanchored),
    "ANCHOR_BROKEN": Tampered(list_rewritten),
    "EVIDENCE_MISSING": Tampered(lambda store: store.delete(OUTCOME)),
    "EVIDENCE_ALTERED": Tampered(lambda store: store.put(OUTCOME, store.get(OUTCOME) + b" ")),
    "ROUND_UNSEALED": Tampered(round_unsealed),
}


def sign_manifest(store: MemoryStore, stage: str, signer: Signer, data: bytes | None = None) -> str:
    """Signs the manifest of a stage's first attempt beside it, or other bytes; returns the signature's key."""
    manifest = step_of(stage).attempt(1, "manifest")
    key = step_of(stage).attempt(1, "manifest.dsse")
    store.put(key, signing.sign(data or store.get(manifest), MEDIA_TYPE, [signer]))
    return key
