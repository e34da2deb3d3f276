"""Jobs in the store: what was asked, what became of it, and who is at work. The store is all there is to know.

A job is driven in rounds. The first is asked for by `job.json`, each later one by a retry; each ends with an
outcome, unless whoever drove it was killed. A sealed job has SUCCEEDED and stays so.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from services.documents import codec
from services.documents.quality import Quality
from services.runtime import commits as runtime_commits
from services.runtime.artifact import digest_bytes
from services.runtime.canonical import canonical_json, first_problem
from services.runtime.errors import (
    AlreadyExists,
    CuegraphError,
    InputError,
    InvalidDocument,
    JobErased,
    ObjectNotFound,
    UnknownName,
    WrongJobState,
)
from services.runtime.manifest import Notice, now
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.keys import Step

from . import heartbeat, planner
from .job_names import job_name, require_job_name, require_request_id
from .records import PARTIAL, JobRecord, PlannedStep
from .sealing.notary import NOBODY, Notary
from .turns import Rank


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    ERASED = "ERASED"

    @property
    def is_final(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class Outcome:
    """How a round of driving a job ended."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    state: JobState
    finished: datetime
    errors: tuple[Notice, ...] = ()
    """Why it did not succeed."""
    schema: str = "cuegraph.outcome/1"

    @property
    def is_input_at_fault(self) -> bool:
        """Whether it failed for the request or the film, so that trying again would not help."""
        return any(isinstance(CuegraphError.from_code(e.code, e.message), InputError) for e in self.errors)


class Jobs:
    """The jobs of one store."""

    def __init__(self, store: Store, notary: Notary = NOBODY) -> None:
        self.store, self.notary = store, notary
        # What never changes is not asked for again. All of it comes from the store, after a restart as well.
        self._ranks: dict[str, Rank] = {}
        self._sealed: set[str] = set()

    def create(self, job: JobRecord) -> bool:
        """Writes a new job; False if a job of that name was there before. Raises JobErased if it was erased."""
        self._require_not_erased(job.job)
        try:
            self.store.create(keys.job(job.job), job.to_json())
        except AlreadyExists:
            return False
        return True

    def get(self, job_id: str) -> JobRecord:
        """Raises UnknownName if there is no such job, JobErased if it was erased, InvalidDocument if its record cannot
        be read."""
        require_job_name(job_id)
        try:
            return JobRecord.from_json(self.store.get(keys.job(job_id)))
        except ObjectNotFound:
            self._require_not_erased(job_id)
            raise self.unknown(job_id) from None

    def known(self, job_id: str) -> str:
        """The name of a job that is there or was erased. Raises UnknownName, InvalidDocument."""
        require_job_name(job_id)
        return job_id if self.is_erased(job_id) else self.get(job_id).job

    def is_erased(self, job_id: str) -> bool:
        return self.store.size(keys.erased(job_id)) is not None

    def unknown(self, job_id: str) -> UnknownName:
        """The error for a job that is not there, or of which whoever asks may not know."""
        where = f"there is no job {job_id!r} in {self.store.url}"
        return UnknownName(f"{where}; `cuegraph jobs list` shows those there are")

    def rank(self, job_id: str) -> Rank:
        """What decides when the job's turn comes; it never changes. Raises UnknownName, InvalidDocument."""
        if job_id not in self._ranks:
            self._ranks[job_id] = self.get(job_id).rank
        return self._ranks[job_id]

    def names(self) -> list[str]:
        """The names of all jobs, newest first."""
        return sorted(self.store.folders("jobs/"), reverse=True)

    def name_for(self, request_id: str, request_digest: str, scope: str = "") -> str:
        """The name of the job that a client asks for with that id: the same however often it asks. Ids of one scope
        know nothing of those of another.

        Raises InvalidRequest if the id has another form, AlreadyExists if it was used for another request.
        """
        require_request_id(request_id)
        id_digest = digest_bytes(f"{scope}/{request_id}".encode() if scope else request_id.encode())
        asked = {"job": job_name(now(), id_digest), "request_digest": request_digest}
        try:
            self.store.create(keys.request(id_digest), canonical_json(asked))
        except AlreadyExists:
            asked = json.loads(self.store.get(keys.request(id_digest)))
        if asked["request_digest"] != request_digest:
            raise AlreadyExists(
                f"request id {request_id!r} was used for another request, job {asked['job']}; take a new one"
            )
        return asked["job"]

    def name_for_all(self, request_digest: str) -> str:
        """The name of the job for everyone who asks in the same words until it has ended: it may be there already."""
        twins = [name for name in self.names() if name.endswith(f"-{request_digest[:12]}")]
        unfinished = (name for name in twins if not self.state(name).is_final)
        return next(unfinished, None) or self._agreed_name(request_digest, len(twins))

    def _agreed_name(self, request_digest: str, ended: int) -> str:
        """One name for all who ask at the same moment, after so many jobs that have ended."""
        key = keys.request(digest_bytes(f"{request_digest} after {ended}".encode()))
        with suppress(AlreadyExists):
            self.store.create(key, canonical_json({"job": job_name(now(), request_digest)}))
        name: str = json.loads(self.store.get(key))["job"]
        return name

    def state(self, job_id: str) -> JobState:
        if self._is_sealed(job_id):
            return JobState.SUCCEEDED
        outcome = self.outcome(job_id)
        if outcome is not None:
            return outcome.state
        if self.is_erased(job_id):
            return JobState.ERASED
        return JobState.RUNNING if heartbeat.is_alive(self.store, job_id) else JobState.QUEUED

    def round(self, job_id: str) -> int:
        """The number of the round that was last asked for, from 1."""
        folders = self.store.folders(f"jobs/{job_id}/rounds/")
        asked = [int(name) for name in folders if self._has(job_id, int(name), "requested")]
        return max([1, *asked])

    def outcome(self, job_id: str, number: int | None = None) -> Outcome | None:
        """How a round ended, the last unless it is named; None while it has not. Raises InvalidDocument if that cannot
        be read."""
        key = keys.round_file(job_id, number or self.round(job_id), "outcome")
        try:
            outcome = _outcome_adapter().validate_json(self.store.get(key))
        except ObjectNotFound:
            return None
        except ValidationError as error:
            raise InvalidDocument(f"{key} is no outcome of a job: {first_problem(error)}") from error
        # Of two who drove the job, one may have given up before the other had it done.
        return Outcome(JobState.SUCCEEDED, outcome.finished) if self._is_sealed(job_id) else outcome

    def commits(
        self, job: JobRecord, steps: Iterable[PlannedStep] | None = None
    ) -> dict[PlannedStep, planner.Committed]:
        """What is done of these steps; unless they are named, of the job's plan."""
        asked = job.plan if steps is None else steps
        found = {step: runtime_commits.find(self.store, step.of(job.job)) for step in asked}
        return {step: planner.Committed(*commit) for step, commit in found.items() if commit is not None}

    def partial_steps(self, job: JobRecord) -> list[PlannedStep]:
        """The steps that were begun with what there was, as some of their inputs had failed, the latest last."""
        return [
            step.with_what_there_is(round_number, ())
            for step in job.plan
            if step.partial
            for round_number in self._partial_rounds(step.of(job.job))
        ]

    def _partial_rounds(self, step: Step) -> list[int]:
        shards = self.store.folders(step.shards)
        return sorted(int(shard.removeprefix(PARTIAL)) for shard in shards if shard.startswith(PARTIAL))

    def keep_quality(self, job_id: str, round_number: int, quality: Quality) -> None:
        """Writes how what that round made was judged; the first to say so counts."""
        try:
            self.store.create(keys.round_file(job_id, round_number, "quality"), codec.to_json(quality))
        except AlreadyExists:
            return

    def quality(self, job_id: str) -> Quality | None:
        """How what the last round made was judged; None if nobody did. Raises InvalidDocument if it cannot be read."""
        key = keys.round_file(job_id, self.round(job_id), "quality")
        try:
            return codec.from_json(Quality, self.store.get(key))
        except ObjectNotFound:
            return None
        except codec.DocumentError as error:
            raise InvalidDocument(f"{key} says nothing of the quality of a job: {error}") from error

    def retry(self, job_id: str) -> int:
        """Asks for another round of a job that failed or was cancelled. Returns its number.

        Raises WrongJobState if the job is not over or has succeeded.
        """
        state = self.state(job_id)
        if state not in (JobState.FAILED, JobState.CANCELLED):
            raise WrongJobState(f"job {job_id} is {state}; only a FAILED or CANCELLED job can be retried")
        number = self.round(job_id) + 1
        self._write(job_id, number, "requested", {"time": now().isoformat()})
        return number

    def asked(self, job: JobRecord, round_number: int) -> datetime:
        """When that round of the job was asked for."""
        if round_number == 1:
            return job.create_time
        request = json.loads(self.store.get(keys.round_file(job.job, round_number, "requested")))
        return datetime.fromisoformat(request["time"])

    def cancel(self, job_id: str) -> None:
        """Calls the job off; whoever drives it notices within a second. Raises WrongJobState if it is over."""
        state = self.state(self.get(job_id).job)
        if state.is_final:
            raise WrongJobState(f"job {job_id} is {state} already and cannot be cancelled")
        number = self.round(job_id)
        self._write(job_id, number, "cancel", {"time": now().isoformat()})
        if state is JobState.QUEUED:
            self.end(job_id, number, Outcome(JobState.CANCELLED, now()))

    def is_cancelled(self, job_id: str, round_number: int) -> bool:
        return self._has(job_id, round_number, "cancel")

    def end(self, job_id: str, round_number: int, outcome: Outcome) -> None:
        """Writes how that round ended; the first to say so counts."""
        value = _outcome_adapter().dump_python(outcome, mode="json")
        self._write(job_id, round_number, "outcome", value)

    def is_in(self, job_id: str, state: JobState) -> bool:
        """Whether a job is in that state; one whose state cannot be read is in none."""
        try:
            return self.state(job_id) is state
        except InvalidDocument:
            return False

    def _is_sealed(self, job_id: str) -> bool:
        if job_id not in self._sealed and self.store.size(keys.seal(job_id)) is not None:
            self._sealed.add(job_id)
        return job_id in self._sealed

    def _require_not_erased(self, job_id: str) -> None:
        if self.is_erased(job_id):
            raise JobErased(f"job {job_id} was erased; see its tombstone: cuegraph lineage verify {job_id}")

    def _has(self, job_id: str, number: int, name: str) -> bool:
        return self.store.size(keys.round_file(job_id, number, name)) is not None

    def _write(self, job_id: str, number: int, name: str, value: Any) -> None:
        try:
            self.store.create(keys.round_file(job_id, number, name), canonical_json(value))
        except AlreadyExists:
            return


@functools.cache
def _outcome_adapter() -> TypeAdapter[Outcome]:
    return TypeAdapter(Outcome)
