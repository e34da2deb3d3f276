"""How many steps of a stage a coordinator takes out of its queue: as many as its pool has room for at the time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from temporalio.worker import (
    CustomSlotSupplier,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
)

from services.runtime.active_runs import in_thread

LOOK_SECONDS = 2.0
"""How often a stage is asked how much it takes."""

_log = logging.getLogger(__name__)


class PoolSlots(CustomSlotSupplier):
    """Slots for the steps of one stage. To be made in the event loop; Temporal calls it from threads too."""

    def __init__(self, stage: str, capacity: Callable[[], int]) -> None:
        """`capacity` asks the pool and may take its time."""
        self._stage, self._capacity = stage, capacity
        self._most = self._taken = 0
        self._is_lost = False
        self._lock = threading.Lock()
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()

    async def follow(self) -> None:
        """Keeps asking how much the pool takes.

        Where there is no room at all one step is taken all the same: it waits before the pool and says why.
        """
        while True:
            self._most = max(1, await self._asked())
            self._changed.set()
            await asyncio.sleep(LOOK_SECONDS)

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        while True:
            self._changed.clear()
            permit = self.try_reserve_slot(ctx)
            if permit is not None:
                return permit
            await self._changed.wait()

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:  # noqa: ARG002  the form of a supplier
        with self._lock:
            if self._taken >= self._most:
                return None
            self._taken += 1
            return SlotPermit()

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """A slot is taken from when it is reserved."""

    def release_slot(self, ctx: SlotReleaseContext) -> None:  # noqa: ARG002  as above
        with self._lock:
            self._taken -= 1
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def _asked(self) -> int:
        try:
            most = await in_thread(f"describe {self._stage}", self._capacity)
        except Exception as error:  # noqa: BLE001  what is wrong with one stage must not end the work for others
            if not self._is_lost:
                _log.warning(
                    "steps of %s but one stay in their queue: %s: %s", self._stage, type(error).__name__, error
                )
            self._is_lost = True
            return 0
        self._is_lost = False
        return most
