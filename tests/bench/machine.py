"""The machine that measured: without it a figure says nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.runtime import host


@dataclass(frozen=True)
class Machine:
    date: str
    """UTC, to the minute."""
    commit: str
    dirty: bool
    cpu: str
    cpu_count: int
    memory_gib: float
    operating_system: str
    python: str
    load: float
    """Processes that wanted a core, mean of the minute before the measurement."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def to_text(self) -> str:
        program = f"commit {self.commit[:10] or 'unknown'}{' with changes' * self.dirty}"
        return (
            f"{self.date}, {program}; {self.cpu}, {self.cpu_count} cores, {self.memory_gib:.0f} GiB memory, "
            f"{self.operating_system}, Python {self.python}; load {self.load:.1f} at the start."
        )


def this_machine() -> Machine:
    record, code = host.host((), pod=""), host.code()
    return Machine(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        commit=code.commit,
        dirty=bool(code.dirty),
        cpu=record.cpu,
        cpu_count=record.cpu_count,
        memory_gib=record.memory_bytes / 2**30,
        operating_system=record.operating_system,
        python=record.python,
        load=os.getloadavg()[0],
    )


def fsync_milliseconds(folder: Path, count: int = 50) -> Iterator[float]:
    """How long this disk takes to make one small new file durable: the floor of every durable write."""
    for number in range(count):
        path = folder / f"fsync-{number}"
        begin = time.perf_counter()
        with path.open("wb") as file:
            file.write(b"x" * 1024)
            file.flush()
            os.fsync(file.fileno())
        yield 1000 * (time.perf_counter() - begin)
        path.unlink()
