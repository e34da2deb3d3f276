"""Imports modules as if only the distributions of one lock were installed.

python -m tests.locked_imports LOCK MODULE...     ends with 0 if all of them can be imported
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.metadata
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from packaging.utils import canonicalize_name

OWN = "cuegraph"


class OnlyLocked(importlib.abc.MetaPathFinder):
    """Finds nothing, and refuses what only distributions outside the lock would give."""

    def __init__(self, locked: frozenset[str], givers: Mapping[str, Sequence[str]]) -> None:
        self._locked = locked
        self._givers = givers

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        givers = {canonicalize_name(name) for name in self._givers.get(fullname.partition(".")[0], ())}
        if givers and not givers & self._locked:
            raise ModuleNotFoundError(f"{fullname} comes with {sorted(givers)}, which the lock does not name")
        return None


def locked(lock: Path) -> frozenset[str]:
    """The distributions that a lock names, and the project itself."""
    lines = lock.read_text("utf-8").splitlines()
    return frozenset(line.partition("==")[0] for line in lines if not line.startswith("#")) | {OWN}


def main(lock: str, *modules: str) -> None:
    sys.meta_path.insert(0, OnlyLocked(locked(Path(lock)), importlib.metadata.packages_distributions()))
    for name in [name for name in sys.modules if name.startswith("packaging")]:
        del sys.modules[name]
    for module in modules:
        importlib.import_module(module)


if __name__ == "__main__":
    main(*sys.argv[1:])
