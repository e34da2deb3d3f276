"""Debugging: what a stage wrote on the way, kept for who wants to see it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .errors import CuegraphError
from .stage import Run

_REASON = "scratch file, kept for debugging"
_LONGEST_NAME = 60
"""Characters of a path that its name keeps, the last: no file system takes a name of more than 255 bytes."""


def keep_scratch(folder: Path, run: Run[Any], writable: Callable[[str], str]) -> Iterator[str]:
    """Makes intermediates of the files in the scratch folder. Gives what went wrong, if anything, and goes on then.

    `writable` makes a text such as a manifest can hold.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = _free_name(run, writable("-".join(path.relative_to(folder).parts))[-_LONGEST_NAME:])
            try:
                path.rename(run.intermediate(name, "application/octet-stream", _REASON))
            except (CuegraphError, OSError) as error:
                yield f"the scratch file {name} could not be kept: {error}"


def _free_name(run: Run[Any], name: str) -> str:
    """`a/b` and `a-b` are two files."""
    taken = {declared.file_name for declared in (*run.outputs, *run.intermediates)}
    names = (f"scratch{number}-{name}" for number in itertools.chain([""], itertools.count(2)))
    return next(name for name in names if name not in taken)
