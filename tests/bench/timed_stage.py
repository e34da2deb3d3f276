"""A stage that takes a fixed time, and the process that serves it.

python -m tests.bench.timed_stage CAPACITY     serves it as `asr` on a free port and prints the address
"""

from __future__ import annotations

import sys
import threading

from services.runtime.manifest import Status
from services.runtime.request import Observer, StageRequest
from services.runtime.server import serve
from tests.fake_stage import FakeStage

NAME = "asr"
"""A name that pools know."""


class Timed(FakeStage):
    """Takes as many seconds as it is asked to, and no processor. It writes nothing."""

    def take(self, request: StageRequest, observer: Observer, cancelled: threading.Event) -> Status:
        return Status.CANCELLED if cancelled.wait(request.settings["seconds"].value) else Status.SUCCEEDED


if __name__ == "__main__":
    serve(
        [Timed(NAME)],
        "127.0.0.1:0",
        capacity=int(sys.argv[1]),
        grace_seconds=0.0,
        ready=lambda address: print(address, flush=True),
    )
