"""What networks and processes do to a run that is followed from afar."""

import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
from grpc_health.v1 import health_pb2

from services.runtime import errors
from services.runtime.client import RemoteStage
from services.runtime.manifest import Status
from services.runtime.request import StageRequest, StageResult
from tests.fake_stage import (
    PATIENCE_SECONDS,
    FakeStage,
    Heard,
    health,
    remote,
    request,
    result,
    served,
    served_by_child,
)

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class CutWire:
    """A TCP connection that can be cut: passes everything on to the address until then."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends every connection; new ones are passed on again."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


class Followed:
    """A run that is followed in a thread."""

    def __init__(self, client: RemoteStage, asked: StageRequest, pool: ThreadPoolExecutor) -> None:
        self.heard = Heard()
        self._running: Future[StageResult] = pool.submit(client.run, asked, self.heard, self.heard.cancelled)
        assert self.heard.began.wait(PATIENCE_SECONDS)

    def result(self) -> StageResult:
        return self._running.result(PATIENCE_SECONDS)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The file that a waiting run waits for."""
    return tmp_path / "release"


@pytest.fixture
def waiting(release: Path) -> StageRequest:
    return request("wait_for_file", release=str(release))


def exit_code(child: subprocess.Popen[str]) -> int:
    return child.wait(PATIENCE_SECONDS)


def test_a_cut_connection_is_made_again_and_the_run_joined(
    waiting: StageRequest, release: Path, pool: ThreadPoolExecutor
) -> None:
    fake = FakeStage()
    with served(fake) as address:
        wire = CutWire(address)
        with remote(wire.address) as client:
            run = Followed(client, waiting, pool)
            run.heard.began.clear()
            wire.cut()
            assert run.heard.began.wait(PATIENCE_SECONDS), "joining again tells the progress again"
            release.touch()
            assert run.result() == result(Status.SUCCEEDED)
        wire.close()
    assert fake.runs == 1


def test_a_cancellation_reaches_the_run_after_a_cut_too(waiting: StageRequest, pool: ThreadPoolExecutor) -> None:
    with served(FakeStage()) as address:
        wire = CutWire(address)
        with remote(wire.address) as client:
            run = Followed(client, waiting, pool)
            wire.cut()
            run.heard.cancelled.set()
            assert run.result() == result(Status.CANCELLED)
        wire.close()


def test_a_stage_that_nobody_serves_is_unavailable_once_patience_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    with remote(address, patience_seconds=0.5) as client:
        with pytest.raises(errors.StageUnavailable):
            client.describe()
        with pytest.raises(errors.StageUnavailable):
            client.run(request("succeed"), Heard(), threading.Event())


def test_a_client_that_pings_in_a_hurry_is_not_sent_away() -> None:
    """One that starved or was frozen makes up for what it missed. Sent away, it would ping less and less for good."""
    with served(FakeStage()) as address:
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port)), PATIENCE_SECONDS) as wire, wire.makefile("rb") as answers:
            wire.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS))
            for _ in range(PINGS):
                wire.sendall(frame(PING, bytes(8)))
                while (found := next_frame(answers)) != (PING, ACK):
                    assert found[0] != GOAWAY


SETTINGS, PING, GOAWAY = 4, 6, 7
"""Types of frames of HTTP/2 (RFC 9113, section 6)."""
ACK = 1
PINGS = 10


def frame(kind: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, 0, 0, 0, 0, 0]) + payload


def next_frame(answers: IO[bytes]) -> tuple[int, int]:
    """Type and flags."""
    head = answers.read(9)
    assert head, "it hung up"
    answers.read(int.from_bytes(head[:3]))
    return head[3], head[4]


def test_a_client_that_was_closed_says_so_at_once() -> None:
    """A pod may be let go of while somebody still asks it."""
    with served(FakeStage()) as address, remote(address) as client:
        client.close()
        with pytest.raises(errors.StageUnavailable):
            client.describe()


def test_a_killed_stage_is_started_anew_when_its_process_is_back(
    waiting: StageRequest, release: Path, pool: ThreadPoolExecutor
) -> None:
    with served_by_child() as (first, address), remote(address) as client:
        run = Followed(client, waiting, pool)
        first.kill()
        assert exit_code(first) == -signal.SIGKILL
        release.touch()
        with served_by_child(listen=address):
            assert run.result() == result(Status.SUCCEEDED)


def test_a_step_that_kills_its_process_each_time_is_given_up() -> None:
    stop = threading.Event()
    with served_by_child() as (child, address), remote(address) as client:
        children = threading.Thread(target=keep_alive, args=(child, address, stop))
        children.start()
        with pytest.raises(errors.StageCrashed):
            client.run(request("kill"), Heard(), threading.Event())
        stop.set()
        children.join(PATIENCE_SECONDS)


def keep_alive(child: subprocess.Popen[str], address: str, stop: threading.Event) -> None:
    """Puts a new process in the place of each that was killed."""
    exit_code(child)
    while not stop.is_set():
        with served_by_child(listen=address) as (next_child, _):
            while next_child.poll() is None and not stop.wait(0.02):
                pass


def test_a_stopped_process_is_noticed(waiting: StageRequest, pool: ThreadPoolExecutor) -> None:
    with served_by_child() as (child, address), remote(address, patience_seconds=1.0) as client:
        run = Followed(client, waiting, pool)
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(errors.StageUnavailable):
            run.result()


def test_a_process_that_was_stopped_for_a_while_goes_on(
    waiting: StageRequest, release: Path, pool: ThreadPoolExecutor
) -> None:
    with served_by_child() as (child, address), remote(address) as client:
        run = Followed(client, waiting, pool)
        child.send_signal(signal.SIGSTOP)
        with remote(address, patience_seconds=1.0) as other, pytest.raises(errors.StageUnavailable):
            other.describe()
        child.send_signal(signal.SIGCONT)
        release.touch()
        assert run.result() == result(Status.SUCCEEDED)


def test_health_answers_while_a_stage_burns_the_processor(pool: ThreadPoolExecutor) -> None:
    with served_by_child() as (_, address), remote(address) as client:
        run = Followed(client, request("burn"), pool)
        assert health(address, "fake", until=SERVING) == SERVING
        run.heard.cancelled.set()
        assert run.result() == result(Status.CANCELLED)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_told_process_lets_its_run_end_and_exits_well(
    number: signal.Signals, waiting: StageRequest, release: Path, pool: ThreadPoolExecutor
) -> None:
    with served_by_child() as (child, address), remote(address) as client:
        run = Followed(client, waiting, pool)
        child.send_signal(number)
        assert health(address, "fake", until=NOT_SERVING) == NOT_SERVING
        release.touch()
        assert run.result() == result(Status.SUCCEEDED)
        assert exit_code(child) == 0


def test_a_run_that_is_called_off_before_its_stage_can_be_reached_is_not_waited_for(pool: ThreadPoolExecutor) -> None:
    heard = Heard()
    with remote("127.0.0.1:1") as client:
        running = pool.submit(client.run, request("echo"), heard, heard.cancelled)
        heard.cancelled.set()
        with pytest.raises(errors.Cancelled):
            running.result(PATIENCE_SECONDS / 2)


def test_a_run_longer_than_the_grace_ends_cancelled_and_the_process_well(
    waiting: StageRequest, pool: ThreadPoolExecutor
) -> None:
    with served_by_child(grace_seconds=0.1) as (child, address), remote(address) as client:
        run = Followed(client, waiting, pool)
        child.send_signal(signal.SIGTERM)
        assert run.result() == result(Status.CANCELLED)
        assert exit_code(child) == 0


def test_an_idle_process_exits_when_told() -> None:
    with served_by_child() as (child, _):
        child.send_signal(signal.SIGTERM)
        assert exit_code(child) == 0
