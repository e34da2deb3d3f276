"""The file of an index: opened, replaced when it is broken or of another version, written by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from services.runtime.errors import OutNotWritable

from .schema import TABLES, VERSION

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA}
_UNWRITABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_CACHE_KIB = 64 * 1024
_WAL_PAGES = 16 * 1024
_BUSY_SECONDS = 60.0

_log = logging.getLogger(__name__)


class Database:
    """One connection to the index, used by one thread at a time. Without a path it lives in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        with self._reported():
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            with self.writing():
                self.connection = self._open()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """While no other process writes; whoever waited finds what the other wrote."""
        if self._path is None:
            yield
            return
        with self._path.with_suffix(".lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def replace(self, problem: object) -> None:
        """Begins with an empty index in place of one that cannot be used."""
        with self._reported(), self.writing():
            self.connection.close()
            self._remove(problem)
            self.connection = self._open()

    def close(self) -> None:
        self.connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            db = self._connected()
            if self._version(db) in (0, VERSION):
                return db
            problem = f"it is of version {self._version(db)}, not {VERSION}"
            db.close()
        except sqlite3.DatabaseError as error:
            if not is_broken(error):
                raise
            problem = str(error)
        self._remove(problem)
        return self._connected()

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self._path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
            db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            if self._version(db) == 0:
                db.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _version(self, db: sqlite3.Connection) -> int:
        return int(db.execute("PRAGMA user_version").fetchone()[0])

    def _remove(self, problem: object) -> None:
        _log.warning("the index %s is built anew from the store: %s", self._path or "in memory", problem)
        for ending in ("", "-wal", "-shm"):
            if self._path:
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.DatabaseError) as error:
            raise reported(self._path, error) from error


def is_broken(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is no index any more, and a new one would help."""
    return _kind(error) in _BROKEN


def reported(path: Path | None, error: Exception) -> Exception:
    """The error for an index that cannot be kept where it should be; any other as it is."""
    if isinstance(error, sqlite3.Error) and _kind(error) not in _UNWRITABLE:
        return error
    return OutNotWritable(
        f"the index {str(path)!r} cannot be written: {error}; make room, or name another folder with CUEGRAPH_INDEX"
    )


def _kind(error: sqlite3.Error) -> int:
    """SQLite's primary code: the lower byte of the extended one."""
    return (error.sqlite_errorcode or 0) & 0xFF
