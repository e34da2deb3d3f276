"""A stage answers the same whether it runs in this process or behind gRPC, and survives what networks do."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from cuegraph.v1 import step_pb2
from services.runtime import errors
from services.runtime import server as runtime_server
from services.runtime.manifest import Status
from services.runtime.request import StageClient, StageRequest, StageResult
from tests.fake_stage import (
    PATIENCE_SECONDS,
    FakeStage,
    Heard,
    InProcess,
    health,
    remote,
    request,
    result,
    served,
    stream,
)

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
Background = Callable[[StageClient, StageRequest, Heard], "Future[StageResult]"]


@pytest.fixture
def fake() -> FakeStage:
    return FakeStage()


@pytest.fixture
def address(fake: FakeStage) -> Iterator[str]:
    with served(fake) as address:
        yield address


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The file that a waiting run waits for."""
    return tmp_path / "release"


@pytest.fixture(params=["direct", "remote"])
def client(request: pytest.FixtureRequest, fake: FakeStage) -> Iterator[StageClient]:
    if request.param == "direct":
        yield fake
        return
    with served(fake) as address, remote(address) as client:
        yield client


@pytest.fixture
def background() -> Iterator[Background]:
    """Runs a request in a thread and returns once it has begun."""

    def begin(client: StageClient, asked: StageRequest, heard: Heard) -> Future[StageResult]:
        running = pool.submit(client.run, asked, heard, heard.cancelled)
        assert heard.began.wait(PATIENCE_SECONDS)
        return running

    with ThreadPoolExecutor() as pool:
        yield begin


def run(client: StageClient, asked: StageRequest) -> StageResult:
    return client.run(asked, Heard(), threading.Event())


def test_a_stage_says_what_it_is(client: StageClient, fake: FakeStage) -> None:
    assert client.describe() == fake.describe()


def test_a_run_tells_of_its_progress_its_log_and_its_end(client: StageClient) -> None:
    heard = Heard()
    assert client.run(request("succeed"), heard, threading.Event()) == result(Status.SUCCEEDED)
    assert heard.progressed[-1] == (2.0, 2.0)
    assert heard.lines == [
        ("fake.engine", logging.INFO, "100 % of it"),
        ("fake.engine", logging.WARNING, "nearly"),
    ]


def test_a_run_that_failed_is_an_answer_not_an_error(client: StageClient) -> None:
    assert run(client, request("fail")) == result(Status.FAILED)


def test_a_run_that_cannot_start_raises_its_error(client: StageClient) -> None:
    with pytest.raises(errors.InvalidSetting) as caught:
        run(client, request("refuse"))
    assert str(caught.value) == "there is no beam of size 0; take 1 or more"


def test_a_cancellation_reaches_the_run(client: StageClient, release: Path, background: Background) -> None:
    heard = Heard()
    running = background(client, request("wait_for_file", release=str(release)), heard)
    heard.cancelled.set()
    assert running.result(PATIENCE_SECONDS) == result(Status.CANCELLED)


def test_a_run_that_was_cancelled_before_it_began_ends_cancelled(client: StageClient, release: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    asked = request("wait_for_file", release=str(release))
    assert client.run(asked, Heard(), cancelled) == result(Status.CANCELLED)


def test_a_fault_that_nobody_foresaw_is_told_by_name(address: str) -> None:
    with remote(address) as client, pytest.raises(errors.RemoteError) as caught:
        run(client, request("explode"))
    assert "ZeroDivisionError" in str(caught.value)


def test_a_stage_that_tries_to_end_the_process_has_crashed_and_the_server_lives(address: str) -> None:
    with remote(address) as client:
        with pytest.raises(errors.StageCrashed):
            run(client, request("exit"))
        assert run(client, request("succeed", job="next")) == result(Status.SUCCEEDED)


@pytest.mark.parametrize("ask", [lambda client: client.describe(), lambda client: run(client, request("succeed"))])
def test_a_stage_that_is_not_hosted_is_unknown_by_name(ask: Callable[[StageClient], object]) -> None:
    with served(FakeStage("fakir")) as address, remote(address) as client, pytest.raises(errors.UnknownName) as caught:
        ask(client)
    assert "did you mean 'fakir'?" in str(caught.value)


def test_a_stage_describes_the_capacity_it_is_served_with(fake: FakeStage) -> None:
    with served(fake, capacity=3) as address, remote(address) as client:
        assert client.describe().capacity == 3


def test_a_stage_takes_no_more_runs_than_its_capacity(fake: FakeStage, release: Path, background: Background) -> None:
    with served(fake, capacity=2) as address, remote(address) as client:
        running = [
            background(client, request("wait_for_file", job=job, release=str(release)), Heard())
            for job in ("first", "second")
        ]
        with pytest.raises(errors.StageBusy):
            run(client, request("succeed", job="third"))
        release.touch()
        assert [run.result(PATIENCE_SECONDS).status for run in running] == [Status.SUCCEEDED] * 2
        assert run(client, request("succeed", job="third")) == result(Status.SUCCEEDED)


def test_stages_of_one_process_do_not_take_each_others_places(
    fake: FakeStage, release: Path, background: Background
) -> None:
    with served(fake, FakeStage("other")) as address, remote(address) as client, remote(address, "other") as other:
        running = background(client, request("wait_for_file", release=str(release)), Heard())
        assert run(other, request("succeed", stage="other")) == result(Status.SUCCEEDED)
        release.touch()
        running.result(PATIENCE_SECONDS)


def test_the_same_step_again_joins_the_run_under_way(
    address: str, fake: FakeStage, release: Path, background: Background
) -> None:
    asked = request("wait_for_file", release=str(release))
    with remote(address) as first, remote(address) as second:
        runs = [background(first, asked, Heard())]
        late = Heard()
        runs.append(background(second, asked, late))
        release.touch()
        assert [run.result(PATIENCE_SECONDS).status for run in runs] == [Status.SUCCEEDED] * 2
    assert fake.runs == 1
    assert late.progressed[0] == (1.0, 10.0)
    assert late.progressed[-1] == (10.0, 10.0)


def test_a_lost_stream_does_not_end_the_run(address: str, fake: FakeStage, release: Path) -> None:
    asked = request("wait_for_file", release=str(release), end="FAILED")
    with stream(address, asked) as events:
        assert not next(events).accepted.attached
    release.touch()
    assert fake.ended.wait(PATIENCE_SECONDS)
    with stream(address, asked) as events:
        assert next(events).accepted.attached
        assert list(events)[-1].done.status == step_pb2.STEP_STATUS_FAILED
    assert fake.runs == 1


def test_a_step_that_is_asked_for_anew_after_a_failure_runs_again(address: str, fake: FakeStage) -> None:
    with remote(address) as client:
        assert run(client, request("fail")) == result(Status.FAILED)
        assert run(client, request("fail")) == result(Status.FAILED)
    assert fake.runs == 2


def test_every_line_of_a_talkative_stage_arrives_in_order(client: StageClient) -> None:
    heard = Heard()
    client.run(request("chatter", lines=2_000), heard, threading.Event())
    assert [text for _, _, text in heard.lines] == [str(number) for number in range(2_000)]


def test_a_request_too_large_for_a_message_is_refused_before_it_is_sent(address: str, fake: FakeStage) -> None:
    with remote(address) as client, pytest.raises(errors.InvalidRequest):
        run(client, request("succeed", terms="x" * (1 << 20)))
    assert fake.runs == 0


def test_a_stage_serves_once_its_models_are_loaded(fake: FakeStage) -> None:
    fake.warm.clear()
    ready = FakeStage("ready")
    with served(ready, fake) as address, remote(address, patience_seconds=0.0) as client:
        assert (health(address, ""), health(address, "fake")) == (NOT_SERVING, NOT_SERVING)
        with pytest.raises(errors.StageUnavailable):
            run(client, request("succeed"))
        fake.warm.set()
        assert health(address, "", until=SERVING) == SERVING
        assert (health(address, "ready"), health(address, "fake")) == (SERVING, SERVING)
        assert run(client, request("succeed")) == result(Status.SUCCEEDED)


def test_a_client_waits_for_a_stage_that_still_loads_its_models(fake: FakeStage) -> None:
    fake.warm.clear()
    with served(fake) as address, remote(address) as client:
        threading.Timer(0.3, fake.warm.set).start()
        assert run(client, request("succeed")) == result(Status.SUCCEEDED)


def test_a_stopping_server_takes_no_new_runs_and_lets_the_old_ones_end(
    fake: FakeStage, release: Path, background: Background
) -> None:
    server = InProcess(fake, capacity=2)
    asked = request("wait_for_file", release=str(release))
    with remote(server.address) as client, remote(server.address, patience_seconds=0.0) as hasty:
        running = background(client, asked, Heard())
        stopping = threading.Thread(target=server.stop, args=(PATIENCE_SECONDS,))
        stopping.start()
        assert health(server.address, "fake", until=NOT_SERVING) == NOT_SERVING
        with pytest.raises(errors.StageUnavailable):
            run(hasty, request("succeed", job="new"))
        with stream(server.address, asked) as events:
            assert next(events).accepted.attached
        release.touch()
        assert running.result(PATIENCE_SECONDS) == result(Status.SUCCEEDED)
        stopping.join(PATIENCE_SECONDS)
        assert not stopping.is_alive()


def test_a_server_that_still_loads_its_models_stops_when_told(fake: FakeStage) -> None:
    fake.warm.clear()
    InProcess(fake).stop()
    fake.warm.set()


def test_a_server_whose_models_cannot_be_loaded_ends_with_the_reason() -> None:
    class Broken(FakeStage):
        def warm_up(self) -> None:
            raise errors.ModelMissing("model 'tiny' is not here; pull it")

    with pytest.raises(errors.ModelMissing):
        runtime_server.serve([Broken()], "127.0.0.1:0")


def test_a_run_that_does_not_heed_its_cancellation_is_not_waited_for_forever(
    fake: FakeStage, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_server, "CANCEL_PATIENCE_SECONDS", 0.1)

    async def scenario() -> None:
        server = runtime_server.StageServer([fake], 1)
        address = await server.start("127.0.0.1:0")
        working = asyncio.create_task(server.work())
        assert await asyncio.to_thread(health, address, "fake", SERVING) == SERVING
        with stream(address, request("ignore_cancellation", release=str(release))) as events:
            assert await asyncio.to_thread(lambda: next(events).HasField("accepted"))
            working.cancel()
            with pytest.raises(errors.StageCrashed):
                await server.stop(0.0)
        release.touch()
        assert await asyncio.to_thread(fake.ended.wait, PATIENCE_SECONDS)

    asyncio.run(scenario())


def test_an_address_that_is_taken_is_refused(address: str) -> None:
    with pytest.raises(errors.InvalidRequest):
        InProcess(FakeStage(), listen=address)


def test_generic_clients_can_see_what_is_served(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        names = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert set(names) == {
        "cuegraph.v1.StageService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
