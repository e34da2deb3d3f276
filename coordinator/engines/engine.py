"""What an engine is, and what it needs to know of where stages are."""

from __future__ import annotations

import threading
from typing import Protocol

from services.runtime.request import StageClient

from ..jobs import Outcome
from ..observer import JobObserver


class Engine(Protocol):
    """Decides when steps are called. What counts as done is decided by the commits, whatever the engine."""

    def start(self) -> None:
        """Takes work from now on."""

    def drive(self, job_id: str, observer: JobObserver, cancelled: threading.Event | None = None) -> Outcome:
        """Does what is left of a job and says how it ended. Setting `cancelled` calls it off.

        Raises UnknownName for a job that is not there and StoreError if the store is lost for good.
        """

    def stop(self, grace_seconds: float) -> None:
        """Takes no more work from others and lets what this process does of it end for so long."""


class Pools(Protocol):
    """Where the stages are."""

    def client(self, stage: str) -> StageClient:
        """Raises UnknownName for a stage nobody knows."""
