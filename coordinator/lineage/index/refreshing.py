"""Brings the index up to date with the store, which is read only where something may have changed."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from services.runtime.errors import ObjectNotFound
from services.runtime.store.base import Store

from ..layout import JOBS
from ..reading import READERS
from . import rows
from .gathering import Gathered, Standing, gather, keys_of, last_round, read_term_document, stamp, term_documents
from .schema import INDEXES

_ON_THIS_MACHINE = ("file:", "memory:")
_BATCH = 256
"""Jobs that are held at once and written together: memory must not grow with the store."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """What the index has of a job that may go on."""

    standing: Standing
    round: int
    keys: str


def refresh(db: sqlite3.Connection, store: Store, *, thoroughly: bool = False) -> None:
    """Adds jobs that are new or went on, and takes out those that are gone.

    A job that is over without success is looked at again once a further round is asked for, or `thoroughly`. Call it
    while no other process writes.
    """
    names, indexed, open_ones = set(store.folders(JOBS)), _indexed(db), _unsettled(db)
    due = sorted((names - indexed) | (names & open_ones.keys()))
    with _transaction(db):
        for name in indexed - names:
            rows.remove_job(db, name)
    with ThreadPoolExecutor(READERS) as pool:
        # Threads hide the distance to a store; beside one on this machine they only wait for each other.
        spread = map if store.url.startswith(_ON_THIS_MACHINE) else pool.map
        for batch in _batches(due, _BATCH):
            looks = spread(lambda name: _look(store, name, open_ones.get(name), thoroughly=thoroughly), batch)
            _take(db, store, filter(None, looks))
    for statement in INDEXES:
        db.execute(statement)
    if len(due) > _BATCH:
        db.execute("PRAGMA optimize")
        _log.info("the index has %d jobs of %s, %d of which were looked at now", len(names), store.url, len(due))


@dataclass(frozen=True)
class _Seen:
    """A job that has to be written anew, or taken out."""

    name: str
    gathered: Gathered | None
    is_known: bool
    """Whether the index has it."""


def _indexed(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM jobs")}


def _unsettled(db: sqlite3.Connection) -> Mapping[str, _Known]:
    """The jobs of the index that may go on."""
    found = db.execute("SELECT name, state, round, keys FROM jobs WHERE state <> ?", (Standing.SETTLED.value,))
    return {name: _Known(Standing(state), number, keys) for name, state, number, keys in found}


def _look(store: Store, name: str, known: _Known | None, *, thoroughly: bool) -> _Seen | None:
    """None for a job that is as the index has it."""
    if known and known.standing is Standing.OVER and not thoroughly and last_round(store, name) == known.round:
        return None
    listed = keys_of(store, name)
    if known and known.keys == stamp(listed):
        return None
    try:
        return _Seen(name, gather(store, name, listed), known is not None)
    except ObjectNotFound:
        return _Seen(name, None, known is not None)  # it was erased between the listing and the look


def _take(db: sqlite3.Connection, store: Store, seen: Iterable[_Seen]) -> None:
    """Writes a batch at once: a process that is killed leaves whole jobs."""
    with _transaction(db):
        added = rows.Rows(db)
        for one in seen:
            if one.is_known:
                rows.remove_job(db, one.name)
            if one.gathered is not None:
                added.add_job(one.gathered)
                _take_terms(added, store, one.gathered)
        added.write()


def _take_terms(added: rows.Rows, store: Store, gathered: Gathered) -> None:
    for artifact, kind in term_documents(gathered):
        if added.has_document(artifact.digest):
            continue
        document = read_term_document(store, artifact, kind)
        if document is not None:
            added.add_document(artifact.digest, document)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
