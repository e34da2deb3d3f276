"""Erases jobs: deletes all that a job wrote or was about, unless other jobs name it, and leaves a signed tombstone.

The records go as well as the files: titles, names of files and what was said stand in the record, the seal, settings,
logs and messages. Killed at any point, the same command goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from services.runtime.errors import AlreadyExists, InvalidSetting, WrongJobState
from services.runtime.manifest import now
from services.runtime.signing import Signer
from services.runtime.store import keys
from services.runtime.store.base import Store

from .. import heartbeat
from ..jobs import Jobs, JobState
from .collector import leads, read_answers, read_records, readers, sized
from .marking import digest_of, named_in
from .records import Quarantine
from .sweeping import Broom, end_abandoned, put_in_quarantine
from .tombstone import Erased, TombstoneRecord, read_tombstone, write_tombstone


@dataclass(frozen=True)
class Asked:
    """Who wants it, and why."""

    by: str
    reason: str


@dataclass(frozen=True)
class Erasure:
    """What goes with a job."""

    job: str
    outcome: JobState
    records: tuple[Erased, ...]
    """The job's own: all below its folder but the tombstone."""
    blobs: tuple[Erased, ...]
    """Its files that nobody else names."""
    kept: Mapping[str, str]
    """Its files that stay, by key, each with who else names it."""
    leading: tuple[str, ...]
    """Keys of cache entries and requests that lead to it."""

    @property
    def size_bytes(self) -> int:
        return sum(it.size_bytes for it in (*self.records, *self.blobs))

    def to_json(self) -> dict[str, Any]:
        return {
            "job": self.job,
            "records": [it.key for it in self.records],
            "blobs": [it.key for it in self.blobs],
            "kept": dict(self.kept),
            "leading": self.leading,
            "bytes": self.size_bytes,
        }

    def to_text(self, *, is_applied: bool) -> str:
        """One line for what goes, and one for each file that stays."""
        did = "erased" if is_applied else "would erase"
        lines = [
            f"{self.job}: {did} {len(self.records):,} records and {len(self.blobs):,} files, {self.size_bytes:,} bytes"
        ]
        return "\n".join([*lines, *(f"  stays: {key}, which {by} names too" for key, by in self.kept.items())])


def foresee(jobs: Jobs, names: Sequence[str]) -> list[Erasure]:
    """What would go with these jobs, if they were erased together. Nothing is written.

    Raises UnknownName for a job that is not there, WrongJobState for one that is not over.
    """
    states = {name: _require_over(jobs, name) for name in names}
    return _erasures(jobs.store, states, {name: _files_of(jobs.store, name) for name in names})


def erase(jobs: Jobs, names: Sequence[str], asked: Asked) -> list[Erasure]:
    """Erases these jobs. What is named by others stays.

    Raises what `foresee` does, InvalidSetting without a key to sign with, WrongJobState while garbage is collected.
    """
    store, signers = jobs.store, _signers(jobs)
    states = {name: _require_over(jobs, name) for name in names}
    files = {name: _files_of(store, name) for name in names}
    listed = dict.fromkeys(sorted(set().union(*files.values())), 0)
    end_abandoned(store)
    # Nobody may come to rely on these from now on without looking: only then it is asked who names them.
    broom = Broom.take(store, put_in_quarantine(store, Quarantine(now(), f"erased with {', '.join(names)}", listed)))
    erasures = _erasures(store, states, files)
    for erasure in erasures:
        with suppress(AlreadyExists):  # it was begun before
            write_tombstone(store, _tombstone(erasure, asked), signers)
    for erasure in erasures:
        for it in _in_order(erasure):
            broom.delete(it)
    broom.end({key for erasure in erasures for key in erasure.kept})
    return erasures


def jobs_of_film(jobs: Jobs, name: str) -> list[str]:
    """All jobs of the same film as this one, which comes first. Raises UnknownName, InvalidDocument."""
    if jobs.is_erased(name):
        return [name]
    film = jobs.get(name).media.artifact.digest.encode()
    others = (other for other in jobs.names() if other != name)
    return [name, *(other for other in others if _is_about(jobs.store, other, film))]


def _is_about(store: Store, job: str, film: bytes) -> bool:
    """Whether the job's record names the film: one that cannot be read may."""
    key = keys.job(job)
    return store.size(key) is not None and film in set(named_in(store.get(key)))


def _require_over(jobs: Jobs, name: str) -> JobState:
    """How the job ended."""
    tombstone = read_tombstone(jobs.store, name)
    if tombstone is not None:
        return JobState(tombstone.record.outcome)
    state = jobs.state(jobs.get(name).job)
    if not state.is_final or heartbeat.is_alive(jobs.store, name):
        raise WrongJobState(f"job {name} is {state} and cannot be erased; cancel it first: cuegraph jobs cancel {name}")
    return state


def _signers(jobs: Jobs) -> tuple[Signer, ...]:
    signers = jobs.notary.signers()
    if not signers:
        raise InvalidSetting("a tombstone must be signed, and there is no key: name one with CUEGRAPH_SIGNING_KEY")
    return signers


def _files_of(store: Store, job: str) -> set[str]:
    """Keys of the files that the job names, whether or not they are there."""
    with readers() as pool:
        digests = {digest.decode() for data in read_records(store, [job], pool) for digest in named_in(data)}
    tombstone = read_tombstone(store, job)
    begun = tombstone.record.digests if tombstone else {}
    return {keys.blob(digest) for digest in digests} | {key for key in begun if key.startswith(keys.BLOBS)}


def _erasures(store: Store, states: Mapping[str, JobState], files: Mapping[str, set[str]]) -> list[Erasure]:
    others = _named_by_others(store, list(states), set().union(*files.values()))
    return [_erasure(store, name, states[name], of_job, others) for name, of_job in files.items()]


def _named_by_others(store: Store, names: Sequence[str], files: set[str]) -> dict[str, str]:
    """Those of the files that others name, each with the first who does."""
    wanted = {digest_of(key): key for key in files}
    found: dict[str, str] = {}
    with readers() as pool:
        for other in (name for name in store.folders("jobs/") if name not in names):
            found |= _named(read_records(store, [other], pool), wanted, f"job {other}", found)
        return found | _named(read_answers(store, pool), wanted, "an answer of a service outside", found)


def _named(records: Iterable[bytes], wanted: Mapping[bytes, str], by: str, found: Mapping[str, str]) -> dict[str, str]:
    named = {wanted[digest] for data in records for digest in named_in(data) if digest in wanted}
    return dict.fromkeys(sorted(named - found.keys()), by)


def _erasure(store: Store, job: str, outcome: JobState, files: set[str], others: Mapping[str, str]) -> Erasure:
    there = sized(store, files)
    with readers() as pool:
        ways = (*leads(store, "cache/", pool), *leads(store, "requests/", pool))
    return Erasure(
        job,
        outcome,
        records=tuple(_records(store, job)),
        blobs=tuple(Erased(key, key[-64:], size) for key, size in there.items() if key not in others),
        kept={key: others[key] for key in there if key in others},
        leading=tuple(key for key, leads_to in ways if leads_to == job),
    )


def _records(store: Store, job: str) -> Iterator[Erased]:
    for key in store.list(f"jobs/{job}/"):
        found = store.digest(key) if key != keys.erased(job) else None
        if found is not None:
            yield Erased(key, found[1], found[0])


def _tombstone(erasure: Erasure, asked: Asked) -> TombstoneRecord:
    digests = {it.key: it.digest for it in erasure.records}
    rounds = sorted(key for key in digests if key.endswith("/seal.json"))
    seal = keys.seal(erasure.job) if keys.seal(erasure.job) in digests else rounds[-1] if rounds else ""
    return TombstoneRecord(
        job=erasure.job,
        time=now(),
        by=asked.by,
        reason=asked.reason,
        outcome=erasure.outcome,
        seal=digests.get(seal, ""),
        erased=(*sorted(erasure.records), *sorted(erasure.blobs)),
        kept=tuple(sorted(erasure.kept)),
    )


def _in_order(erasure: Erasure) -> Iterator[str]:
    """What leads there, then the record, so that nobody begins anything; then all else."""
    yield from erasure.leading
    yield from sorted((it.key for it in erasure.records), key=lambda key: key != keys.job(erasure.job))
    yield from (it.key for it in erasure.blobs)
