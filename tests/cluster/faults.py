"""Faults at random moments: what befalls which container, when and for how long. The same seed gives the same ones."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from tests.cluster.containers import Container
from tests.cluster.many_pods import Cluster, Keeper

AT_ONCE = 3
"""How many faults may last side by side."""
GAP_SECONDS = (0.5, 5.0)
"""From the beginning of a fault to that of the next."""
DEAD_SECONDS = (0.0, 6.0)
"""How long what was killed stays away."""
STUCK_SECONDS = (1.0, 25.0)
"""How long what is frozen or cut off stays so: from a hiccup to beyond every patience but the store's."""
SHARES = {"stage": 15, "coordinator": 5, "temporal": 3, "store": 3}
"""How often each kind of fault befalls each kind of container: 104 faults."""


class Kind(StrEnum):
    KILL = "kill -9"
    MEMORY = "memory kill"
    FREEZE = "freeze"
    CUT = "network cut"


@dataclass(frozen=True)
class Fault:
    kind: Kind
    target: str
    """Name of the container."""
    gap_seconds: float
    """After the beginning of the one before."""
    seconds: float
    """How long it lasts."""


def planned(seed: int, targets: Mapping[str, Sequence[str]]) -> list[Fault]:
    """Every kind of fault against every kind of container, `targets` being those of each, in random order."""
    chance = random.Random(seed)
    deck = [(kind, role) for kind in Kind for role, share in SHARES.items() for _ in range(share)]
    chance.shuffle(deck)
    return [
        Fault(kind, chance.choice(targets[role]), chance.uniform(*GAP_SECONDS), chance.uniform(*_lasting(kind)))
        for kind, role in deck
    ]


def _lasting(kind: Kind) -> tuple[float, float]:
    return DEAD_SECONDS if kind in (Kind.KILL, Kind.MEMORY) else STUCK_SECONDS


class Faults:
    """Has faults befall the containers of a cluster, and tells of each."""

    def __init__(self, cluster: Cluster, keeper: Keeper) -> None:
        self._cluster, self._keeper = cluster, keeper
        self._locks = {name: threading.Lock() for name in cluster.containers}
        self._begin = time.monotonic()
        self.done: Counter[tuple[str, Kind]] = Counter()
        """By the name behind which the container stood."""

    def befall(self, faults: Sequence[Fault]) -> None:
        """Has all of them happen, and returns when the last is over. Raises what went wrong with any."""
        slots = threading.Semaphore(AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            ends = []
            for fault in faults:
                time.sleep(fault.gap_seconds)
                slots.acquire()
                ends.append(threads.submit(self._happen, fault, slots.release))
            for end in ends:
                end.result()

    def _happen(self, fault: Fault, over: Callable[[], None]) -> None:
        container = self._cluster.containers[fault.target]
        try:
            with self._locks[fault.target], self._keeper.hold(container):
                if not container.is_running():
                    container.start()  # it had ended by itself, and the keeper had not come yet
                self._tell(fault)
                with broken(container, fault.kind):
                    time.sleep(fault.seconds)
            self.done[container.alias, fault.kind] += 1
        finally:
            over()

    def _tell(self, fault: Fault) -> None:
        second = time.monotonic() - self._begin
        print(f"{second:7.1f} s  {fault.kind:<12} {fault.target:<32} for {fault.seconds:4.1f} s", flush=True)


@contextmanager
def broken(container: Container, kind: Kind) -> Iterator[None]:
    """The container while the fault lasts; afterwards it is as it was, or left to the keeper if it has ended."""
    match kind:
        case Kind.KILL:
            container.kill()
        case Kind.MEMORY:
            container.kill_for_memory()
        case Kind.FREEZE:
            container.pause()
        case Kind.CUT:
            container.cut()
    try:
        yield
    finally:
        if kind is Kind.FREEZE:
            container.unpause()
        elif kind is Kind.CUT:
            container.mend()
