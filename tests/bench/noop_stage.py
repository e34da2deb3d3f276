"""A stage that does nothing, and the process that serves it.

python -m tests.bench.noop_stage STORE     serves `noop` as `cuegraph stage serve` would, and prints the address
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass

from coordinator.app import open_app
from services.runtime.local import LocalStage
from services.runtime.manifest import SettingRecord
from services.runtime.node import Node
from services.runtime.request import StageRequest
from services.runtime.server import serve
from services.runtime.stage import Run, Stage
from services.runtime.store.keys import Step


@dataclass(frozen=True)
class NoopSettings:
    number: int = 0
    """Makes every request another action, so that none is answered from the cache."""


class Noop(Stage[NoopSettings]):
    """What is left is the runtime's own work: request, attempt, log, manifest, commit, cache entry."""

    name = "noop"
    version = "1"
    inputs = ()
    outputs = ()

    def run(self, run: Run[NoopSettings]) -> None: ...


class Deaf:
    """An observer that does not listen."""

    def progress(self, done_seconds: float, total_seconds: float | None) -> None: ...

    def log(self, record: logging.LogRecord) -> None: ...


def noop_here(node: Node) -> LocalStage:
    return LocalStage(Noop(), node)


def request(number: int) -> StageRequest:
    """A request of a job of its own."""
    return StageRequest(
        Step(f"noop-{number:04d}", 1, Noop.name), settings={"number": SettingRecord(number, "command line")}
    )


if __name__ == "__main__":
    serve(
        [noop_here(open_app(sys.argv[1]).node)],
        "127.0.0.1:0",
        grace_seconds=0.0,
        ready=lambda address: print(address, flush=True),
    )
