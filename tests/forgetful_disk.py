"""A disk that forgets, when the power is cut, whatever was not synced."""

from __future__ import annotations

import contextlib
import functools
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


def loses_all() -> bool:
    return False


def keeps_all() -> bool:
    return True


def keeps_some(seed: int) -> Callable[[], bool]:
    chance = random.Random(seed)
    return lambda: chance.random() < 0.5


class PowerCut(BaseException):
    """Not an Exception: nothing that the store does about errors happens when the power is gone."""


class ForgetfulDisk:
    """Does every operation for real and remembers what was synced: file contents and the entries of folders."""

    CHANGES = ("open", "write", "copy_file_range", "fsync", "link", "replace", "unlink", "mkdir")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._contents: dict[int, bytes] = {}
        self._entries: dict[int, dict[str, int]] = {}
        self._files: dict[int, int] = {}  # inode -> descriptor, held open so that no inode is given out twice
        self.operations = 0

    @contextlib.contextmanager
    def working(self, operations: int) -> Iterator[None]:
        """Runs the block until it has done so many operations, then stops it as if the power were cut."""
        self.operations, last = 0, operations
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(PowerCut):
            for name in self.CHANGES:
                patch.setattr(os, name, functools.partial(self._do, getattr(os, name), last))
            yield

    def _do(self, operation: Callable[..., Any], last: int, *arguments: Any) -> Any:
        if operation.__name__ == "open" and not arguments[1] & os.O_CREAT:
            return operation(*arguments)
        if self.operations >= last:
            raise PowerCut
        self.operations += 1
        result = operation(*arguments)
        if operation.__name__ == "open":
            self._files[os.fstat(result).st_ino] = os.dup(result)
        if operation.__name__ == "fsync":
            self._remember(arguments[0])
        return result

    def _remember(self, file: int) -> None:
        inode, opened = os.fstat(file).st_ino, Path(f"/proc/self/fd/{file}")
        if opened.is_dir():
            self._entries[inode] = _entries(opened)
        else:
            self._contents[inode] = opened.read_bytes()

    def restart(self, folder: Path, keeps: Callable[[], bool]) -> None:
        """Lays out in `folder` what is on the disk after the cut; `keeps` decides on each entry not synced."""
        self._restore(self._folder, folder, keeps)
        for descriptor in self._files.values():
            os.close(descriptor)

    def _restore(self, before: Path, after: Path, keeps: Callable[[], bool]) -> None:
        after.mkdir(exist_ok=True)
        now, synced = _entries(before), self._entries.get(before.stat().st_ino, {})
        for name in sorted(now.keys() | synced.keys()):
            inode = now.get(name) if keeps() else synced.get(name)
            if inode in self._files:
                (after / name).write_bytes(self._contents.get(inode, b""))
            elif inode is not None:
                self._restore(before / name, after / name, keeps)


def _entries(folder: Path) -> dict[str, int]:
    return {entry.name: entry.stat().st_ino for entry in folder.iterdir()}
