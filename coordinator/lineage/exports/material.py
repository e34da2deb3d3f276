"""What an export is made from: a job as it was read, and the store that holds its files."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.store.base import Store

from ..facts import JobFacts
from ..reading import read_job


@dataclass(frozen=True)
class Material:
    """The bucket alone: no clock, no network, no machine. The same bucket gives the same bytes."""

    facts: JobFacts
    store: Store

    @classmethod
    def of(cls, store: Store, job: str) -> Material:
        """Raises ObjectNotFound if the store has nothing of that job, StoreUnavailable if it does not answer."""
        return cls(read_job(store, job), store)
