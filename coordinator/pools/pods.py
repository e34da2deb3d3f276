"""Pods: the processes of one stage, what each can take, and which of them is best for the next step."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from services.runtime.request import StageClient
from services.runtime.store.keys import Step

BUSY_SECONDS = 0.5
"""How long a pod that is full of others' runs is left alone."""


class PodClient(StageClient, Protocol):
    """A stage in one process elsewhere."""

    def is_serving(self) -> bool:
        """Whether it takes runs now. Raises CuegraphError if it never will as things are."""

    def close(self) -> None:
        """Gives back the connection."""


@dataclass(eq=False)
class Pod:
    """One process of a stage."""

    address: str
    client: StageClient
    capacity: int = 1
    """How many runs it takes at once."""
    taken: int = 0
    """How many of them are ours."""
    answers: bool = True
    problem: str = ""
    """Why it serves nothing, where more is known than that it does not answer."""
    busy_until: float = field(default=0.0, repr=False)
    """On the monotonic clock, in seconds."""

    @property
    def load(self) -> float:
        """Share of its slots that our runs take."""
        return self.taken / self.capacity


class Pods:
    """The processes of one stage. Safe to call from many threads.

    `changed` is told when a slot may have become free.
    """

    def __init__(self, stage: str, pods: Iterable[Pod] = ()) -> None:
        self.stage = stage
        self.changed = threading.Condition()
        self._pods = {pod.address: pod for pod in pods}

    def take(self, step: Step) -> Pod | None:
        """A slot of the least loaded pod for the step; None if there is none now."""
        with self.changed:
            pod = least_loaded(self._able(), step)
            if pod is not None:
                pod.taken += 1
            return pod

    def give_back(self, pod: Pod) -> None:
        """The slot is free again."""
        with self.changed:
            pod.taken -= 1
            self.changed.notify_all()

    def is_full(self, pod: Pod) -> None:
        """The pod takes no more for now: others have runs there as well."""
        with self.changed:
            pod.busy_until = time.monotonic() + BUSY_SECONDS

    def is_lost(self, pod: Pod) -> None:
        """The pod gets no runs until it answers again."""
        with self.changed:
            pod.answers = False

    def answered(self, pod: Pod, capacity: int) -> None:
        """The pod can be reached and takes so many runs at once."""
        with self.changed:
            pod.answers, pod.capacity, pod.problem = True, capacity, ""
            self.changed.notify_all()

    def add(self, pod: Pod) -> None:
        with self.changed:
            self._pods[pod.address] = pod

    def keep(self, addresses: Collection[str]) -> None:
        """Drops all other pods. Their runs go on."""
        with self.changed:
            self._pods = {address: pod for address, pod in self._pods.items() if address in addresses}

    def all(self) -> list[Pod]:
        with self.changed:
            return list(self._pods.values())

    def answering(self) -> list[Pod]:
        """Those that get steps."""
        return [pod for pod in self.all() if pod.answers]

    def why_none(self) -> str:
        """Why no slot can be had, for people."""
        pods, answering = self.all(), self.answering()
        if not pods:
            return f"there is no pod of stage {self.stage}"
        if not answering:
            problem = next((f": {pod.problem}" for pod in pods if pod.problem), "")
            return f"none of the {len(pods)} pods of stage {self.stage} answers{problem}"
        return f"all {sum(pod.capacity for pod in answering)} slots of stage {self.stage} are taken"

    def _able(self) -> list[Pod]:
        now = time.monotonic()
        return [p for p in self._pods.values() if p.answers and p.taken < p.capacity and p.busy_until <= now]


def least_loaded(pods: Iterable[Pod], step: Step) -> Pod | None:
    """The pod with the smallest load. Of equals always the same for a step: who begins anew joins the run again.

    Equals are told apart by rendezvous hashing (Thaler and Ravishankar, 1996).
    """
    return min(pods, key=lambda pod: (pod.load, _distance(pod, step)), default=None)


def _distance(pod: Pod, step: Step) -> bytes:
    return hashlib.sha256(f"{pod.address} {step.prefix}".encode()).digest()
