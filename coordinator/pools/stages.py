"""The pools of all stages: each in this process, unless an address is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.runtime.errors import unknown_name
from services.runtime.registry import STAGES
from services.runtime.request import StageClient

from ..turns import Rank
from .discovery import Connect, Discovery, Resolve, addresses_of
from .pods import Pod, Pods
from .pool import StagePool
from .queue import Queue


def _same_for_all(job_id: str) -> Rank:  # noqa: ARG001  the form of what tells a rank
    return Rank(datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True)
class Rules:
    """What decides whose turn it is before a stage. By default they take turns as they come."""

    rank: Callable[[str], Rank] = _same_for_all
    """Tells that of a job."""
    is_paused: Callable[[str], bool] = lambda stage: False  # noqa: ARG005  likewise
    """Tells whether a stage begins no more steps."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Shares of tenants."""


class Pools:
    """A pool per stage, made when it is first needed."""

    def __init__(
        self,
        local: Callable[[str], StageClient],
        connect: Connect,
        addresses: Mapping[str, str],
        rules: Rules | None = None,
        resolve: Resolve = addresses_of,
    ) -> None:
        """`addresses` maps stages to `host:port`, where the host may stand for many; `connect` makes a client of one
        address and a stage's name. Raises UnknownName if an address is given for a stage nobody knows.
        """
        for stage in addresses:
            if stage not in STAGES:
                raise unknown_name("stage", stage, STAGES)
        self._local, self._connect, self._resolve = local, connect, resolve
        self._addresses, self._rules = addresses, rules or Rules()
        self._pools: dict[str, StagePool] = {}
        self._lock = threading.Lock()

    def client(self, stage: str) -> StagePool:
        """Raises UnknownName for a stage nobody knows."""
        with self._lock:
            if stage not in self._pools:
                place = self._addresses.get(stage)
                self._pools[stage] = self._elsewhere(stage, place) if place else self._here(stage)
            return self._pools[stage]

    def close(self) -> None:
        """Gives back the connections. Runs go on."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()

    def _here(self, stage: str) -> StagePool:
        client = self._local(stage)
        pods = Pods(stage, [Pod("local", client, client.describe().capacity)])
        return StagePool(pods, self._queue(pods), self._rules.rank)

    def _elsewhere(self, stage: str, place: str) -> StagePool:
        pods = Pods(stage)
        discovery = Discovery(place, pods, self._connect, self._resolve)
        return StagePool(pods, self._queue(pods), self._rules.rank, discovery)

    def _queue(self, pods: Pods) -> Queue:
        return Queue(pods, self._rules.weights, self._rules.is_paused)
