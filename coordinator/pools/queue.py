"""The queue before a stage: steps wait in it for their turn and a slot, and say why they wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from services.runtime.errors import Cancelled
from services.runtime.manifest import now
from services.runtime.request import Observer
from services.runtime.store.keys import Step

from ..turns import Claim, Rank, Shares, next_claim
from .pods import Pod, Pods

LOOK_SECONDS = 0.2
"""How often a step that waits looks whether it was called off or its stage is no longer paused."""
SILENT_SECONDS = 1.0
"""How long a step waits before anybody hears of it: most have their turn sooner."""


@runtime_checkable
class HearsOfWaiting(Protocol):
    """An observer of a step that also hears why it waits."""

    def waiting(self, reason: str) -> None:
        """Empty: it waits no longer."""


class Queue:
    """Steps that wait for the pods of one stage."""

    def __init__(self, pods: Pods, weights: Mapping[str, float], is_paused: Callable[[str], bool]) -> None:
        self._pods, self._is_paused = pods, is_paused
        self._shares = Shares(weights)
        self._waiting: set[Claim] = set()

    def wait(self, step: Step, rank: Rank, observer: Observer, cancelled: threading.Event) -> Pod:
        """A slot of a pod, to be given back. Raises Cancelled if the step is called off while it waits."""
        with self._waits(Claim(step.prefix, rank, now())) as claim, _Said(observer) as said:
            while (pod := self._take(claim, step, said)) is None:
                if cancelled.is_set():
                    raise Cancelled(f"{step.stage} was called off before its turn came")
                with self._pods.changed:
                    self._pods.changed.wait(LOOK_SECONDS)
            return pod

    @contextmanager
    def _waits(self, claim: Claim) -> Iterator[Claim]:
        with self._pods.changed:
            self._waiting.add(claim)
        try:
            yield claim
        finally:
            with self._pods.changed:
                self._waiting.discard(claim)
                self._pods.changed.notify_all()

    def _take(self, claim: Claim, step: Step, said: _Said) -> Pod | None:
        if self._is_paused(self._pods.stage):
            said.why(f"stage {self._pods.stage} is paused")
            return None
        with self._pods.changed:
            pod = self._pods.take(step) if next_claim(self._waiting, self._shares, now()) is claim else None
            if pod is not None:
                self._waiting.discard(claim)
                self._shares = self._shares.after_turn(claim.rank.tenant)
                self._pods.changed.notify_all()
                return pod
        said.why(self._pods.why_none())
        return None


class _Said:
    """What an observer was told about why a step waits: nothing at first, then what is new, last that it is over."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._begin = time.monotonic()
        self._told = ""

    def why(self, reason: str) -> None:
        if time.monotonic() - self._begin >= SILENT_SECONDS:
            self._tell(reason)

    def __enter__(self) -> _Said:
        return self

    def __exit__(self, *exception: object) -> None:
        self._tell("")

    def _tell(self, reason: str) -> None:
        if reason != self._told and isinstance(self._observer, HearsOfWaiting):
            self._observer.waiting(reason)
        self._told = reason
