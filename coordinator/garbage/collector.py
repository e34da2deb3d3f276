"""Collects garbage: what nobody names is put in quarantine, and deleted if after a while still nobody names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.runtime.errors import ObjectNotFound
from services.runtime.manifest import now
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.sweeps import Standing, standings

from .marking import is_root, job_named, unnamed
from .records import Quarantine
from .sweeping import Broom, put_in_quarantine

WAIT = timedelta(days=7)
"""How long garbage stays in quarantine: longer than a film may wait in the store for somebody to ask for its job."""
_READERS = 8
_NOBODY = "nobody named it"


@dataclass(frozen=True)
class Held:
    """One quarantine that is not over."""

    standing: Standing
    list: Quarantine

    @property
    def key(self) -> str:
        return keys.quarantine(self.standing.sequence)

    def is_due(self, wait: timedelta, time: datetime) -> bool:
        """Whether it may be swept. A sweep that was begun is finished in any case."""
        return self.standing.is_open or time - self.list.time >= wait


@dataclass(frozen=True)
class Collection:
    """What one run of the collector found, and did if it was to."""

    found: dict[str, int]
    """Bytes of each object that nobody names and that is in no quarantine, by key."""
    held: tuple[Held, ...]
    """What is in quarantine and stays there for now."""
    due: tuple[Held, ...]
    """What has been in quarantine for long enough."""
    deleted: dict[str, int]
    """Bytes of each object of these that goes, or went, by key: still nobody names it."""
    is_applied: bool
    quarantine: str = ""
    """Key of the list that `found` was written to; empty for none."""

    def to_json(self) -> dict[str, Any]:
        return {
            "applied": self.is_applied,
            "deleted": self.deleted,
            "deleted_bytes": sum(self.deleted.values()),
            "found": self.found,
            "found_bytes": sum(self.found.values()),
            "quarantine": self.quarantine,
            "held": {it.key: {"time": it.list.time.isoformat(), "bytes": it.list.size_bytes} for it in self.held},
        }

    def to_text(self) -> str:
        """One line for what goes, one for what is found, one for each quarantine that waits."""
        goes, found = ("deleted", "put in quarantine") if self.is_applied else ("would delete", "would quarantine")
        lines = [f"{goes} {_amount(self.deleted)} of {len(self.due)} quarantines"]
        lines += [f"{found} {_amount(self.found)} that nobody names"]
        lines += [f"in quarantine since {it.list.time:%Y-%m-%d %H:%M}: {_amount(it.list.sizes)}" for it in self.held]
        return "\n".join(lines if self.is_applied else [*lines, "nothing was changed: say --apply to do it"])


def look(store: Store, wait: timedelta = WAIT) -> Collection:
    """What `collect` would do. Nothing is written."""
    held = _held(store)
    due = tuple(it for it in held if it.is_due(wait, now()))
    left = _garbage(store)
    return Collection(_new(store, left, held), _waiting(held, due), due, _of(due, left), is_applied=False)


def collect(store: Store, wait: timedelta = WAIT) -> Collection:
    """Sweeps what has been in quarantine for so long, and puts in quarantine what nobody names now.

    It can be killed at any point: the next call goes on. Raises WrongJobState if another process is at it.
    """
    held = _held(store)
    due = tuple(it for it in held if it.is_due(wait, now()))
    brooms = [Broom.take(store, it.standing) for it in due]  # announced before anything is read: see decision 0021
    left = _garbage(store)
    for it, broom in zip(due, brooms, strict=True):
        sweep(broom, it.list.sizes, left)
    found = _new(store, left, held)
    quarantine = put_in_quarantine(store, Quarantine(now(), _NOBODY, found)) if found else None
    key = keys.quarantine(quarantine.sequence) if quarantine else ""
    return Collection(found, _waiting(held, due), due, _of(due, left), is_applied=True, quarantine=key)


def sweep(broom: Broom, listed: Iterable[str], garbage: set[str]) -> None:
    """Deletes what is on the list and is garbage, and ends the sweep."""
    wanted = sorted(listed)
    for key in wanted:
        if key in garbage:
            broom.delete(key)
    broom.end([key for key in wanted if key not in garbage])


def read_records(store: Store, jobs: Iterable[str], pool: ThreadPoolExecutor) -> Iterator[bytes]:
    """What the jobs wrote that may name blobs, job by job: memory does not grow with their number."""
    for job in jobs:
        listed = filter(is_root, store.list(f"jobs/{job}/"))
        yield from pool.map(partial(_read, store), listed)


def read_answers(store: Store, pool: ThreadPoolExecutor) -> Iterator[bytes]:
    """What services outside said, and where it is kept."""
    return iter(pool.map(partial(_read, store), filter(is_root, store.list("answers/"))))


def leads(store: Store, prefix: str, pool: ThreadPoolExecutor) -> Iterator[tuple[str, str]]:
    """Cache entries or requests, each with the job that it leads to; empty if it says none."""
    listed = list(store.list(prefix))
    return zip(listed, map(job_named, pool.map(partial(_read, store), listed)), strict=True)


def sized(store: Store, wanted: Iterable[str]) -> dict[str, int]:
    """Bytes of each object that is there, by key."""
    with ThreadPoolExecutor(_READERS) as pool:
        listed = sorted(wanted)
        sizes = zip(listed, pool.map(store.size, listed), strict=True)
        return {key: size for key, size in sizes if size is not None}


def readers() -> ThreadPoolExecutor:
    """Threads that read: a store behind a network answers each in milliseconds, and there is much to read."""
    return ThreadPoolExecutor(_READERS)


def _garbage(store: Store) -> set[str]:
    """All that nobody names now: blobs, and what leads nowhere."""
    with readers() as pool:
        blobs = list(store.list(keys.BLOBS))
        jobs = list(store.folders("jobs/"))
        records = (data for part in (read_records(store, jobs, pool), read_answers(store, pool)) for data in part)
        left = unnamed(blobs, records)
        return left | _stale(store, jobs, pool)


def _stale(store: Store, jobs: Iterable[str], pool: ThreadPoolExecutor) -> set[str]:
    """Cache entries that lead to jobs that are not there, and requests that lead to jobs that were erased.

    A request comes before its job: that there is none yet says nothing.
    """
    listed = list(jobs)
    sizes = pool.map(store.size, map(keys.job, listed))
    living = {job for job, size in zip(listed, sizes, strict=True) if size is not None}
    erased = {job for job in listed if job not in living and store.size(keys.erased(job)) is not None}
    stale = {key for key, job in leads(store, "cache/", pool) if job not in living}
    return stale | {key for key, job in leads(store, "requests/", pool) if job in erased}


def _held(store: Store) -> tuple[Held, ...]:
    found = (it for it in standings(store.list(keys.GARBAGE)) if not it.is_done)
    return tuple(Held(it, Quarantine.from_json(store.get(keys.quarantine(it.sequence)))) for it in found)


def _waiting(held: Iterable[Held], due: Iterable[Held]) -> tuple[Held, ...]:
    swept = {it.key for it in due}
    return tuple(it for it in held if it.key not in swept)


def _new(store: Store, garbage: set[str], held: Iterable[Held]) -> dict[str, int]:
    known = {key for it in held for key in it.list.sizes}
    return sized(store, garbage - known)


def _of(due: Iterable[Held], garbage: set[str]) -> dict[str, int]:
    return {key: size for it in due for key, size in it.list.sizes.items() if key in garbage}


def _amount(sizes: Mapping[str, int]) -> str:
    return f"{len(sizes):,} objects, {sum(sizes.values()):,} bytes,"


def _read(store: Store, key: str) -> bytes:
    try:
        return store.get(key)
    except ObjectNotFound:
        return b""  # it was deleted since it was listed: heartbeats come and go
