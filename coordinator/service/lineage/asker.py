"""One call's view of the coordinator: the store, read for as long as the call lasts, and the caller's own jobs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from services.runtime.node import Node
from services.runtime.store.base import Store

from ...access.callers import CALLER
from ...app import App
from ...lineage.comparing.paces import Run
from ...lineage.comparing.searching import runs_over
from ...lineage.exports.material import Material
from ...lineage.exports.vouching import Vouching
from ...lineage.facts import JobFacts
from ...lineage.index.index import Index, open_index
from ...lineage.reading import read_job
from ...lineage.seals.facts import Trust
from ...records import JobRecord
from ..own_jobs import own_job


@dataclass(frozen=True)
class Asker:
    """Who asks, by `CALLER`, is told of the jobs of its own tenant alone."""

    app: App
    store: Store

    def record(self, name: str) -> JobRecord:
        """Raises InvalidRequest for what is no name of a job, UnknownName if there is no such job for the caller."""
        return self.app.jobs.get(own_job(self.app.jobs, name))

    def job(self, name: str) -> str:
        """`film` of `jobs/film`. Raises what `record` raises; so does whatever else takes a name."""
        return self.record(name).job

    def known(self, name: str) -> str:
        """Likewise, also of a job that was erased."""
        return self.app.jobs.known(own_job(self.app.jobs, name))

    def facts(self, name: str) -> JobFacts:
        return read_job(self.store, self.job(name))

    def may_know(self, record: JobRecord) -> bool:
        return CALLER.get().sees(record.tenant)

    def index(self) -> AbstractContextManager[Index]:
        """The index as if there were no jobs but the caller's."""
        caller = CALLER.get()
        return open_index(self.app.process, self.store, "" if caller.sees_all else caller.tenant)

    def runs(self, stages: Iterable[str]) -> list[Run]:
        """Earlier runs of stages, by name."""
        with self.index() as index:
            return list(runs_over(index, stages))

    def trust(self, *, is_required: bool) -> Trust:
        """The keys that the coordinator trusts. Raises InvalidSetting for one that is none."""
        return replace(self.app.trust, is_required=is_required)

    def material(self, name: str) -> Material:
        """A job to export; what is signed is signed with the coordinator's keys."""
        process = self.app.process
        vouching = Vouching(process.keyring.signers, lambda: self.app.trust, process.credential)
        return Material.of(self.store, self.job(name), vouching)

    @property
    def node(self) -> Node:
        return replace(self.app.node, store=self.store)
