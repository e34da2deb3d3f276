"""A coordinator over stages that declare what the real ones do and write a line for every output.

python -m tests.small_coordinator FOLDER     serves FOLDER/store on a free port and prints the address

There FOLDER/runs.txt gets the name of every stage that begins to work, and `asr` works until FOLDER/release exists.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from coordinator.app import App
from coordinator.engines.local import LocalEngine
from coordinator.service.server import CoordinatorServer, serve
from services.runtime.local import LocalStage
from services.runtime.node import Node
from services.runtime.registry import load_stage
from services.runtime.request import StageClient
from services.runtime.settings import process_settings
from services.runtime.stage import Run, Stage

ROOT = Path(__file__).parents[1]
FILM = ROOT / "tests/media/0870.flac"
PATIENCE_SECONDS = 60.0
"""How long a test waits for what must happen before it fails."""

Work = Callable[[Run[Any]], None]


def nothing(run: Run[Any]) -> None:
    """The work of a stand-in beside writing its outputs."""


def stand_in(stage_name: str, work: Work) -> Stage[Any]:
    """A stage that declares what the real one of that name does."""
    real = load_stage(stage_name)

    class StandIn(Stage[Any]):
        name = stage_name
        version = real.version
        inputs = real.inputs
        outputs = real.outputs

        def run(self, run: Run[Any]) -> None:
            work(run)
            for output in self.outputs:
                run.output(output.role, f"{output.role}.txt", language="en").write_text(f"{stage_name}.{output.role}")

        @classmethod
        def settings_type(cls) -> type[Any]:
            return real.settings_type()

    return StandIn()


class StandIns:
    """Pools of stand-ins in this process."""

    def __init__(self, node: Node, work: Mapping[str, Work]) -> None:
        self._node, self._work = node, work
        self._clients: dict[str, StageClient] = {}

    def client(self, stage: str) -> StageClient:
        made = LocalStage(stand_in(stage, self._work.get(stage, nothing)), self._node)
        return self._clients.setdefault(stage, made)


@dataclass(frozen=True)
class SmallApp(App):
    """An app whose stages are stand-ins."""

    work: Mapping[str, Work] = field(default_factory=dict)

    @cached_property
    def engine(self) -> LocalEngine:
        return LocalEngine(self.jobs, StandIns(self.node, self.work), self.node)


def small_app(folder: Path, work: Mapping[str, Work]) -> SmallApp:
    """An app on FOLDER/store."""
    process = replace(process_settings(), store=str(folder / "store"), data=folder, scratch=folder / "scratch")
    return SmallApp(process, {}, work=work)


@contextmanager
def served(app: App, slots: int = 2) -> Iterator[str]:
    """The address of a coordinator in a thread of this process. At the end its jobs must have ended."""
    bound: Future[str] = Future()
    told = threading.Event()

    async def run() -> None:
        server = CoordinatorServer(app, slots)
        bound.set_result(await server.start("127.0.0.1:0"))
        await asyncio.to_thread(told.wait, PATIENCE_SECONDS * 5)
        await server.stop(PATIENCE_SECONDS)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield bound.result(PATIENCE_SECONDS)
    finally:
        told.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


@contextmanager
def served_by_child(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves FOLDER/store, and its address."""
    command = [sys.executable, "-m", "tests.small_coordinator", str(folder)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as child:
        try:
            assert child.stdout is not None
            yield child, child.stdout.readline().strip()
        finally:
            child.kill()


def noting(folder: Path, stage: str) -> Work:
    """Work that notes that it began; that of `asr` lasts until FOLDER/release exists."""

    def work(run: Run[Any]) -> None:
        with (folder / "runs.txt").open("a") as file:
            file.write(f"{stage}\n")
        while stage == "asr" and not (folder / "release").exists():
            run.progress(1.0, 10.0)
            threading.Event().wait(0.02)

    return work


def main(folder: Path) -> None:
    work = {stage: noting(folder, stage) for stage in ("demux", "vad", "asr", "alignment", "subtitles")}
    serve(
        small_app(folder, work),
        "127.0.0.1:0",
        slots=2,
        grace_seconds=0.5,
        ready=lambda address: print(address, flush=True),
    )
    os._exit(0)  # as the command does: threads of jobs may be left


if __name__ == "__main__":
    main(Path(sys.argv[1]))
