"""A pool: many processes of one stage, in place of one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from services.runtime.errors import StageBusy, StageCrashed, StageLost, StageUnavailable
from services.runtime.manifest import Status, now
from services.runtime.request import Observer, StageDescription, StageRequest, StageResult

from ..turns import Rank
from .discovery import Discovery
from .pods import Pod, Pods
from .queue import Queue

MOST_LOSSES = 5
"""How many pods may be lost in the midst of one step: it may well be what ends them."""

_log = logging.getLogger(__name__)


class StagePool:
    """The stage at every pod there is. Safe to call from many threads.

    A step waits until it is its turn and a pod has a slot for it. A pod that is full, lost or stopped in the midst of
    the run gives the step to another: should the lost one have gone on with it, the commit decides.
    """

    def __init__(
        self, pods: Pods, queue: Queue, rank: Callable[[str], Rank], discovery: Discovery | None = None
    ) -> None:
        """`rank` tells that of a job. Without `discovery` the pods stay as they are."""
        self._pods, self._queue, self._rank, self._discovery = pods, queue, rank, discovery
        if discovery is not None:
            discovery.start()

    @property
    def capacity(self) -> int:
        """How many steps its pods take at once."""
        return sum(pod.capacity for pod in self._pods.answering())

    def describe(self) -> StageDescription:
        """What its pods say of the stage, with the capacity of them all. Raises StageUnavailable if none answers."""
        for pod in self._pods.answering():
            try:
                return replace(pod.client.describe(), capacity=self.capacity)
            except StageUnavailable as error:
                self._leave(pod, str(error))
        raise StageUnavailable(f"{self._pods.why_none()}; see whether any runs")

    def run(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> StageResult:
        """See StageClient.run. Raises StageCrashed if MOST_LOSSES pods were lost in the midst of the step."""
        losses = 0
        while True:
            pod = self._queue.wait(request.step, self._rank(request.step.job), observer, cancelled)
            try:
                result = pod.client.run(request, observer, cancelled)
                if not self._was_stopped(result, cancelled):
                    return result
                self._leave(pod, "it was stopped in the midst of a run")
            except StageBusy:
                self._pods.is_full(pod)
            except StageUnavailable as error:
                losses += isinstance(error, StageLost)
                if losses >= MOST_LOSSES:
                    raise StageCrashed(_deadly(request.step.stage)) from error
                self._leave(pod, str(error))
            finally:
                self._pods.give_back(pod)
            request = replace(request, requested=now())  # an equal one would be answered with the end of the last

    def close(self) -> None:
        """Gives back the connections. Runs go on."""
        if self._discovery is not None:
            self._discovery.close()

    def _was_stopped(self, result: StageResult, cancelled: threading.Event) -> bool:
        return self._discovery is not None and result.status is Status.CANCELLED and not cancelled.is_set()

    def _leave(self, pod: Pod, why: str) -> None:
        self._pods.is_lost(pod)
        _log.warning("pod %s of stage %s gets no steps until it answers again: %s", pod.address, self._pods.stage, why)


def _deadly(stage: str) -> str:
    return (
        f"{MOST_LOSSES} pods of stage {stage!r} were lost in the midst of this step; "
        "look into their own logs for what ended them"
    )
