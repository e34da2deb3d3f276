"""The index of one store: opened, brought up to date, asked about many jobs, closed.

    with open_index(process, store) as index:
        steps = index.with_model("whisper-tiny-en")
        files = index.deliverables_made_from(step.manifest for step in steps)

Whatever it says can be read from the bucket again: delete the file, and it is built anew when it is next opened.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from services.runtime.artifact import digest_bytes
from services.runtime.settings import ProcessSettings
from services.runtime.store import keys
from services.runtime.store.base import Store

from . import queries
from .database import Database, is_broken, reported
from .entries import Given, IndexedFile, IndexedJob, IndexedModel, IndexedStep, StepBrief, TermUse
from .refreshing import refresh

T = TypeVar("T")


class Index:
    """Safe to use from many threads, and beside other processes with the same file.

    Every method raises StoreError if the store does not answer, OutNotWritable if the index cannot be kept.
    """

    def __init__(self, store: Store, path: Path | None, tenant: str = "") -> None:
        """Without a path the index lives in memory. With a tenant it answers as if no other had any jobs."""
        self._store, self._path, self._tenant = store, path, tenant
        self._lock = threading.RLock()
        self._database = Database(path)
        self._seen: set[str] = set()

    def refresh(self, *, thoroughly: bool = False) -> None:
        """Brings it up to date with the store. `thoroughly` also notices what a worker that was thought dead wrote for
        a job that was over."""
        self._do(lambda: self._refresh(thoroughly=thoroughly))

    def jobs(self) -> list[IndexedJob]:
        """Every job, in order of name."""
        found = self._ask(queries.jobs)
        there = self._there(job.name for job in found)
        return [job for job in found if job.name in there]

    def steps(self, job: str = "", stage: str = "") -> list[IndexedStep]:
        """Every committed step, of one job or of one stage if it is named, in order of job and step."""
        return self._steps(lambda db: queries.steps(db, job, stage))

    def models_of(self, manifests: Iterable[str]) -> dict[str, list[IndexedModel]]:
        """The models that manifests name, by digest of the manifest; one without models is left out."""
        listed = list(manifests)
        return self._ask(lambda db: queries.models_of(db, listed))

    def models_named(self, name: str) -> list[IndexedModel]:
        """The models that a name, a `name@revision` or the beginning of a digest means."""
        return self._ask(lambda db: queries.models_named(db, name, self._tenant))

    def with_model(self, name: str) -> list[IndexedStep]:
        """The committed steps that had a model, named as in `models_named`."""
        return self._steps(lambda db: queries.with_models(db, queries.models_named(db, name)))

    def taking(self, digest: str) -> list[IndexedStep]:
        """The committed steps that took the file with that digest, wherever it came from."""
        return self._steps(lambda db: queries.taking(db, digest))

    def having_term(self, term: str) -> list[IndexedStep]:
        """The committed steps that took a glossary which has the term, in whatever case and under whatever alias."""
        return self._steps(lambda db: queries.having_term(db, term))

    def uses_of_term(self, term: str) -> list[TermUse]:
        """The committed steps in which the term reached a model or the result, as they report themselves."""
        found = self._ask(lambda db: queries.uses_of_term(db, term))
        there = self._there(use.step.job for use in found)
        return [use for use in found if use.step.job in there]

    def made_from(self, manifests: Iterable[str]) -> list[IndexedStep]:
        """The committed steps with these manifests and all that were made out of their outputs, however far on and in
        whatever job."""
        listed = list(manifests)
        return self._steps(lambda db: queries.made_from(db, listed))

    def briefly_made_from(self, manifests: Iterable[str]) -> list[StepBrief]:
        """Of `made_from` what fits into a second when all of the index is asked for."""
        listed = list(manifests)
        found = self._ask(lambda db: queries.briefly_made_from(db, listed))
        there = self._there(step.job for step in found)
        return [step for step in found if step.job in there]

    def deliverables_made_from(self, manifests: Iterable[str]) -> list[IndexedFile]:
        """The files that people got of those steps."""
        listed = list(manifests)
        return self._files(lambda db: queries.deliverables_made_from(db, listed))

    def deliverables_of_each(self, manifests: Iterable[str]) -> dict[str, list[IndexedFile]]:
        """Likewise, apart for each of the manifests."""
        listed = list(manifests)
        found = self._ask(lambda db: queries.deliverables_of_each(db, listed))
        there = self._there(file.step.job for files in found.values() for file in files)
        return {start: [file for file in files if file.step.job in there] for start, files in found.items()}

    def behind(self, manifests: Iterable[str]) -> list[IndexedStep]:
        """The steps with these manifests and all that their outputs were made out of, in order of time."""
        listed = list(manifests)
        return self._steps(lambda db: queries.behind(db, listed))

    def makers(self, digest: str) -> list[IndexedFile]:
        """Every attempt that wrote a file with that digest."""
        return self._files(lambda db: queries.makers(db, digest))

    def manifests(self, digest: str) -> list[IndexedStep]:
        """The attempts whose manifest has that digest."""
        return self._steps(lambda db: queries.manifests(db, digest))

    def film(self, job: str) -> Given:
        """What a job of the index is about."""
        return self._ask(lambda db: queries.film(db, job))

    def given(self, digest: str) -> list[Given]:
        """The jobs with which a file with that digest came from outside."""
        found = self._ask(lambda db: queries.given(db, digest))
        there = self._there(it.job for it in found)
        return [it for it in found if it.job in there]

    def given_as(self, name: str, file_name: str) -> list[Given]:
        """The files of that name that came with jobs for that purpose, e.g. `job_glossary`."""
        found = self._ask(lambda db: queries.given_as(db, name, file_name))
        there = self._there(it.job for it in found)
        return [it for it in found if it.job in there]

    def records(self, digest: str) -> list[tuple[IndexedJob, str]]:
        """The jobs of which `job.json` or `seal.json` has that digest, each with that name."""
        found = self._ask(lambda db: queries.records(db, digest))
        there = self._there(job.name for job, _ in found)
        return [(job, name) for job, name in found if job.name in there]

    def digests(self, prefix: str) -> list[str]:
        """The digests of files and manifests that begin so, at most ten."""
        return self._ask(lambda db: queries.digests(db, prefix, self._tenant))

    def close(self) -> None:
        self._database.close()

    def _steps(self, question: Callable[[sqlite3.Connection], list[IndexedStep]]) -> list[IndexedStep]:
        found = self._ask(question)
        there = self._there(step.job for step in found)
        return [step for step in found if step.job in there]

    def _files(self, question: Callable[[sqlite3.Connection], list[IndexedFile]]) -> list[IndexedFile]:
        found = self._ask(question)
        there = self._there(file.step.job for file in found)
        return [file for file in found if file.step.job in there]

    def _there(self, jobs: Iterable[str]) -> set[str]:
        """Those of the jobs that were not erased: an empty folder may be left, which is still listed."""
        asked = self._own(jobs)
        self._seen |= {job for job in asked - self._seen if self._store.size(keys.job(job)) is not None}
        return asked & self._seen

    def _own(self, jobs: Iterable[str]) -> set[str]:
        """Those of the jobs that the index answers about."""
        asked = set(jobs)
        return self._ask(lambda db: queries.of_tenant(db, asked, self._tenant)) if self._tenant else asked

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        return self._do(lambda: question(self._database.connection))

    def _refresh(self, *, thoroughly: bool = False) -> None:
        self._seen.clear()
        with self._database.writing():
            refresh(self._database.connection, self._store, thoroughly=thoroughly)

    def _do(self, work: Callable[[], T]) -> T:
        """Once more, with an index that is built anew, should this one turn out to be broken."""
        with self._lock:
            try:
                return work()
            except sqlite3.DatabaseError as error:
                if not is_broken(error):
                    raise reported(self._path, error) from error
                self._database.replace(error)
            self._refresh()
            return work()


@contextmanager
def open_index(process: ProcessSettings, store: Store, tenant: str = "") -> Iterator[Index]:
    """The index of a store as it stands now, in the folder that the process was given for it; with a tenant, of that
    one's jobs alone."""
    index = Index(store, index_path(process, store), tenant)
    try:
        index.refresh()
        yield index
    finally:
        index.close()


def index_path(process: ProcessSettings, store: Store) -> Path | None:
    """One file for each store; None for a store that is in memory itself."""
    if store.url.startswith("memory:"):
        return None
    return process.index / f"{digest_bytes(store.url.encode())[:16]}.sqlite"
