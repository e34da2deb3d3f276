"""A cluster in containers: a store, Temporal, two coordinators, and every stage, the busy ones three times.

What recognises speech here is real but small: Silero, Whisper tiny and pocketsphinx, one thread each. A film of a few
seconds costs about as many of one processor. Stages that are of no account for faults are switched off.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.runtime.client import RemoteStage
from services.runtime.store import open_store
from services.runtime.store.base import Store
from services.runtime.store.s3 import S3Access
from tests.cluster.containers import Container, command, network, remove_all, volume

NAME = "cuegraph-faults"
BUSY = ("demux", "vad", "asr", "alignment", "hallucination", "subtitles")
SELDOM = ("glossary",)
PODS = 3
"""Containers of each busy stage."""
COORDINATORS = 2
PORT = 50051
START_SECONDS = 300.0
_KEYS = {"AWS_ACCESS_KEY_ID": "faults", "AWS_SECRET_ACCESS_KEY": "only-on-a-network-of-this-machine"}
_SETTINGS = {
    "CUEGRAPH_STORE": "s3://cuegraph/films",
    "AWS_REGION": "us-east-1",
    "CUEGRAPH_PROFILE": "cpu-small",
    "CUEGRAPH_METADATA_ENGINE": "none",
    "CUEGRAPH_DIARIZATION_ENGINE": "none",
    "CUEGRAPH_VAD_ENGINE": "silero",
    "CUEGRAPH_ASR_MODEL": "whisper-tiny.en",
    "OMP_NUM_THREADS": "1",
}


def image(name: str) -> str:
    """As `make images` names it."""
    return f"localhost/cuegraph/{name}:{os.environ.get('TAG', 'dev')}"


@dataclass(frozen=True)
class Cluster:
    """Its containers by name, and the store as this host reaches it."""

    store: Store
    containers: Mapping[str, Container]

    def of(self, alias: str) -> list[Container]:
        """The containers behind a name."""
        return [container for container in self.containers.values() if container.alias == alias]

    def save_logs(self, folder: Path) -> None:
        for container in self.containers.values():
            (folder / f"{container.name}.log").write_text(container.log(), "utf-8")


class Keeper:
    """Starts whatever has ended, as Kubernetes does; what is held by a fault it leaves alone."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._held: set[str] = set()
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.restarts = 0
        """Of containers that had ended by themselves."""

    @contextmanager
    def hold(self, container: Container) -> Iterator[None]:
        with self._lock:
            self._held.add(container.name)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(container.name)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stopping.wait(1.0):
            ended = command(
                "ps", "--all", "--filter", f"network={NAME}", "--filter", "status=exited", "--format", "{{.Names}}"
            )
            with self._lock:
                for name in set(ended.split()) - self._held:
                    self._cluster.containers[name].start()
                    self.restarts += 1


@contextmanager
def cluster() -> Iterator[Cluster]:
    """All of it, once everything serves; removed in the end."""
    with ExitStack() as exits:
        films, rounds = (exits.enter_context(volume(f"{NAME}-{what}")) for what in ("films", "rounds"))
        addresses = exits.enter_context(network(NAME))
        exits.callback(remove_all, NAME)
        store = Container(f"{NAME}-store", "store", NAME, str(addresses[250]))
        temporal = Container(f"{NAME}-temporal", "temporal", NAME, str(addresses[251]))
        _run_store(store, films)
        _run_temporal(temporal, rounds)
        containers = [store, temporal, *map(_run_coordinator, range(COORDINATORS)), *_run_stages()]
        access = S3Access(f"http://{store.address}:8333", "us-east-1", *_KEYS.values())
        running = Cluster(open_store(_SETTINGS["CUEGRAPH_STORE"], access), {it.name: it for it in containers})
        with Keeper(running):
            await_serving(running)
        yield running


def await_serving(cluster: Cluster) -> None:
    """Waits until every coordinator and stage serves."""
    deadline = time.monotonic() + START_SECONDS
    for container in cluster.containers.values():
        while container.alias not in ("store", "temporal") and not serves(container):
            assert time.monotonic() < deadline, f"{container.name} does not serve: {container.log()[-2000:]}"
            time.sleep(0.5)


def serves(container: Container) -> bool:
    place = container.place()
    return bool(place) and RemoteStage(f"{place}:{PORT}", "").is_serving()


def _run_store(container: Container, films: str) -> None:
    arguments = ("mini", "-dir=/data", f"-ip={container.address}", "-ip.bind=0.0.0.0", "-s3.port=8333",
                 "-bucket=cuegraph", "-master.telemetry=false", "-admin.ui=false")  # fmt: skip
    container.run(image("seaweedfs"), arguments, [*_variables(_KEYS), f"--volume={films}:/data"])


def _run_temporal(container: Container, rounds: str) -> None:
    arguments = ("server", "start-dev", "--headless", "--ip=0.0.0.0", "--db-filename=/data/temporal.db")
    container.run(image("temporal"), (*arguments, "--log-level=error"), [f"--volume={rounds}:/data"])


def _run_coordinator(number: int) -> Container:
    stages = [f"--stage={stage}={stage}:{PORT}" for stage in (*BUSY, *SELDOM)]
    arguments = ("serve", f"--listen=0.0.0.0:{PORT}", "--insecure-anyone", "--jobs=20", "--grace=20",
                 "--engine=temporal", "--temporal-address=temporal:7233", *stages)  # fmt: skip
    return _run_own("coordinator", number, arguments)


def _run_stages() -> Iterator[Container]:
    for stage in (*BUSY, *SELDOM):
        for number in range(PODS if stage in BUSY else 1):
            yield _run_own(stage, number, ("stage", "serve", stage, f"--listen=0.0.0.0:{PORT}", "--grace=20"))


def _run_own(name: str, number: int, arguments: tuple[str, ...]) -> Container:
    container = Container(f"{NAME}-{name}-{number}", name, NAME)
    environment = {**_SETTINGS, **_KEYS, "AWS_ENDPOINT_URL": "http://store:8333", "CUEGRAPH_POD": container.name}
    container.run(image(name), arguments, [*_variables(environment), "--volume=/data"])
    return container


def _variables(values: Mapping[str, str]) -> list[str]:
    return [f"--env={name}={value}" for name, value in values.items()]
