"""What an export is made from: a job as it was read, the store that holds its files, and who signs."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.store.base import Store

from ..facts import JobFacts
from ..reading import read_job
from .vouching import NOBODY, Vouching


@dataclass(frozen=True)
class Material:
    """The bucket alone, and keys: no clock, no network, no machine. The same bucket and keys give the same bytes."""

    facts: JobFacts
    store: Store
    vouching: Vouching = NOBODY

    @classmethod
    def of(cls, store: Store, job: str, vouching: Vouching = NOBODY) -> Material:
        """Raises ObjectNotFound if the store has nothing of that job, StoreUnavailable if it does not answer."""
        return cls(read_job(store, job), store, vouching)
