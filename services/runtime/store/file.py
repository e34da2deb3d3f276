"""A store in a folder: what was created survives a power cut, and nothing half-written is ever seen."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..errors import StoreRefused
from ..locks import remove_unless_locked
from .base import RESERVED_FOLDER, check_key, check_prefix
from .system_errors import reported

_COPY_BYTES = 1 << 30
_READ_ONLY = 0o444

_NO_KERNEL_COPY = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP}


class FileStore:
    """Objects are files below `root`, written as a temporary, synced, and linked to their name once complete.

    Objects are read-only files. A temporary is locked by its writer, so one that nobody has locked was left
    by a process that is gone: opening the store removes it.
    """

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """`read_only` leaves the folder exactly as it is, and refuses to write."""
        self._root = root.absolute()
        self._folder = str(self._root)
        self._url = self._root.as_uri()
        self._temporaries = self._root / RESERVED_FOLDER
        self._durable = {self._root}
        self._read_only = read_only
        if not read_only:
            self._prepare()

    def _prepare(self) -> None:
        with reported(f"the store {self.url}"):
            self._make_temporaries_folder()
            self._make_durable(self._temporaries)
            _sync_above(self._root)
            for abandoned in self._temporaries.iterdir():
                remove_unless_locked(abandoned, _unlink)

    @property
    def url(self) -> str:
        return self._url

    def create(self, key: str, data: bytes) -> None:
        self._write(key, lambda file: _write_all(file, data), os.link)

    def create_file(self, key: str, path: Path) -> None:
        self._refuse_if_taken(key)
        with path.open("rb") as source:
            self._write(key, lambda file: _copy(source.fileno(), file), os.link)

    def put(self, key: str, data: bytes) -> None:
        self._write(key, lambda file: _write_all(file, data), os.replace)

    def get(self, key: str) -> bytes:
        with self._reported(key), open(self._name(key), "rb", buffering=0) as file:  # noqa: PTH123  as `_name` says
            return file.read()

    def fetch(self, key: str, path: Path) -> None:
        source = self._path(key)
        with self._reported(key):
            if not source.is_file():
                raise FileNotFoundError
        with reported(f"the file {str(path)!r}"):
            (_copy_to_new if self._read_only else _link_or_copy)(source, path)

    def size(self, key: str) -> int | None:
        with self._reported(key):
            try:
                found = os.stat(self._name(key))  # noqa: PTH116  as `_name` says
            except (FileNotFoundError, NotADirectoryError):
                return None
            return found.st_size if stat.S_ISREG(found.st_mode) else None

    def digest(self, key: str) -> tuple[int, str] | None:
        with self._reported(key):
            try:
                with self._path(key).open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                    return file.tell(), digest
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def list(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        return self._keys(prefix)

    def folders(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        return iter(sorted(name[:-1] for name in self._names(prefix) if name.endswith("/")))

    def delete(self, key: str) -> None:
        self._require_writable()
        with self._reported(key), contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            self._path(key).unlink()

    def _make_temporaries_folder(self) -> None:
        try:
            self._temporaries.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise StoreRefused(f"the store {self.url} is no folder but a file; choose another place") from error

    def _require_writable(self) -> None:
        if self._read_only:
            raise StoreRefused(f"the store {self.url} was opened for reading only; open it with --store to change it")

    def _path(self, key: str) -> Path:
        return Path(self._name(key))

    def _name(self, key: str) -> str:
        """As a string: where thousands of objects are looked at, making a path takes longer than looking."""
        check_key(key)
        return f"{self._folder}/{key}"

    def _write(self, key: str, fill: Callable[[int], None], publish: Callable[[Path, Path], None]) -> None:
        """Publishes a temporary, filled and synced, under the name of `key`.

        The folders are synced even if the key is taken: whoever then builds on the object that is there must
        not lose it in a power cut that spares what they built.
        """
        self._require_writable()
        target = self._path(key)
        with self._reported(key), self._temporary(fill) as temporary:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                publish(temporary, target)
            finally:
                self._sync_entries(target.parent)

    def _refuse_if_taken(self, key: str) -> None:
        """Spares the copying of a large file that is there already."""
        if self.size(key) is not None:
            with self._reported(key):
                self._sync_entries(self._path(key).parent)
                raise FileExistsError

    @contextlib.contextmanager
    def _temporary(self, fill: Callable[[int], None]) -> Iterator[Path]:
        path, file = self._open_temporary()
        try:
            fill(file)
            os.fsync(file)
            yield path
        finally:
            path.unlink(missing_ok=True)
            os.close(file)

    def _open_temporary(self) -> tuple[Path, int]:
        while True:
            path = self._temporaries / secrets.token_hex(8)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READ_ONLY)
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file).st_nlink:
                return path, file
            os.close(file)  # a store that was opened just now took it for abandoned, before it was locked

    def _sync_entries(self, folder: Path) -> None:
        _sync_folder(folder)
        self._make_durable(folder)

    def _make_durable(self, folder: Path) -> None:
        """Sees to it, once in this process, that `folder` itself and those above it survive.

        That a folder exists does not say that it would survive: another process may have just made it.
        """
        if folder in self._durable:
            return
        _sync_folder(folder.parent)
        self._make_durable(folder.parent)
        self._durable.add(folder)

    def _keys(self, prefix: str) -> Iterator[str]:
        """In order, by a stack of what is still to be looked into: the next lies on top."""
        left = [prefix]
        while left:
            key = left.pop()
            if key and not key.endswith("/"):
                yield key
            else:
                left += (f"{key}{name}" for name in reversed(self._names(key)))

    def _names(self, prefix: str) -> Sequence[str]:
        """What lies directly in the folder, folders with a slash, in the order of the keys that it leads to."""
        with self._reported(prefix):
            try:
                with os.scandir(f"{self._folder}/{prefix}") as entries:
                    found = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries]
            except (FileNotFoundError, NotADirectoryError):
                return []
        return sorted(name for name in found if prefix or name.rstrip("/") != RESERVED_FOLDER)

    def _reported(self, key: str) -> contextlib.AbstractContextManager[None]:
        return reported(f"{key!r} in the store {self.url}")


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


def _sync_above(folder: Path) -> None:
    for ancestor in folder.parents:
        with contextlib.suppress(PermissionError):  # who may not read it has not made it
            _sync_folder(ancestor)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _copy(source: int, target: int) -> None:
    """Copies inside the kernel, sharing the blocks where the file system can; else through a small buffer."""
    try:
        while os.copy_file_range(source, target, _COPY_BYTES):
            pass
    except OSError as error:
        if error.errno not in _NO_KERNEL_COPY:
            raise
        with open(source, "rb", closefd=False) as read, open(target, "wb", closefd=False) as write:
            shutil.copyfileobj(read, write)


def _link_or_copy(source: Path, path: Path) -> None:
    try:
        os.link(source, path)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        _copy_to_new(source, path)


def _copy_to_new(source: Path, path: Path) -> None:
    with source.open("rb") as read, path.open("xb") as write:
        try:
            _copy(read.fileno(), write.fileno())
        except OSError:
            path.unlink()
            raise
    path.chmod(_READ_ONLY)
