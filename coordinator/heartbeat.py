"""Who drives a job now. It only saves double work: correctness rests on the commits, not on this."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psutil

from services.runtime.canonical import canonical_json
from services.runtime.errors import ObjectNotFound, StoreError
from services.runtime.manifest import now
from services.runtime.store import keys
from services.runtime.store.base import Store

BEAT_SECONDS = 5.0
_SILENCE = timedelta(seconds=20)
"""After so long without a beat nobody is at work: the driver is dead or frozen, or could not say that it had ended."""


@contextmanager
def beating(store: Store, job_id: str) -> Iterator[None]:
    """Says, while the context lasts, that this process drives the job."""
    stop = threading.Event()
    _beat(store, job_id, alive=True)
    thread = threading.Thread(target=_beat_until, args=(store, job_id, stop), daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        _beat(store, job_id, alive=False)


def is_alive(store: Store, job_id: str) -> bool:
    """Whether some process drives the job: its silence is timed and, on this machine, it is looked up as well."""
    try:
        beat = json.loads(store.get(keys.heartbeat(job_id)))
    except ObjectNotFound:
        return False
    if not beat["alive"] or datetime.now(UTC) - datetime.fromisoformat(beat["time"]) >= _SILENCE:
        return False
    return beat["host"] != socket.gethostname() or _runs(beat["process_id"], beat["process_started"])


def _beat_until(store: Store, job_id: str, stop: threading.Event) -> None:
    while not stop.wait(BEAT_SECONDS):
        _beat(store, job_id, alive=True)


def _beat(store: Store, job_id: str, *, alive: bool) -> None:
    beat = {
        "alive": alive,
        "host": socket.gethostname(),
        "process_id": os.getpid(),
        "process_started": psutil.Process().create_time(),
        "time": now().isoformat(),
    }
    try:
        store.put(keys.heartbeat(job_id), canonical_json(beat))
    except StoreError:
        # A beat that is missed costs at most double work; what matters is written, and fails, elsewhere.
        return


def _runs(process_id: int, started: float) -> bool:
    try:
        return abs(psutil.Process(process_id).create_time() - started) < 1.0
    except psutil.NoSuchProcess:
        return False
