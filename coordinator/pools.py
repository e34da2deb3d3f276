"""Pools: where each stage is. In this process, unless an address is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.runtime.errors import unknown_name
from services.runtime.registry import STAGES
from services.runtime.request import StageClient


class Pools:
    """Clients of the stages, made when they are first needed."""

    def __init__(
        self,
        local: Callable[[str], StageClient],
        remote: Callable[[str, str], StageClient],
        addresses: Mapping[str, str],
    ) -> None:
        """`addresses` maps stages to `host:port`; `remote` makes a client of an address and a stage's name.

        Raises UnknownName if an address is given for a stage nobody knows.
        """
        for stage in addresses:
            if stage not in STAGES:
                raise unknown_name("stage", stage, STAGES)
        self._local = local
        self._remote = remote
        self._addresses = addresses
        self._clients: dict[str, StageClient] = {}

    def client(self, stage: str) -> StageClient:
        if stage not in self._clients:
            address = self._addresses.get(stage)
            self._clients[stage] = self._remote(address, stage) if address else self._local(stage)
        return self._clients[stage]
