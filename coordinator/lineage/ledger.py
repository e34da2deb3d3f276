"""What a verification of many jobs keeps on disk: its memory does not grow with them, and it can be gone on with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from services.runtime.errors import InvalidRequest

from .blobs import Facts
from .checks.blobs import BlobFact

_TABLES = """
begin;
create table if not exists about (name text primary key, value text not null) without rowid;
create table if not exists reports (job text primary key, report text not null) without rowid;
create table if not exists files (place text primary key, size integer, digest text) without rowid;
create table if not exists actions (key text primary key, outputs text not null, manifest text not null) without rowid;
create table if not exists manifests (digest text primary key, key text not null) without rowid;
commit;
"""
_SCHEMA = "cuegraph.verification/1"


class Ledger:
    """A database of one verification: a file that outlives it, or without a path one that goes with it."""

    def __init__(self, path: Path | None, about: Mapping[str, str]) -> None:
        """Raises InvalidRequest if the file is of a verification that was asked for in other words, or is none."""
        self._path = path
        try:
            self._data = sqlite3.connect(str(path or ""))  # without a name: a file that nobody sees
            self._require_own()
            self._data.execute(f"pragma journal_mode = {'wal' if path else 'off'}")
            self._data.executescript(_TABLES)
            self._require_same({"schema": _SCHEMA, **about})
        except sqlite3.Error as error:
            raise InvalidRequest(f"{path} cannot hold a verification: {error}; name a file that is new") from error

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._data.close()

    def about(self, name: str) -> str:
        """What it was asked for; empty if nothing was said."""
        row = self._data.execute("select value from about where name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def keep(self, job: str, report: str) -> None:
        """Keeps the report on a job, which need not be verified again then."""
        self._data.execute("insert or replace into reports values (?, ?)", (job, report))
        self._data.commit()

    def reports(self) -> Iterator[str]:
        """All reports in order of job."""
        return (row[0] for row in self._data.execute("select report from reports order by job"))

    @property
    def last_job(self) -> str:
        """The last job that was reported on; empty before the first."""
        return str(self._data.execute("select coalesce(max(job), '') from reports").fetchone()[0])

    def seen(self, places: Sequence[str]) -> Facts:
        """What was read of files before."""
        found = ((place, self._row("files", "place", place)) for place in places)
        return {place: _fact(row[1], row[2]) for place, row in found if row}

    def keep_seen(self, facts: Facts) -> None:
        rows = [(place, *((fact.size_bytes, fact.digest) if fact else (None, None))) for place, fact in facts.items()]
        self._data.executemany("insert or replace into files values (?, ?, ?)", rows)
        self._data.commit()

    def other_of(self, action_key: str, outputs: str, manifest: str) -> str | None:
        """The key of the first manifest of that action, if its outputs differ. Keeps this one if there was none."""
        self._data.execute("insert or ignore into actions values (?, ?, ?)", (action_key, outputs, manifest))
        _, first, other = self._row("actions", "key", action_key) or ("", outputs, "")
        return other if first != outputs and other != manifest else None

    def where(self, digests: Iterable[str], manifests: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Keys of manifests by digest, of those that are there. `manifests` are all of the store, which are gone
        through the first time that this is asked: only where something is wrong."""
        if not self.about("manifests"):
            self._data.executemany("insert or ignore into manifests values (?, ?)", manifests)
            self._data.execute("insert into about values ('manifests', 'known')")
            self._data.commit()
        rows = (self._row("manifests", "digest", digest) for digest in digests)
        return {row[0]: row[1] for row in rows if row}

    def _row(self, table: str, column: str, value: str) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = self._data.execute(
            f"select * from {table} where {column} = ?",  # noqa: S608  names of this module
            (value,),
        ).fetchone()
        return found

    def _require_own(self) -> None:
        """Before anything is written: the file may be the database of somebody else."""
        tables = {row[0] for row in self._data.execute("select name from sqlite_master where type = 'table'")}
        if tables and not tables >= {"about", "reports", "files", "actions"}:
            raise InvalidRequest(f"{self._path} is a database of something else; name a file that is new")

    def _require_same(self, about: Mapping[str, str]) -> None:
        for name, value in about.items():
            self._data.execute("insert or ignore into about values (?, ?)", (name, value))
            kept = self.about(name)
            if kept != value:
                raise InvalidRequest(
                    f"{self._path} is of a verification with {name} {kept}, not {value}; "
                    "repeat the command as it was, or name a file that is new"
                )
        self._data.commit()


def _fact(size: object, digest: object) -> BlobFact | None:
    return BlobFact(int(str(size)), str(digest)) if size is not None else None
