"""A pool of pods does every step once, whatever becomes of single pods. The pods are real processes; DNS is a list."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import Popen

import pytest

from coordinator.pools import Pools, Rules, discovery, queue
from coordinator.pools.discovery import addresses_of
from coordinator.pools.pool import StagePool
from services.runtime import errors
from services.runtime.client import RemoteStage
from services.runtime.manifest import Status
from services.runtime.request import StageResult
from tests.certificates import Authority
from tests.fake_stage import FakeStage, Heard, InProcess, request, result, served_by_child
from tests.patience import PATIENCE_SECONDS, until

STAGE = "asr"
"""What the fakes are called here: a pool is only made of a stage that somebody knows."""


class Waiter(Heard):
    """Also hears why its step waits."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: list[str] = []
        self.waits = threading.Event()

    def waiting(self, reason: str) -> None:
        self.reasons.append(reason)
        self.waits.set()


@dataclass
class Names:
    """What DNS says, as far as it is up."""

    addresses: list[str] = field(default_factory=list)
    is_up: bool = True

    def resolve(self, place: str) -> list[str]:
        assert place == "asr.films:50051"
        if not self.is_up:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return list(self.addresses)


@dataclass
class Cluster:
    """A pool, the name that it stands on, and pods that can be started and killed."""

    names: Names
    pool: StagePool
    exits: ExitStack
    threads: ThreadPoolExecutor
    release: Path
    """The file that waiting runs wait for."""
    pods: dict[str, Popen[str]] = field(default_factory=dict)

    def start(self, *, listed: bool = True, grace_seconds: float = 30.0) -> str:
        """The address of a new pod that takes one run at once."""
        child, address = self.exits.enter_context(served_by_child(grace_seconds, stage=STAGE))
        self.pods[address] = child
        self.names.addresses += [address] * listed
        return address

    def kill(self, address: str) -> None:
        self.pods[address].kill()
        self.pods[address].wait(PATIENCE_SECONDS)

    def begin(self, do: str, job: str = "job", heard: Waiter | None = None) -> tuple[Future[StageResult], Waiter]:
        heard = heard or Waiter()
        asked = request(do, job=job, stage=STAGE, release=str(self.release))
        return self.threads.submit(self.pool.run, asked, heard, heard.cancelled), heard

    def begun(self, job: str = "job") -> tuple[Future[StageResult], Waiter]:
        """A run that is under way until the release."""
        running, heard = self.begin("wait_for_file", job)
        assert heard.began.wait(PATIENCE_SECONDS)
        return running, heard

    def where(self) -> list[str]:
        """The pods that have runs of ours."""
        return [pod.address for pod in self.pool._pods.all() if pod.taken]


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(queue, "SILENT_SECONDS", 0.1)


@pytest.fixture
def paused() -> set[str]:
    return set()


@pytest.fixture
def cluster(tmp_path: Path, paused: set[str]) -> Iterator[Cluster]:
    names, release = Names(), tmp_path / "release"
    connect = partial(RemoteStage, patience_seconds=1.0, begin_seconds=0.5)
    rules = Rules(is_paused=paused.__contains__)
    pools = Pools(no_stage_here, connect, {STAGE: "asr.films:50051"}, rules, names.resolve)
    with closing(pools), ExitStack() as exits, ThreadPoolExecutor() as threads:
        yield Cluster(names, pools.client(STAGE), exits, threads, release)
        release.touch()


def no_stage_here(name: str) -> FakeStage:
    raise AssertionError(f"{name} was to run elsewhere")


def succeeded(run: tuple[Future[StageResult], Waiter]) -> bool:
    return run[0].result(PATIENCE_SECONDS) == result(Status.SUCCEEDED)


def test_steps_go_to_the_pods_that_have_least_to_do(cluster: Cluster) -> None:
    addresses = {cluster.start() for _ in range(3)}
    until(lambda: all(pod.answers for pod in cluster.pool._pods.all()) and len(cluster.pool._pods.all()) == 3)
    runs = [cluster.begun(f"job{number}") for number in range(3)]
    assert set(cluster.where()) == addresses
    cluster.release.touch()
    assert all(succeeded(run) for run in runs)


def test_a_stage_without_pods_keeps_its_steps_waiting_and_says_so(cluster: Cluster) -> None:
    run = cluster.begin("succeed")
    assert run[1].waits.wait(PATIENCE_SECONDS)
    cluster.start()
    assert succeeded(run)
    assert run[1].reasons[0] == "there is no pod of stage asr"
    assert run[1].reasons[-1] == ""


def test_a_pod_whose_certificate_is_not_trusted_is_told_as_such(cluster: Cluster, tmp_path: Path) -> None:
    server = InProcess(FakeStage(STAGE), tls=Authority(tmp_path / "stranger").server(mutual=False))
    cluster.names.addresses = [server.address]
    running, heard = cluster.begin("succeed")
    until(lambda: any("CUEGRAPH_TLS_CA" in reason for reason in heard.reasons))
    heard.cancelled.set()
    with pytest.raises(errors.Cancelled):
        running.result(PATIENCE_SECONDS)
    server.stop()


def test_a_step_that_waits_for_a_slot_gets_that_of_a_new_pod(cluster: Cluster) -> None:
    cluster.start()
    first, second = cluster.begun("first"), cluster.begin("wait_for_file", "second")
    assert second[1].waits.wait(PATIENCE_SECONDS)
    assert second[1].reasons == ["all 1 slots of stage asr are taken"]
    cluster.start()
    assert second[1].began.wait(PATIENCE_SECONDS)
    cluster.release.touch()
    assert succeeded(first)
    assert succeeded(second)


def test_a_pod_that_is_full_of_others_runs_loses_no_step(cluster: Cluster) -> None:
    address = cluster.start()
    others = Waiter()
    with closing(RemoteStage(address, STAGE)) as other_coordinator:
        asked = request("wait_for_file", job="others", stage=STAGE, release=str(cluster.release))
        running = cluster.threads.submit(other_coordinator.run, asked, others, others.cancelled)
        assert others.began.wait(PATIENCE_SECONDS)
        ours = cluster.begin("succeed", "ours")
        assert ours[1].waits.wait(PATIENCE_SECONDS)
        cluster.start()
        assert succeeded(ours)
        cluster.release.touch()
        assert running.result(PATIENCE_SECONDS) == result(Status.SUCCEEDED)


def test_a_step_whose_pod_is_killed_goes_to_another(cluster: Cluster) -> None:
    cluster.start()
    run = cluster.begun()
    (lost,) = cluster.where()
    cluster.start()
    cluster.kill(lost)
    cluster.release.touch()
    assert succeeded(run)
    assert lost not in cluster.where()


def test_a_step_whose_only_pod_is_killed_waits_for_the_next(cluster: Cluster) -> None:
    lost = cluster.start()
    run = cluster.begun()
    cluster.kill(lost)
    until(lambda: "none of the 1 pods of stage asr answers" in run[1].reasons)
    cluster.names.addresses.remove(lost)
    cluster.release.touch()
    cluster.start()
    assert succeeded(run)


def test_a_pod_that_is_stopped_hands_its_step_to_another(cluster: Cluster) -> None:
    stopped = cluster.start(grace_seconds=0.0)
    run = cluster.begun()
    cluster.start()
    cluster.pods[stopped].terminate()
    cluster.release.touch()
    assert succeeded(run)


def test_a_pod_that_is_taken_out_of_the_name_ends_its_run_and_gets_no_other(cluster: Cluster) -> None:
    leaving = cluster.start()
    first = cluster.begun("first")
    cluster.names.addresses.remove(leaving)
    until(lambda: cluster.pool._pods.all() == [])
    cluster.release.touch()
    assert succeeded(first)
    second = cluster.begin("succeed", "second")
    assert second[1].waits.wait(PATIENCE_SECONDS)
    cluster.names.addresses.append(leaving)
    assert succeeded(second)


def test_pods_that_are_known_are_used_while_dns_is_lost(cluster: Cluster) -> None:
    cluster.start()
    until(lambda: any(pod.answers for pod in cluster.pool._pods.all()))
    cluster.names.is_up = False
    assert succeeded(cluster.begin("succeed"))


def test_a_step_that_ends_every_pod_ends_as_crashed(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coordinator.pools.pool.MOST_LOSSES", 2)
    cluster.start()
    cluster.start()
    with pytest.raises(errors.StageCrashed):
        cluster.begin("kill")[0].result(PATIENCE_SECONDS)


def test_steps_survive_pods_that_come_and_go(cluster: Cluster) -> None:
    for _ in range(3):
        cluster.start()
    runs = [cluster.begin("wait_for_file", f"job{number}") for number in range(8)]
    for _ in range(3):
        until(lambda: bool(cluster.where()))
        victim = cluster.where()[0]
        cluster.kill(victim)
        cluster.names.addresses.remove(victim)
        cluster.start()
    cluster.release.touch()
    assert all(succeeded(run) for run in runs)


def test_a_step_that_waits_can_be_called_off(cluster: Cluster) -> None:
    running, heard = cluster.begin("succeed")
    assert heard.waits.wait(PATIENCE_SECONDS)
    heard.cancelled.set()
    with pytest.raises(errors.Cancelled):
        running.result(PATIENCE_SECONDS)


def test_a_paused_stage_begins_nothing_and_ends_what_it_has_begun(cluster: Cluster, paused: set[str]) -> None:
    cluster.start()
    first = cluster.begun("first")
    paused.add(STAGE)
    second = cluster.begin("succeed", "second")
    cluster.release.touch()
    assert succeeded(first)
    until(lambda: second[1].reasons == ["stage asr is paused"])
    paused.clear()
    assert succeeded(second)


def test_a_pool_describes_its_stage(cluster: Cluster) -> None:
    with pytest.raises(errors.StageUnavailable):
        cluster.pool.describe()
    addresses = {cluster.start(), cluster.start()}
    until(lambda: cluster.pool.capacity == len(addresses))
    described = cluster.pool.describe()
    assert (described.name, described.capacity) == (STAGE, 2)


def test_a_name_of_this_machine_stands_for_one_pod() -> None:
    assert addresses_of("localhost:50051") in ({"127.0.0.1:50051"}, {"[::1]:50051"})
    assert set(addresses_of("127.0.0.1:50051")) == {"127.0.0.1:50051"}
    assert set(addresses_of("[::1]:50051")) == {"[::1]:50051"}
    assert addresses_of("unix:/run/asr") == ["unix:/run/asr"]


def test_a_name_that_nobody_has_stands_for_no_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    assert addresses_of("asr.films:50051") == []


def test_a_pod_of_two_families_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET6, None, 0, "", ("fd00::1", 50051, 0, 0)),
        (socket.AF_INET, None, 0, "", ("10.0.0.1", 50051)),
        (socket.AF_INET, None, 0, "", ("10.0.0.2", 50051)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert set(addresses_of("asr.films:50051")) == {"10.0.0.1:50051", "10.0.0.2:50051"}
