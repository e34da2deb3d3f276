"""A cluster under faults: real containers of real stages are killed, frozen and cut off while they make films.

Not part of `make test`: `make test-cluster` takes about half an hour on two cores. `SEED=...` repeats the faults of a
run; `TAG=...` chooses other images; `LOGS=folder` keeps what the containers wrote.

Recognition is real but small (see many_pods). Of kinds of faults all are real: SIGKILL, the freezer, the kernel's own
memory kill in the container's memory group, and the network taken away from a container and given back.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import pytest

from coordinator.jobs import Jobs
from services.runtime import commits
from services.runtime.store.base import Store
from services.runtime.store.keys import Step
from tests.cluster.containers import Container
from tests.cluster.faults import Fault, Faults, Kind, planned
from tests.cluster.films_at_work import Films
from tests.cluster.many_pods import BUSY, SELDOM, Cluster, Keeper, await_serving, cluster
from tests.cluster.verdicts import told, verdict
from tests.patience import until

AT_WORK = 20
"""Films under way at once while faults happen, as far as they can be sent so fast."""
ROLLING = 6
"""The same while everything is restarted."""
LOOK_SECONDS = 5.0
"""How often it is looked what has ended and what is committed."""
END_SECONDS = 900.0
"""By when every job must have ended after the last fault."""
GRACE_SECONDS = 45
"""From SIGTERM to SIGKILL."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster() as running:
        try:
            yield running
        finally:
            running.save_logs(Path(os.environ.get("LOGS") or tmp_path_factory.mktemp("logs")))


@pytest.fixture
def films(running: Cluster, tmp_path: Path) -> Films:
    return Films(running, tmp_path)


def assert_all_is_right(films: Films) -> None:
    films.look_again()
    verdicts = [verdict(films.cluster.store, name) for name in films.jobs]
    print(told(verdicts), flush=True)
    assert all(it.ok for it in verdicts)


@pytest.mark.timeout(900)
def test_a_frozen_stage_whose_step_was_given_away_wakes_and_publishes_nothing(films: Films) -> None:
    zombie = frozen_at_work(films)
    films.await_end(300)
    films.look()
    zombie.thaw()
    assert_all_is_right(films)


@dataclass(frozen=True)
class Zombie:
    """A container that was frozen in the midst of the first attempt at a step."""

    container: Container
    store: Store
    step: Step

    def thaw(self) -> None:
        """Returns when it has ended what it was at, beside the commit of another."""
        winner = commits.find(self.store, self.step)
        assert winner is not None
        assert winner[0].attempt > 1
        self.container.unpause()
        until(lambda: self.store.size(self.step.attempt(1, "manifest")) is not None)
        assert commits.find(self.store, self.step) == winner


def frozen_at_work(films: Films) -> Zombie:
    """Freezes a container while it recognises a film; if it was too quick, one that is at another film."""
    store = films.cluster.store
    for _ in range(5):
        name = films.send(recordings=10)
        (step,) = (it.of(name) for it in Jobs(store).get(name).plan if it.stage == "asr")
        container = films.cluster.containers[begun_by(store, step)]
        container.pause()
        if store.size(step.attempt(1, "manifest")) is None:
            return Zombie(container, store, step)
        container.unpause()
    raise AssertionError("every film was recognised before its container was frozen")


def begun_by(store: Store, step: Step) -> str:
    """The host of the first attempt, once it has begun."""
    begun = step.attempt(1, "started")
    until(lambda: store.size(begun) is not None)
    return str(json.loads(store.get(begun))["host"])


@pytest.mark.timeout(1800)
def test_a_rolling_restart_of_everything_fails_no_job(films: Films) -> None:
    """One container after another gets SIGTERM, ends in its grace and is started anew, while films are at work."""
    with Keeper(films.cluster) as keeper:
        for container in films.cluster.containers.values():
            films.keep_at_work(ROLLING)
            with keeper.hold(container):
                container.stop(GRACE_SECONDS)
                container.start()
            await_serving(films.cluster)
        films.await_end(END_SECONDS)
    assert_all_is_right(films)


@pytest.mark.timeout(3600)
def test_a_hundred_faults_lose_no_job_and_do_none_twice(films: Films) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**32))
    faults = planned(seed, by_role(films.cluster))
    print(f"\nSEED={seed}: {len(faults)} faults", flush=True)
    begin = time.monotonic()
    films.keep_at_work(AT_WORK)
    with Keeper(films.cluster) as keeper:
        done = befall(films, Faults(films.cluster, keeper), faults)
        films.await_end(END_SECONDS)
    minutes = (time.monotonic() - begin) / 60
    print(f"SEED={seed}: {summary(done)}; {len(films.jobs)} films in {minutes:.1f} min; {keeper.restarts} restarts")
    assert_all_is_right(films)


def by_role(running: Cluster) -> dict[str, list[str]]:
    stages = [it.name for stage in (*BUSY, *SELDOM) for it in running.of(stage)]
    others = {role: [it.name for it in running.of(role)] for role in ("coordinator", "temporal", "store")}
    return {"stage": stages, **others}


def befall(films: Films, faults: Faults, deck: Sequence[Fault]) -> Counter[tuple[str, Kind]]:
    """Has the faults happen while so many films are at work, and looks at what is committed meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        happening = thread.submit(faults.befall, deck)
        while not happening.done():
            films.keep_at_work(AT_WORK)
            films.look()
            wait([happening], timeout=LOOK_SECONDS)
        happening.result()
    return faults.done


def summary(done: Counter[tuple[str, Kind]]) -> str:
    kinds = Counter[str]()
    for (_, kind), times in done.items():
        kinds[kind] += times
    return ", ".join(f"{times} x {kind}" for kind, times in sorted(kinds.items()))
