"""Seals a round of a job: lists all that it wrote, signs the list, and puts it at the end of the list of seals."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from services.runtime import signing
from services.runtime.artifact import digest_bytes
from services.runtime.errors import AlreadyExists, InvalidDocument
from services.runtime.manifest import now
from services.runtime.store import keys
from services.runtime.store.base import Store

from ..jobs import JobState
from ..records import JobRecord
from . import chain
from .collecting import collect
from .notary import Notary
from .record import PAYLOAD_TYPE, read_seal


def seal_round(store: Store, job: JobRecord, number: int, state: JobState, notary: Notary) -> None:
    """Seals a round that ended so, and anchors the seal. Of several who do it one counts; what was interrupted is gone
    on with. Raises InvalidDocument for a manifest that is none, InvalidSetting for a key that cannot be used."""
    key = keys.round_seal(job.job, number, is_last=state is JobState.SUCCEEDED)
    if store.size(key) is None:
        record = collect(store, job, number, state, now())
        with suppress(AlreadyExists):
            store.create(key, signing.sign(record.to_json(), PAYLOAD_TYPE, notary.signers()))
    anchor(store, job.job, key, notary, now())


def anchor(store: Store, job_id: str, key: str, notary: Notary, time: datetime) -> None:
    """Puts a seal into the list of seals, unless it is there: its entry lies beside it too, so that a folder of the job
    has it. A seal of version 1 is not anchored: nobody vouched for it at its time. Raises InvalidDocument."""
    if store.size(keys.anchor_beside(key)) is not None:
        return
    data = store.get(key)
    if read_seal(data).envelope is None:
        raise InvalidDocument(f"{key} is a seal of the first version, which cannot be anchored; run the job anew")
    anchored = chain.AnchoredSeal(job_id, key, digest_bytes(data))
    sequence, entry = chain.append(store, [anchored], notary.signers(), time)
    with suppress(AlreadyExists):
        store.create(keys.anchor_beside(key), entry)
    if (second := notary.second_store()) is not None:
        chain.copy_to(second, store, sequence)


def anchor_job(store: Store, job_id: str, notary: Notary) -> list[str]:
    """Anchors the seals of a job that are not, and returns their keys. One of version 1 is left alone."""
    listed = set(store.list(f"jobs/{job_id}/"))
    found = sorted(key for key in listed if key.endswith("/seal.json") and keys.anchor_beside(key) not in listed)
    missing = [key for key in found if read_seal(store.get(key)).envelope is not None]
    for key in missing:
        anchor(store, job_id, key, notary, now())
    return missing
