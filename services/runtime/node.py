"""A node: what a process needs to run stages, put together once at its start."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from .engines import Engines
from .locks import lock, remove_unless_locked
from .manifest import CodeRecord, SettingRecord
from .models import ModelStore
from .redaction import Redactor
from .signing import Signer
from .store.base import Store
from .store.system_errors import reported
from .telemetry import Telemetry

_WORKSPACE = "cuegraph-run-"


@dataclass(frozen=True)
class Node:
    """Where stages run: the store, the models, and room to work in."""

    store: Store
    models: ModelStore
    scratch: Path
    """Folder for the files of runs under way."""
    code: CodeRecord
    pod: str = ""
    redactor: Redactor = field(default_factory=Redactor)
    engines: Engines = field(default_factory=Engines)
    telemetry: Telemetry = field(default_factory=Telemetry)
    signers: Callable[[], tuple[Signer, ...]] = tuple
    """The keys with which this process signs the manifests of its attempts; none unless it was given its own."""

    def redacted(self, settings: dict[str, SettingRecord]) -> dict[str, SettingRecord]:
        """The settings as they may be written."""
        return {
            name: SettingRecord(self.redactor.tree(record.value), record.source) for name, record in settings.items()
        }

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """An empty folder that is gone afterwards. Raises StoreError if there is no place for it."""
        with reported(f"the scratch folder {self.scratch}, which CUEGRAPH_SCRATCH names,"):
            self.scratch.mkdir(parents=True, exist_ok=True)
            folder, held = self._locked_folder()
        try:
            yield folder
        finally:
            _remove(folder)
            os.close(held)

    def sweep(self) -> None:
        """Removes the workspaces that killed processes left, and nothing else that lies there."""
        for folder in self.scratch.glob(f"{_WORKSPACE}*"):
            with suppress(PermissionError):  # another user's
                remove_unless_locked(folder, _remove)

    def _locked_folder(self) -> tuple[Path, int]:
        while True:
            folder = Path(tempfile.mkdtemp(prefix=_WORKSPACE, dir=self.scratch))
            held = lock(folder)
            if held is not None:
                return folder, held


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
