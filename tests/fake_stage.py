"""A fake stage that does as its settings say, and ways to serve it: in this process, or in one of its own.

python -m tests.fake_stage GRACE_SECONDS LISTEN NAME     serves it under that name and prints the address
"""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cuegraph.v1 import stage_service_pb2, stage_service_pb2_grpc
from services.runtime import errors, wire
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.client import RemoteStage
from services.runtime.manifest import SettingRecord, Status
from services.runtime.request import Observer, StageDescription, StageRequest, StageResult
from services.runtime.server import StageServer, serve
from services.runtime.store.keys import Step
from services.runtime.tls import IN_THE_CLEAR, TlsFiles

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0
"""How long a test waits for what must happen before it fails."""


def request(do: str, *, job: str = "job", stage: str = "fake", **settings: Any) -> StageRequest:
    """Asks the fake to `do` something: the name of one of its methods."""
    values = {"do": do, **settings}
    records = {name: SettingRecord(value, "command line") for name, value in values.items()}
    return StageRequest(Step(job, 1, stage), settings=records)


def result(status: Status) -> StageResult:
    return StageResult(Artifact("manifest.json", digest_bytes(status.encode()), 1, "application/json"), status)


class Heard:
    """An observer that remembers, and the way to cancel what it observes."""

    def __init__(self) -> None:
        self.progressed: list[tuple[float, float | None]] = []
        self.lines: list[tuple[str, int, str]] = []
        self.began = threading.Event()
        self.cancelled = threading.Event()

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        self.progressed.append((done_seconds, total_seconds))
        self.began.set()

    def log(self, record: logging.LogRecord) -> None:
        self.lines.append((record.name, record.levelno, record.getMessage()))


class FakeStage:
    """Does as the setting `do` says."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.runs = 0
        self.begun = threading.Event()
        self.ended = threading.Event()
        self.warm = threading.Event()
        self.warm.set()

    def describe(self) -> StageDescription:
        schema = {"type": "object", "properties": {"do": {"type": "string"}}}
        return StageDescription(self.name, "1", ("media?",), ("text", "notes*"), schema, ("model",), 1)

    def warm_up(self) -> None:
        assert self.warm.wait(PATIENCE_SECONDS)

    def run(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> StageResult:
        self.runs += 1
        self.begun.set()
        try:
            do = getattr(self, request.settings["do"].value)
            return result(do(request, observer, cancelled))
        finally:
            self.ended.set()

    def succeed(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        observer.log(logging.LogRecord("fake.engine", logging.INFO, "", 0, "100 %% of %s", ("it",), None))
        observer.progress(0.5, None)
        observer.log(logging.LogRecord("fake.engine", logging.WARNING, "", 0, "nearly", (), None))
        observer.progress(2.0, 2.0)
        return Status.SUCCEEDED

    def fail(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        return Status.FAILED

    def refuse(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        raise errors.InvalidSetting("there is no beam of size 0; take 1 or more")

    def explode(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        raise ZeroDivisionError("division by zero")

    def exit(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        sys.exit(3)

    def kill(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        cancelled.wait(0.3)  # long enough for the client to hear that the run began
        os.kill(os.getpid(), signal.SIGKILL)
        return Status.SUCCEEDED

    def chatter(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        for number in range(request.settings["lines"].value):
            observer.log(logging.LogRecord("fake.engine", logging.INFO, "", 0, str(number), (), None))
        return Status.SUCCEEDED

    def burn(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        observer.progress(0.0, None)
        while not cancelled.is_set():
            sum(range(1_000))
        return Status.CANCELLED

    def ignore_cancellation(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        return self.wait_for_file(request, observer, threading.Event())

    def wait_for_file(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        """Goes on once the file `release` exists; with `end` says how it ends then."""
        observer.progress(1.0, 10.0)
        while not Path(request.settings["release"].value).exists():
            if cancelled.wait(0.02):
                return Status.CANCELLED
        observer.progress(10.0, 10.0)
        end = request.settings.get("end")
        return Status(end.value) if end else Status.SUCCEEDED


class InProcess:
    """A server in a thread of this process."""

    def __init__(
        self, *stages: FakeStage, capacity: int = 1, listen: str = "127.0.0.1:0", tls: TlsFiles = IN_THE_CLEAR
    ) -> None:
        self._bound: Future[str] = Future()
        self._grace_seconds = 0.0
        server = StageServer(stages, capacity, tls)
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(server, listen),))
        self._thread.start()
        self.address = self._bound.result(PATIENCE_SECONDS)

    def stop(self, grace_seconds: float = 0.0) -> None:
        self._grace_seconds = grace_seconds
        self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    async def _serve(self, server: StageServer, listen: str) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        try:
            self._bound.set_result(await server.start(listen))
        except errors.InputError as error:
            self._bound.set_exception(error)
            return
        working = asyncio.create_task(server.work())
        await self._told.wait()
        working.cancel()
        await server.stop(self._grace_seconds)


@contextmanager
def remote(address: str, stage: str = "fake", *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[RemoteStage]:
    with closing(RemoteStage(address, stage, patience_seconds=patience_seconds)) as client:
        yield client


@contextmanager
def stream(address: str, asked: StageRequest) -> Iterator[Iterator[stage_service_pb2.RunStageResponse]]:
    """The bare stream of a run, lost at the end of the block if it has not ended by then."""
    with grpc.insecure_channel(address) as channel:
        yield stage_service_pb2_grpc.StageServiceStub(channel).RunStage(wire.request_to_proto(asked))


def health(address: str, service: str, until: int | None = None) -> int:
    """The state of a service: the present one, or the awaited one once it has come."""
    with grpc.insecure_channel(address) as channel:
        question = health_pb2.HealthCheckRequest(service=service)
        states: Iterator[health_pb2.HealthCheckResponse] = health_pb2_grpc.HealthStub(channel).Watch(
            question, timeout=PATIENCE_SECONDS
        )
        return next(int(state.status) for state in states if until is None or state.status == until)


@contextmanager
def served(*stages: FakeStage, capacity: int = 1) -> Iterator[str]:
    """The address of a server in this process."""
    server = InProcess(*stages, capacity=capacity)
    try:
        yield server.address
    finally:
        server.stop()


@contextmanager
def served_by_child(
    grace_seconds: float = 30.0, listen: str = "127.0.0.1:0", stage: str = "fake"
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves the fake, and its address."""
    command = [sys.executable, "-m", "tests.fake_stage", str(grace_seconds), listen, stage]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as child:
        try:
            assert child.stdout is not None
            yield child, child.stdout.readline().strip()
        finally:
            child.kill()


if __name__ == "__main__":
    serve(
        [FakeStage(sys.argv[3])],
        sys.argv[2],
        grace_seconds=float(sys.argv[1]),
        ready=lambda address: print(address, flush=True),
    )
