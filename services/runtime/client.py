"""A stage in another process: the same protocol as a stage in this one, over gRPC."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from cuegraph.v1 import stage_service_pb2, stage_service_pb2_grpc

from . import wire
from .errors import (
    Cancelled,
    ConnectionNotTrusted,
    CuegraphError,
    InvalidRequest,
    RemoteError,
    StageBusy,
    StageCrashed,
    StageLost,
    StageUnavailable,
)
from .request import Observer, StageDescription, StageRequest, StageResult
from .tls import IN_THE_CLEAR, TlsFiles, open_channel, refusal
from .traces import Metadata, to_metadata

T = TypeVar("T")

CALL_SECONDS = 10.0
"""How long a call may take that only asks or cancels."""
HEALTH_SECONDS = 3.0
"""How long a stage may take to say whether it serves: it answers at once, whatever it works on."""
CANCEL_POLL_SECONDS = 0.25
MOST_STARTS = 3
"""How often one request may start anew because the process that ran it vanished."""
REQUEST_BYTES = 1 << 20
"""Largest request: anything bigger belongs into an artifact. gRPC itself refuses 4 MiB."""

_OPTIONS = (
    # A peer that was stopped or cut off is noticed only with both: the ping, and how long its answer may take.
    ("grpc.keepalive_time_ms", 3_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.http2.ping_timeout_ms", 3_000),
    ("grpc.http2.max_pings_without_data", 0),  # a stage may work for hours with nothing to say
    ("grpc.keepalive_permit_without_calls", 0),  # an idle connection is tried by the next call
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 3_000),  # also how long one attempt to connect may take
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.use_local_subchannel_pool", 1),  # every client has a connection and a backoff of its own
)

_LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
"""Statuses of a call whose server is gone, too slow, or ended before its runs did."""


class RemoteStage:
    """The stage `stage` that is served at `address` (`host:port`). Safe to call from many threads.

    A lost connection is made again as long as there is a sign of life within `patience_seconds`. The run goes on
    meanwhile: the same request joins it again, or finds its commit. A run that has not begun is waited for
    `begin_seconds`, by default as long: who has other processes of the stage to ask need not wait for this one.
    """

    def __init__(
        self,
        address: str,
        stage: str,
        *,
        patience_seconds: float = 20.0,
        begin_seconds: float | None = None,
        tls: TlsFiles = IN_THE_CLEAR,
    ) -> None:
        self._address = address
        self._stage = stage
        self._patience_seconds = patience_seconds
        self._begin_seconds = patience_seconds if begin_seconds is None else begin_seconds
        self._tls = tls
        self._channel = open_channel(address, tls, _OPTIONS)
        self._is_closed = False
        self._stub = stage_service_pb2_grpc.StageServiceStub(self._channel)

    def describe(self) -> StageDescription:
        """What the stage takes, gives and can be told. Raises StageUnavailable, UnknownName."""
        message = stage_service_pb2.DescribeStageRequest(stage=self._stage)
        patience = _Patience(self._patience_seconds)
        answer = self._patiently(lambda: self._stub.DescribeStage(message, timeout=CALL_SECONDS), patience)
        return wire.description_from_proto(answer)

    def is_serving(self) -> bool:
        """Whether it can be reached now, has loaded its models and is not stopping. Tried once.

        Raises ConnectionNotTrusted if certificates are why it cannot be reached.
        """
        question = health_pb2.HealthCheckRequest(service=self._stage)
        try:
            answer = health_pb2_grpc.HealthStub(self._channel).Check(question, timeout=HEALTH_SECONDS)
        except ValueError:  # the client was closed
            return False
        except grpc.RpcError as error:
            own = self._own_error(error)
            if isinstance(own, ConnectionNotTrusted):
                raise own from error
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def run(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> StageResult:
        """See StageClient.run. Raises StageCrashed if the stage's process vanished MOST_STARTS times, and StageLost
        if the run had begun before the stage could no longer be reached."""
        message = wire.request_to_proto(request)
        if message.ByteSize() > REQUEST_BYTES:
            raise InvalidRequest(
                f"a request of {message.ByteSize()} bytes is too large for stage {self._stage!r}; "
                f"hand on what is larger than {REQUEST_BYTES} bytes as a file"
            )
        patience = _Patience(self._begin_seconds, self._patience_seconds)
        run = _RemoteRun(self._stub, message, to_metadata(request), observer, cancelled, patience)
        try:
            return self._patiently(run.follow, patience, run.nobody_waits)
        except StageUnavailable as error:
            if not run.was_accepted:
                raise
            raise StageLost(f"it was at work on the step when it was lost: {error}") from error

    def _own_error(self, error: grpc.RpcError) -> CuegraphError:
        own = _own_error(error, f"stage {self._stage!r} at {self._address}")
        if not isinstance(own, StageUnavailable):
            return own
        return refusal(self._address, self._tls, str(own)) or own

    def close(self) -> None:
        """Gives back the connection. Runs go on."""
        self._is_closed = True
        self._channel.close()

    def _patiently(
        self, call: Callable[[], T], patience: _Patience, nobody_waits: Callable[[], bool] = lambda: False
    ) -> T:
        """Repeats the call while the stage cannot be reached. All else that may be retried is the caller's choice:
        a busy stage has siblings, a store its own patience."""
        while True:
            try:
                with self._foreign_errors():
                    return call()
            except StageUnavailable as error:
                if nobody_waits():
                    raise Cancelled(f"the run was cancelled before its stage could be reached: {error}") from error
                if self._is_closed:
                    raise
                patience.pause(error)

    @contextmanager
    def _foreign_errors(self) -> Iterator[None]:
        """The one place where gRPC's errors become ours."""
        try:
            yield
        except grpc.RpcError as error:
            raise self._own_error(error) from error
        except ValueError as error:
            if not self._is_closed:
                raise
            raise StageUnavailable(f"the connection to {self._address} was given back; ask another") from error


class _RemoteRun:
    """One request, followed over as many streams as it takes."""

    def __init__(  # noqa: PLR0913, PLR0917  made in one place
        self,
        stub: stage_service_pb2_grpc.StageServiceStub,
        message: stage_service_pb2.RunStageRequest,
        metadata: Metadata,
        observer: Observer,
        cancelled: threading.Event,
        patience: _Patience,
    ) -> None:
        self._stub = stub
        self._patience = patience
        self._message = message
        self._metadata = metadata
        self._observer = observer
        self._cancelled = cancelled
        self._starts = 0
        self.was_accepted = False

    def nobody_waits(self) -> bool:
        """Whether the run was called off before the stage took it: then there is nothing to hear the end of."""
        return self._cancelled.is_set() and not self.was_accepted

    def follow(self) -> StageResult:
        """Asks for the run and hears it to its end. Raises grpc.RpcError when the stream is lost."""
        with self._cancellation_relayed(), self._stream() as stream:
            for event in stream:
                self._patience.renew()
                result = self._hear(event)
                if result is not None:
                    return result
        raise RemoteError(f"stage {self._message.step.stage!r} ended the stream without a result; update it")

    def _hear(self, event: stage_service_pb2.RunStageResponse) -> StageResult | None:
        match event.WhichOneof("event"):
            case "accepted":
                self._count_start(event.accepted)
            case "progress":
                self._observer.progress(*wire.progress_from_proto(event.progress))
            case "log_line":
                self._observer.log(wire.log_line_from_proto(event.log_line))
            case "done":
                return wire.result_from_proto(event.done)
        return None

    def _count_start(self, accepted: stage_service_pb2.RunAccepted) -> None:
        self.was_accepted = True
        self._starts += not accepted.attached
        if self._starts > MOST_STARTS:
            self._cancel()
            raise StageCrashed(
                f"the process of stage {self._message.step.stage!r} vanished {MOST_STARTS} times in the midst of "
                "this step; look into its own log for what kills it"
            )

    @contextmanager
    def _stream(self) -> Iterator[Any]:
        stream = self._stub.RunStage(self._message, metadata=self._metadata)
        try:
            yield stream
        finally:
            stream.cancel()

    @contextmanager
    def _cancellation_relayed(self) -> Iterator[None]:
        ended = threading.Event()
        name = f"cancel {self._message.step.stage}"
        threading.Thread(target=self._relay_cancellation, args=(ended,), name=name, daemon=True).start()
        try:
            yield
        finally:
            ended.set()

    def _relay_cancellation(self, ended: threading.Event) -> None:
        while not ended.is_set():
            if self._cancelled.wait(CANCEL_POLL_SECONDS) and self._cancel():
                return
            if self._cancelled.is_set():
                ended.wait(CANCEL_POLL_SECONDS)

    def _cancel(self) -> bool:
        """Whether the stage took it. It does not while the run has not started or the stage is out of reach."""
        message = stage_service_pb2.CancelRunRequest(step=self._message.step)
        try:
            return bool(self._stub.CancelRun(message, timeout=CALL_SECONDS).found)
        except (grpc.RpcError, ValueError):  # ValueError: the client was closed
            return False


class _Patience:
    """How long to go on without a sign of life, and how long to wait before each new try."""

    def __init__(self, first_seconds: float, seconds: float | None = None) -> None:
        """`first_seconds` is how long the first sign may take, `seconds` any later one; by default as long."""
        self._seconds = first_seconds
        self.renew()
        self._seconds = first_seconds if seconds is None else seconds

    def renew(self) -> None:
        """There was a sign of life."""
        self._deadline = time.monotonic() + self._seconds
        self._pauses = 0

    def pause(self, error: CuegraphError) -> None:
        """Waits longer each time, up to 2 s, with jitter. Raises `error` when patience is at its end."""
        delay = min(2.0, 0.1 * 2**self._pauses) * random.uniform(0.5, 1.0)  # noqa: S311  no secret
        if time.monotonic() + delay > self._deadline:
            raise error
        self._pauses += 1
        time.sleep(delay)


def _own_error(error: grpc.RpcError, place: str) -> CuegraphError:
    status = rpc_status.from_call(error)
    known = wire.error_from_status(status) if status is not None else None
    if known is not None:
        return known
    call: Any = error  # what a call raises is the call itself
    code, details = call.code(), call.details()
    if code in _LOST:
        return StageUnavailable(f"{place} does not answer ({details}); see whether it runs and can be reached")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return StageBusy(f"{place} is busy ({details}); try another or later")
    return RemoteError(f"{place} answered {code.name}: {details}; see its own log")
