"""One sweep: announced, carried out by one process at a time, ended; taken over from a process that is gone."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta

import psutil

from services.runtime.errors import AlreadyExists, WrongJobState
from services.runtime.manifest import now
from services.runtime.store import keys
from services.runtime.store.base import Store
from services.runtime.store.sweeps import Standing, standings

from .records import Quarantine, Sweep, Swept

LEASE = timedelta(minutes=30)
"""How long who sweeps may delete before it must announce itself again."""
_MARGIN = timedelta(minutes=30)
"""How much longer another waits before it takes over from a process that it cannot look up: clocks differ, and a
request may be on its way."""


@dataclass
class Broom:
    """The right to delete what is on the list of one quarantine, while nobody else has it."""

    store: Store
    sequence: int
    _turn: int = 0
    _until: float = field(default=0.0)

    @staticmethod
    def take(store: Store, standing: Standing, clock: Callable[[], float] = time.monotonic) -> Broom:
        """Announces the sweep. Raises WrongJobState if another process is at it."""
        if standing.turns:
            _require_gone(store, keys.sweep(standing.sequence, max(standing.turns)))
        broom = Broom(store, standing.sequence, max(standing.turns, default=0))
        broom.announce(clock)
        return broom

    def announce(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Says that this process sweeps from now on. Raises WrongJobState if another was faster."""
        began = clock()
        process = psutil.Process()
        sweep = Sweep(now(), socket.gethostname(), os.getpid(), process.create_time())
        key = keys.sweep(self.sequence, self._turn + 1)
        try:
            self.store.create(key, sweep.to_json())
        except AlreadyExists:
            raise _busy(key) from None
        self._turn, self._until = self._turn + 1, began + LEASE.total_seconds()

    def delete(self, key: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises WrongJobState if another has taken over, as may be after a freeze."""
        if clock() >= self._until:
            self.announce(clock)
        self.store.delete(key)

    def end(self, kept: Collection[str]) -> None:
        """Says that the sweep is over: those who wait for it go on."""
        try:
            self.store.create(keys.swept(self.sequence), Swept(now(), tuple(sorted(kept))).to_json())
        except AlreadyExists:
            return  # an earlier request was applied though its answer was lost


def put_in_quarantine(store: Store, quarantine: Quarantine) -> Standing:
    """Writes the list under the next free number."""
    sequence = max((it.sequence for it in standings(store.list(keys.GARBAGE))), default=0) + 1
    while True:
        try:
            store.create(keys.quarantine(sequence), quarantine.to_json())
        except AlreadyExists:
            sequence += 1
        else:
            return Standing(sequence)


def end_abandoned(store: Store) -> None:
    """Ends sweeps whose process is gone, without deleting any more: what is still garbage is found again.

    Raises WrongJobState if a process is at it.
    """
    for standing in standings(store.list(keys.GARBAGE)):
        if standing.is_open:
            listed = Quarantine.from_json(store.get(keys.quarantine(standing.sequence))).sizes
            Broom.take(store, standing).end([key for key in listed if store.size(key) is not None])


def _require_gone(store: Store, key: str) -> None:
    sweep = Sweep.from_json(store.get(key))
    if sweep.host == socket.gethostname():
        if _runs(sweep):
            raise _busy(key)
    elif now() - sweep.time < LEASE + _MARGIN:
        raise _busy(key)


def _runs(sweep: Sweep) -> bool:
    try:
        return abs(psutil.Process(sweep.process_id).create_time() - sweep.process_started) < 1.0
    except psutil.NoSuchProcess:
        return False


def _busy(key: str) -> WrongJobState:
    return WrongJobState(f"another process deletes garbage ({key}); wait until it has ended, then repeat the command")
