"""The worker: drives the jobs of a store that nobody drives, each when its turn comes, some at once."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter

from services.runtime.errors import Cancelled, CuegraphError, InvalidDocument, StoreError, UnknownName
from services.runtime.manifest import now

from ..engines.engine import Engine
from ..jobs import Jobs, JobState
from ..turns import Claim, Shares, Tenants, at_limit, next_claim
from .broadcasts import Broadcasts

RESCAN_SECONDS = 10.0
"""How often the store is asked for jobs that others left: those of a coordinator that was killed, for one."""

_log = logging.getLogger(__name__)


class Worker:
    """Takes jobs out of the store as slots become free. What it has not ended when it stops stays in the store."""

    def __init__(
        self, jobs: Jobs, engine: Engine, broadcasts: Broadcasts, slots: int, tenants: Tenants | None = None
    ) -> None:
        self._jobs, self._engine, self._broadcasts, self._slots = jobs, engine, broadcasts, slots
        self._limits = tenants.limits if tenants else {}
        self._shares = Shares(tenants.weights if tenants else {})
        self._driven: dict[str, threading.Thread] = {}
        self._unfinished: set[str] = set()
        self._over: set[str] = set()
        self._succeeded: set[str] = set()
        self._given_up: set[str] = set()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Goes on with what is unfinished in the store."""
        self._engine.start()
        self._thread.start()

    def wake(self, job_id: str) -> None:
        """There is a new job, or one to be gone on with."""
        self._given_up.discard(job_id)
        self._over.discard(job_id)
        self._woken.set()

    def stop(self, grace_seconds: float) -> list[str]:
        """Begins nothing more and waits for the jobs under way. Returns the names of those that did not end."""
        deadline = time.monotonic() + grace_seconds
        self._stopping.set()
        self._woken.set()
        self._thread.join(grace_seconds)
        self._engine.stop(max(0.0, deadline - time.monotonic()))
        for thread in list(self._driven.values()):
            thread.join(max(0.0, deadline - time.monotonic()))
        return sorted(self._driven)

    def _work(self) -> None:
        is_woken = False
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self._begin_what_is_due(look_again=not is_woken)
            except StoreError as error:
                _log.warning("cannot look for jobs; trying again in %g s: %s: %s", RESCAN_SECONDS, error.code, error)
            except Exception:  # noqa: BLE001  a worker that ends would leave every later job QUEUED, without a word
                _log.exception("cannot look for jobs; trying again in %g s", RESCAN_SECONDS)
            is_woken = self._woken.wait(RESCAN_SECONDS)

    def _begin_what_is_due(self, *, look_again: bool) -> None:
        """Begins jobs as their turns come, with `look_again` those too that were over and are asked for anew."""
        claims = self._claims(look_again=look_again)
        while not self._stopping.is_set() and len(self._driven) < self._slots:
            held = Counter(self._jobs.rank(name).tenant for name in list(self._driven))
            claim = next_claim(claims.values(), self._shares, now(), at_limit(self._limits, held))
            if claim is None:
                return
            del claims[claim.name]
            if self._state(claim.name) is JobState.QUEUED:  # others may drive it
                self._shares = self._shares.after_turn(claim.rank.tenant)
                self._begin(claim.name)

    def _begin(self, job_id: str) -> None:
        thread = threading.Thread(target=self._drive, args=(job_id,), name=f"drive {job_id}", daemon=True)
        self._driven[job_id] = thread
        thread.start()

    def _claims(self, *, look_again: bool) -> dict[str, Claim]:
        """The jobs that are not over and not driven here, by name."""
        if look_again:
            self._over.clear()
        known = self._succeeded | self._given_up | self._over | self._driven.keys()
        names = [name for name in self._jobs.names() if name not in known and self._is_unfinished(name)]
        return {name: self._claim(name) for name in names}

    def _claim(self, job_id: str) -> Claim:
        rank = self._jobs.rank(job_id)
        return Claim(job_id, rank, rank.created)

    def _is_unfinished(self, job_id: str) -> bool:
        """Remembers what it found: of thousands of jobs few change."""
        if job_id not in self._unfinished and self._state(job_id) in (JobState.QUEUED, JobState.RUNNING):
            self._unfinished.add(job_id)
        return job_id in self._unfinished

    def _state(self, job_id: str) -> JobState | None:
        """None for a job whose state or record cannot be read, which is then left alone. Raises StoreError."""
        try:
            state = self._jobs.state(job_id)
            if state is JobState.SUCCEEDED:
                self._succeeded.add(job_id)  # for good: it need not be asked for again
            elif state.is_final:
                self._over.add(job_id)
            else:
                self._jobs.rank(job_id)
        except UnknownName:
            return None  # its record is yet to be written, or was deleted
        except InvalidDocument as error:
            self._say_why(job_id, error)
            return None
        if state.is_final:
            self._unfinished.discard(job_id)
        return state

    def _drive(self, job_id: str) -> None:
        about = {"job": job_id}
        _log.info("driving job %s", job_id, extra=about)
        try:
            outcome = self._engine.drive(job_id, self._broadcasts.observer(job_id))
            _log.info("job %s: %s", job_id, outcome.state, extra=about)
        except Cancelled as error:
            _log.info("job %s is left to others: %s", job_id, error, extra=about)
        except Exception as error:  # noqa: BLE001  one job must not end the others
            self._say_why(job_id, error)
        finally:
            del self._driven[job_id]
            self._broadcasts.ended(job_id)
            self._woken.set()

    def _say_why(self, job_id: str, error: Exception) -> None:
        """A job that cannot be driven is left alone until somebody asks for it again; a lost store may come back."""
        if isinstance(error, CuegraphError) and error.retryable:
            _log.warning("job %s cannot go on for now: %s: %s", job_id, error.code, error, extra={"job": job_id})
            return
        self._given_up.add(job_id)
        _log.error("job %s cannot be driven: %s", job_id, error, exc_info=error, extra={"job": job_id})
