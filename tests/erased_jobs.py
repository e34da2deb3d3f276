"""Jobs that were erased, and what can be done to what is left of them: each by the code that tells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from coordinator.garbage.erasing import Asked, Erasure, erase
from coordinator.garbage.tombstone import PAYLOAD_TYPE, TombstoneRecord, read_tombstone
from coordinator.jobs import Jobs
from coordinator.records import record_json
from services.runtime import commits, signing
from services.runtime.manifest import Status
from services.runtime.signing import Signer
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter, step_of, write_job
from tests.sealed_jobs import COORDINATOR, notary

ASKED = Asked("archivist", "the rights have run out")
TOMBSTONE = keys.erased("film")


@dataclass(frozen=True)
class Tampered:
    """What is done to a store with an erased job, and which job is looked at."""

    tamper: Callable[[MemoryStore], None]
    job: str = "film"


def erased(store: Store, *names: str, signer: Signer = COORDINATOR) -> list[Erasure]:
    return erase(Jobs(store, notary(signer)), names or ("film",), ASKED)


def tombstone_of(store: Store, job: str = "film") -> TombstoneRecord:
    found = read_tombstone(store, job)
    assert found is not None
    return found.record


def signed_anew(store: Store, record: TombstoneRecord, *signers: Signer) -> None:
    store.put(TOMBSTONE, signing.sign(record_json(record), PAYLOAD_TYPE, signers))


def of_another_job(store: MemoryStore) -> None:
    signed_anew(store, replace(tombstone_of(store), job="other"), COORDINATOR)


def record_left(store: MemoryStore) -> None:
    """As a process that is killed leaves it."""
    store.put(keys.round_file("film", 1, "outcome"), b"{}\n")


def reusing_job(store: Store, job: str = "heir") -> JobWriter:
    """A sealed job whose first step takes over that of the job `film`."""
    first = step_of(STAGES[0]).commit
    reused = commits.artifact(first, store.get(first))
    writer = write_job(store, job, changes={STAGES[0]: {"status": Status.REUSED, "reused": reused}}, seal=False)
    writer.seal(notary(COORDINATOR))
    return writer


CAUSES: dict[str, Tampered] = {
    "TOMBSTONE_INVALID": Tampered(of_another_job),
    "ERASURE_INCOMPLETE": Tampered(record_left),
    "ORIGINAL_ERASED": Tampered(lambda store: None, "heir"),
}
